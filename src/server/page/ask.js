// One question: its stream of events becomes an answer with the quotes it rests on.

import { $, baseName, element, problemOf, readEvents } from "./dom.js";
import { t } from "./text.js";

const kHistoryTurns = 4;
let history = [];
let running = null;

const seconds = (ms) => (ms / 1000).toFixed(ms < 10000 ? 1 : 0);
const say = (text) => { $("status").textContent = text; };

function placeOf({ source, heading_path, page }) {
  const place = element("p", { class: "place" }, element("span", { class: "file", title: source }, baseName(source)));
  if (page) place.append(element("span", {}, t("page", page)));
  if (heading_path) place.append(element("span", { class: "headings" }, heading_path));
  return place;
}

/** The passage with the quote marked in it, when it stands there word for word. */
function contextOf(passage, quote) {
  const text = element("p", { class: "passage-text" });
  const at = passage.text.indexOf(quote);
  if (at < 0) text.append(passage.text);
  else text.append(passage.text.slice(0, at), element("mark", {}, quote), passage.text.slice(at + quote.length));
  return element("details", {}, element("summary", {}, t("context")), text);
}

class Turn {
  constructor(question) {
    this.question = question;
    this.passages = [];
    this.quotes = 0;
    this.id = `turn-${Date.now()}`;
    this.answer = element("p", { class: "answer", hidden: true });
    this.statements = element("ul", { class: "statements", hidden: true });
    this.refusal = element("div", { class: "refusal", hidden: true });
    this.cards = element("ol", { class: "cards", hidden: true });
    this.cardsTitle = element("h3", { hidden: true }, t("evidence"));
    this.footer = element("p", { class: "timings" });
    this.article = element("article", { class: "turn", "aria-busy": "true" }, element("h2", { class: "asked" }, question), element("div", { "aria-live": "polite" }, this.answer, this.refusal),
      this.statements, this.cardsTitle, this.cards, this.footer);
  }

  on(name, data) {
    if (name === "searching") say(t("searching"));
    else if (name === "passages") this.onPassages(data);
    else if (name === "quote") this.onQuote(data);
    else if (name === "statement") this.onStatement(data);
    else if (name === "answer") this.onAnswer(data);
    else if (name === "verdict") this.onVerdict(data);
    else if (name === "done") this.onDone(data);
    else if (name === "error") throw new Error(data.detail);
  }

  onPassages({ passages }) {
    this.passages = passages;
    say(t("reading", passages.length));
  }

  onQuote(quote) {
    say(t("quoting", ++this.quotes));
    this.cards.hidden = this.cardsTitle.hidden = false;
    const passage = this.passages.find(({ number }) => number === quote.passage);
    this.cards.append(element("li", { id: `${this.id}-quote-${quote.number}`, class: "card", tabindex: "-1" },
      element("span", { class: "number", "aria-label": t("quoteNumber", quote.number) }, String(quote.number)),
      element("blockquote", {}, quote.text), placeOf(quote), passage && contextOf(passage, quote.text)));
  }

  onStatement({ text, quotes }) {
    this.statements.hidden = false;
    const marks = quotes.map((number) => element("a", { class: "mark", href: `#${this.id}-quote-${number}`, "aria-label": t("quoteNumber", number),
      onclick: (event) => this.show(event, number) }, String(number)));
    this.statements.append(element("li", {}, text, " ", ...marks));
  }

  /** Goes to a quote without changing the address, which names the view. */
  show(event, number) {
    event.preventDefault();
    const card = $(`${this.id}-quote-${number}`);
    card?.scrollIntoView({ block: "center" });
    card?.focus({ preventScroll: true });
  }

  onAnswer({ text }) {
    this.text = text;
    this.answer.hidden = false;
    this.answer.textContent = text;
  }

  onVerdict({ answered, reason }) {
    this.answered = answered;
    if (answered) return;
    this.refusal.hidden = false;
    this.refusal.append(element("p", { class: "answer" }, t("dontKnow")), element("p", {}, reason), element("h3", {}, t("lookedAt")));
    if (this.passages.length === 0) this.refusal.append(element("p", { class: "hint" }, t("nothingFound")));
    for (const passage of this.passages) {
      this.refusal.append(element("details", { class: "card looked" }, element("summary", {}, placeOf(passage)), element("p", { class: "passage-text" }, passage.text)));
    }
  }

  onDone(done) {
    this.finished = true;
    say(this.answered ? t("answered", this.quotes, seconds(done.total_ms)) : t("refused", seconds(done.total_ms)));
    this.footer.textContent = t("timings", done.model, Math.round(done.search_ms), seconds(done.total_ms));
  }

  fail(text) {
    say("");
    this.article.append(element("p", { class: "error", role: "alert" }, text));
  }
}

async function ask(question) {
  running?.abort();
  const abort = (running = new AbortController());
  const turn = new Turn(question);
  $("turns").prepend(turn.article);
  $("stop").hidden = false;
  $("ask").classList.add("asked-once");
  say(t("searching"));
  try {
    const response = await fetch("/api/v1/query", {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "text/event-stream" },
      body: JSON.stringify({ question, chat_history: history.slice(-2 * kHistoryTurns) }),
      signal: abort.signal,
    });
    if (!response.ok) throw await problemOf(response);
    await readEvents(response, (name, data) => turn.on(name, data));
    if (!turn.finished) turn.fail(t("broken"));
    if (turn.finished && turn.answered) history.push({ role: "user", content: question }, { role: "assistant", content: turn.text ?? "" });
  } catch (error) {
    if (abort.signal.aborted) turn.footer.textContent = t("stopped");
    else turn.fail(error instanceof TypeError ? t("unreachable") : error.message);
    if (running === abort) say(abort.signal.aborted ? t("stopped") : "");
  }
  turn.article.removeAttribute("aria-busy");
  if (running !== abort) return;
  running = null;
  $("stop").hidden = true;
  $("fresh").hidden = false;
}

export function startAsking() {
  const box = $("question");
  const fit = () => {
    box.style.height = "auto";
    box.style.height = `${box.scrollHeight + 2}px`;
  };
  box.addEventListener("input", fit);
  box.addEventListener("keydown", (event) => {
    // While an input method composes, Enter picks a word.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    $("ask-form").requestSubmit();
  });
  $("ask-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const question = box.value.trim();
    if (!question) return box.focus();
    box.value = "";
    fit();
    ask(question);
  });
  $("stop").addEventListener("click", () => running?.abort());
  $("fresh").addEventListener("click", () => {
    running?.abort();
    history = [];
    $("turns").replaceChildren();
    $("fresh").hidden = true;
    $("ask").classList.remove("asked-once");
    say("");
    box.focus();
  });
}
