// Long work: what runs and what waits, how far it is, and what went wrong lately.

import { $, baseName, element, getJson, told } from "./dom.js";
import { t } from "./text.js";

const kSoonMs = 1000;
const kLaterMs = 5000;
const kFailedShownMs = 24 * 3600 * 1000;
const kLimit = 50;

const rows = new Map();  // by id: the list item, and how to show another state of the job in it
const followed = new Set();  // those that this page saw running or waiting
let whenOver = () => {};
let timer = 0;
let latest = 0;  // an answer that was asked for before another one came is out of date

const isOver = ({ state }) => state !== "running" && state !== "waiting";
/** Of those that are over, what may be tried again; an upload's bytes are gone, and whoever sent it was told. */
function isShown(job) {
  if (!isOver(job)) return true;
  if (job.kind === "upload") return false;
  return job.state === "failed" ? Date.now() - job.finished_ms < kFailedShownMs : job.state === "cancelled" && followed.has(job.id);
}

function placeOf({ kind, arguments: given }) {
  if (kind === "sync") return given.folder;
  if (kind === "upload") return given.name;
  return given.paths?.[0] ?? "";
}

function nameOf(job) {
  const more = job.kind === "add" ? job.arguments.paths.length - 1 : 0;
  return [baseName(placeOf(job)), more > 0 && t("andMore", more)].filter(Boolean).join(" ");
}

function standing({ state, progress, error, next_attempt_ms: next }) {
  if (state === "failed") return error.detail;
  if (state === "waiting" && next) return [t("triedAgain", next), error?.detail].filter(Boolean).join(" · ");
  if (state !== "running" || !progress) return t(state === "running" ? "begins" : state);
  const { files_done: done, files_total: total, tokens_per_second: rate, seconds_left: left, step, file } = progress;
  return [total > 1 && t("filesOf", done, total), rate > 0 && t("tokensPerSecond", Math.round(rate)), left !== null && t("timeLeft", left),
    [t(`step-${step}`), total > 1 && baseName(file)].filter(Boolean).join(" ")].filter(Boolean).join(" · ");
}

function share({ bytes_done: done, bytes_total: total, chunks_done: chunks, chunks_total: allChunks, files_total: files }) {
  if (!total) return allChunks > 0 ? chunks / allChunks : null;
  return files === 1 && allChunks > 0 ? chunks / allChunks : done / total;
}

function newRow(id) {
  const kind = element("span", { class: "hint" });
  const name = element("span", { class: "file" });
  const state = element("p", { class: "hint" });
  const bar = element("progress", { max: 1 });
  const act = async (what) => {
    try {
      await getJson(`/api/v1/jobs/${encodeURIComponent(id)}/${what}`, { method: "POST" });
      await loadJobs();
    } catch (error) {
      state.textContent = told(error);
    }
  };
  const cancel = element("button", { type: "button", class: "quiet", onclick: () => act("cancel") });
  const retry = element("button", { type: "button", class: "quiet", onclick: () => { followed.add(id); act("retry"); } });
  const item = element("li", {}, element("div", { class: "document" }, element("p", {}, kind, " ", name), bar, state), cancel, retry);
  return { item, show(job) {
    const called = nameOf(job);
    item.className = job.state;
    kind.textContent = t(`job-${job.kind}`);
    name.textContent = called;
    name.title = placeOf(job);
    state.textContent = standing(job);
    const done = job.progress && share(job.progress);
    bar.hidden = job.state !== "running";
    bar.setAttribute("aria-label", t("progressOf", called));
    if (done === null) bar.removeAttribute("value");
    else bar.value = done;
    cancel.textContent = t("cancel");
    cancel.setAttribute("aria-label", t("cancelName", called));
    cancel.hidden = isOver(job);
    retry.textContent = t("retry");
    retry.setAttribute("aria-label", t("retryName", called));
    retry.hidden = !isOver(job);
  } };
}

let jobs = [];

/** In place: what has the focus keeps it. */
export function drawJobs() {
  const shown = jobs.filter(isShown);
  const ids = new Set(shown.map(({ id }) => id));
  for (const [id, { item }] of rows) {
    if (ids.has(id)) continue;
    item.remove();
    rows.delete(id);
  }
  shown.forEach((job, at) => {
    if (!rows.has(job.id)) rows.set(job.id, newRow(job.id));
    const { item, show } = rows.get(job.id);
    show(job);
    if ($("jobs").children[at] !== item) $("jobs").insertBefore(item, $("jobs").children[at] ?? null);
  });
}

async function loadJobs() {
  const asked = ++latest;
  const { jobs: listed } = await getJson(`/api/v1/jobs?limit=${kLimit}`);
  if (asked !== latest) return;
  jobs = listed;
  const over = jobs.filter((job) => isOver(job) && followed.has(job.id) && rows.has(job.id) && rows.get(job.id).item.className !== job.state);
  for (const job of jobs) if (!isOver(job)) followed.add(job.id);
  drawJobs();
  if (over.length > 0) whenOver();
}

async function look() {
  clearTimeout(timer);
  if (!$("documents").hidden && !document.hidden) await loadJobs().catch(() => {});
  clearTimeout(timer);
  timer = setTimeout(look, jobs.some((job) => !isOver(job)) ? kSoonMs : kLaterMs);
}

/** Looks while the documents are shown; `onOver` is called when one that was seen is over. */
export function startJobs(onOver) {
  whenOver = onOver;
  document.addEventListener("visibilitychange", look);
  addEventListener("hashchange", look);
  look();
}
