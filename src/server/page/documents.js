// The documents: list, upload, remove.

import { $, baseName, element, getJson, told } from "./dom.js";
import { currentLanguage, t } from "./text.js";

const kPage = 50;
let documents = [];
let next = null;
let failed = [];

function sizeOf(bytes) {
  const units = ["B", "kB", "MB", "GB"];  // of 1000, as the command line has them
  let unit = 0;
  let size = bytes;
  for (; size >= 1000 && unit < units.length - 1; ++unit) size /= 1000;
  return `${size.toFixed(size < 10 && unit > 0 ? 1 : 0)} ${units[unit]}`;
}

const dayOf = (ms) => new Intl.DateTimeFormat(currentLanguage() === "zh" ? "zh-CN" : "en", { dateStyle: "medium" }).format(ms);

function row(document) {
  const name = baseName(document.source);
  const facts = [document.pages > 0 && t("pages", document.pages), t("chunks", document.chunks), document.recognised_pages > 0 && t("recognised", document.recognised_pages),
    document.read_pictures > 0 && t("readPictures", document.read_pictures), document.unread_pages > 0 && t("unread", document.unread_pages), document.hidden_words > 0 && t("hiddenWords", document.hidden_words), sizeOf(document.bytes), dayOf(document.added_ms)].filter(Boolean);
  return element("li", {},
    element("div", { class: "document" }, element("p", { class: "file", title: document.source }, name),
      document.title && document.title !== name && element("p", { class: "title" }, document.title), element("p", { class: "hint" }, facts.join(" · "))),
    element("button", { type: "button", class: "quiet", "aria-label": t("removeName", name), onclick: () => confirmRemoval(document) }, t("remove")));
}

export function drawDocuments() {
  $("list").replaceChildren(...documents.map(row));
  $("failed").hidden = failed.length === 0;
  $("failed-count").textContent = t("failedFiles", failed.length);
  $("failed-files").replaceChildren(...failed.map(({ source, reason }) =>
    element("li", { class: "failed" }, element("span", { class: "file", title: source }, baseName(source)), element("span", { class: "hint" }, reason))));
  $("empty").hidden = $("first").hidden = documents.length > 0;
  $("more").hidden = !next;
}

export async function loadDocuments(more = false) {
  const list = await getJson(`/api/v1/documents?limit=${kPage}${more && next ? `&cursor=${encodeURIComponent(next)}` : ""}`);
  documents = more ? [...documents, ...list.documents] : list.documents;
  next = list.next;
  if (!more) failed = list.failed;
  drawDocuments();
}

function report(name) {
  const state = element("span", { class: "hint" }, t("waiting"));
  const line = element("li", {}, element("span", { class: "file" }, name), state);
  $("uploads").append(line);
  return (text, kind = "") => {
    state.textContent = text;
    line.className = kind;
  };
}

/** A key for a write that may be sent twice; randomUUID is not there on an address without TLS. */
function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function upload(file, tell) {
  tell(t("uploading"), "busy");
  const form = new FormData();
  form.append("file", file, file.name);
  try {
    const { files } = await getJson("/api/v1/upload", { method: "POST", headers: { "Idempotency-Key": newKey() }, body: form });
    if (files.length === 1) {
      const [{ outcome, reason }] = files;
      tell(outcome === "failed" ? reason : t(outcome), outcome === "failed" ? "failed" : "done");
    } else {  // an archive, a mailbox, a message with attachments
      const failures = files.filter(({ outcome }) => outcome === "failed");
      const reasons = failures.map(({ source, reason }) => `${baseName(source)}: ${reason}`);
      tell([t("ofFiles", files.length - failures.length, files.length), ...reasons].join("\n"), failures.length > 0 ? "failed" : "done");
    }
  } catch (error) {
    tell(told(error), "failed");
  }
}

/** One after the other, so each has its own result and none waits for a body of all. */
async function uploadAll(files) {
  $("uploads").replaceChildren();
  const waiting = Array.from(files, (file) => [file, report(file.name)]);
  for (const [file, tell] of waiting) {
    await upload(file, tell);
    await loadDocuments().catch(() => {});
  }
}

function confirmRemoval(document) {
  const dialog = $("confirm");
  $("confirm-name").textContent = baseName(document.source);
  $("confirm-yes").onclick = async () => {
    dialog.close();
    try {
      await getJson(`/api/v1/documents/${encodeURIComponent(document.id)}`, { method: "DELETE" });
    } catch (error) {
      report(baseName(document.source))(told(error), "failed");
    }
    await loadDocuments().catch(() => {});
  };
  dialog.showModal();
  $("confirm-no").focus();
}

export function startDocuments() {
  const drop = $("drop");
  $("pick").addEventListener("click", () => $("files").click());
  $("files").addEventListener("change", async () => {
    await uploadAll($("files").files);
    $("files").value = "";
  });
  $("more").addEventListener("click", () => loadDocuments(true).catch(() => {}));
  $("confirm-no").addEventListener("click", () => $("confirm").close());
  // A file that misses the field would replace the page.
  for (const name of ["dragover", "drop"]) addEventListener(name, (event) => event.preventDefault());
  drop.addEventListener("dragover", () => drop.classList.add("over"));
  drop.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    drop.classList.remove("over");
    if (event.dataTransfer.files.length > 0) uploadAll(event.dataTransfer.files);
  });
}
