// A conversation: earlier questions and answers stay above the box, and go along with the next question. Of each question the stream of
// events becomes an answer with the quotes it rests on.

import { $, Problem, baseName, element, reach, readEvents, told } from "./dom.js";
import { t } from "./text.js";

const kHistoryTurns = 4;
const kShortAnswer = 60;
let history = [];  // a list of messages for each turn
let running = null;

function fitBox() {
  const box = $("question");
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight + 2}px`;
}

function placeOf({ source, heading_path, page }) {
  const place = element("p", { class: "place" }, element("span", { class: "file", title: source }, baseName(source)));
  if (page) place.append(" · ", element("span", { class: "page" }, t("page", page)));
  if (heading_path) place.append(` · ${heading_path}`);
  return place;
}

/** The passage's text: struck out what no model read, marked what is quoted, where it stands there word for word. */
function passageText(passage, quote = "") {
  const bytes = new TextEncoder().encode(passage.text);
  const text = element("p", { class: "passage-text" });
  const add = (part) => {
    const at = quote ? part.indexOf(quote) : -1;
    if (at < 0) text.append(part);
    else text.append(part.slice(0, at), element("mark", {}, quote), part.slice(at + quote.length));
  };
  let from = 0;
  for (const { begin, end } of passage.left_out ?? []) {
    add(new TextDecoder().decode(bytes.slice(from, begin)));
    text.append(element("del", { title: t("leftOut") }, new TextDecoder().decode(bytes.slice(begin, end))));
    from = end;
  }
  add(new TextDecoder().decode(bytes.slice(from)));
  return text;
}

function contextOf(passage, quote) {
  return element("details", {}, element("summary", {}, t("context")), passageText(passage, quote));
}

/** The passage under its place, folded away. */
function foldedPassage(passage) {
  return element("details", { class: "card looked" }, element("summary", {}, placeOf(passage)), passageText(passage));
}

class Turn {
  constructor(question) {
    this.passages = [];
    this.quotes = [];
    this.statements = [];
    this.text = "";
    this.id = `turn-${Date.now()}`;
    this.progress = element("p", { class: "progress", "aria-hidden": "true" });
    this.understood = element("p", { class: "understood", hidden: true });
    this.outcome = element("div", { "aria-live": "polite" });
    this.evidence = element("div");
    this.footer = element("p", { class: "timings" });
    this.article = element("article", { class: "turn", "aria-busy": "true" }, element("h2", { class: "asked" }, question), this.understood, this.progress, this.outcome, this.evidence, this.footer);
    this.say(t("searching"));
  }

  /** How far it is: to see here, to hear from the page's own status. */
  say(text) {
    this.progress.textContent = $("status").textContent = text;
  }

  on(name, data) {
    if (name === "searching") this.onSearching(data);
    else if (name === "passages") this.onPassages(data);
    else if (name === "quote") this.quotes.push(data);
    else if (name === "statement") this.statements.push(data);
    else if (name === "answer") this.text = data.text;
    else if (name === "verdict") this.onVerdict(data);
    else if (name === "done") this.onDone(data);
    else if (name === "error") throw new Problem(data.detail);
  }

  /** A follow-up is searched as it would be asked without the conversation, or, when that is not clear, with the question before it. */
  onSearching({ question, query }) {
    if (query === question) return;
    const [asked, before] = query.split("\n");
    this.understood.textContent = before && asked === question ? t("searchedWith", before) : t("understood", query);
    this.understood.hidden = false;
  }

  onPassages({ passages }) {
    this.passages = passages;
    this.say(t("reading", passages.length));
  }

  /** Nothing that came before is an answer without it, so nothing is shown before it. */
  onVerdict({ answered, reason, note, probability }) {
    this.answered = answered;
    this.probability = probability;
    this.progress.remove();
    if (answered) this.showAnswer(reason);
    else this.showRefusal(reason);
    if (note) this.outcome.append(element("p", { class: "reason note" }, note));
  }

  /** Without a chat model there are quotes and no answer, and the reason says so. */
  showAnswer(reason) {
    if (!this.text) this.outcome.append(element("p", { class: "reason" }, reason));
    else this.showText();
    this.showEvidence();
  }

  showText() {
    const saysMore = this.statements.some(({ text }) => text !== this.text);
    const answer = element("p", { class: this.text.length > kShortAnswer ? "answer long" : "answer" }, this.text);
    if (saysMore) this.evidence.append(element("ul", { class: "statements" }, ...this.statements.map(({ text, quotes }) => element("li", {}, text, ...this.marks(quotes)))));
    else answer.append(...this.marks(this.statements.flatMap(({ quotes }) => quotes)));
    this.outcome.append(answer);
  }

  showEvidence() {
    this.evidence.append(element("h3", {}, t("evidence")), element("ol", { class: "cards" }, ...this.quotes.map((quote) => this.card(quote))));
    const others = this.passages.filter(({ number }) => !this.quotes.some(({ passage }) => passage === number));
    if (others.length > 0) this.evidence.append(element("details", { class: "others" }, element("summary", {}, t("alsoRead", others.length)), ...others.map(foldedPassage)));
  }

  showRefusal(reason) {
    this.outcome.append(element("p", { class: "answer" }, t("dontKnow")), element("p", { class: "reason" }, reason));
    if (this.passages.length > 0) this.evidence.append(element("h3", {}, t("lookedAt")), ...this.passages.map(foldedPassage));
    else this.evidence.append(element("p", { class: "reason" }, element("a", { href: "#documents" }, t("addDocuments"))));
  }

  card(quote) {
    const passage = this.passages.find(({ number }) => number === quote.passage);
    return element("li", { id: `${this.id}-quote-${quote.number}`, class: "card", tabindex: "-1" },
      element("span", { class: "number", "aria-label": t("quoteNumber", quote.number) }, String(quote.number)),
      element("blockquote", {}, quote.text), placeOf(quote), passage && contextOf(passage, quote.text));
  }

  marks(quotes) {
    return [...new Set(quotes)].flatMap((number) => [" ", element("a", { class: "mark", href: `#${this.id}-quote-${number}`, "aria-label": t("quoteNumber", number),
      onclick: (event) => this.show(event, number) }, String(number))]);
  }

  /** Goes to a quote without changing the address, which names the view. */
  show(event, number) {
    event.preventDefault();
    const card = $(`${this.id}-quote-${number}`);
    card?.scrollIntoView({ block: "center" });
    card?.focus({ preventScroll: true });
  }

  onDone(done) {
    this.finished = true;
    this.showPrompts(done.asked ?? []);
    this.say(this.answered ? t("answered", this.quotes.length, done.total_ms) : t("refused", done.total_ms));
    const timings = t("timings", done.model, done.search_ms, done.total_ms);
    this.footer.textContent = this.answered && this.probability != null ? `${t("probability", this.probability)} · ${timings}` : timings;
  }

  /** Whoever wants to check an answer sees how it came about. */
  showPrompts(asked) {
    const prompts = asked.filter(({ text }) => text).map(({ prompt, version, text, reply }) => element("li", {},
      element("details", {}, element("summary", {}, t("prompt", prompt, version)), element("pre", {}, text), element("p", {}, t("reply")), element("pre", {}, reply))));
    if (prompts.length > 0) this.article.append(element("details", { class: "prompts" }, element("summary", {}, t("prompts", prompts.length)), element("ol", {}, ...prompts)));
  }

  fail(text) {
    this.say("");
    this.progress.remove();
    this.article.append(element("p", { class: "error", role: "alert" }, text));
  }

  stop() {
    this.progress.remove();
    this.footer.textContent = t("stopped");
  }
}

/** A question without an outcome goes back where it was written, unless the next one is there. */
function offerAgain(question) {
  $("question").value ||= question;
  fitBox();
}

async function ask(question) {
  running?.abort();
  const abort = (running = new AbortController());
  const turn = new Turn(question);
  $("notice").hidden = true;
  $("turns").append(turn.article);
  turn.article.scrollIntoView({ block: "start" });
  $("fresh").hidden = true;
  $("stop").hidden = false;
  $("ask").classList.add("asked-once");
  try {
    const response = await reach("/api/v1/query", {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "text/event-stream" },
      body: JSON.stringify({ question, chat_history: history.slice(-kHistoryTurns).flat(), explain: true }),
      signal: abort.signal,
    });
    await readEvents(response, (name, data) => turn.on(name, data));
    if (!turn.finished) throw new Problem(t("broken"));
    // A refused question says what is spoken of, too.
    history.push([{ role: "user", content: question }, ...(turn.answered ? [{ role: "assistant", content: turn.text }] : [])]);
  } catch (error) {
    if (abort.signal.aborted) turn.stop();
    else turn.fail(told(error));
  }
  turn.article.removeAttribute("aria-busy");
  if (running !== abort) return;
  running = null;
  if (!turn.finished) offerAgain(question);
  if (abort.signal.aborted) $("status").textContent = t("stopped");
  $("stop").hidden = true;
  $("fresh").hidden = false;
}

export function startAsking() {
  const box = $("question");
  box.addEventListener("input", fitBox);
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
    fitBox();
    ask(question);
  });
  $("stop").addEventListener("click", () => {
    running?.abort();
    box.focus();
  });
  $("fresh").addEventListener("click", () => {
    history = [];
    $("turns").replaceChildren();
    $("fresh").hidden = true;
    $("ask").classList.remove("asked-once");
    $("status").textContent = "";
    box.focus();
  });
}
