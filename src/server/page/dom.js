// Small helpers. Data reaches the page only as text nodes and attributes, never as markup.

import { t } from "./text.js";

export const $ = (id) => document.getElementById(id);

/** element("p", {class: "hint", onclick: f}, "text", child…): attributes by name, functions as listeners. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (typeof value === "function") made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== undefined && child !== null && child !== ""));
  return made;
}

/** The last part of a path: what a person calls the file. */
export const baseName = (path) => path.split(/[/\\]/).filter(Boolean).pop() ?? path;

/** What went wrong outside of this page, in words for a person. */
export class Problem extends Error {}

/** The words for an error. One that is no Problem is a mistake of this page, and belongs into the console as well. */
export function told(error) {
  if (!(error instanceof Problem)) reportError(error);
  return error.message;
}

/** The server's answer, if it is a good one; else throws the Problem. */
export async function reach(address, options) {
  const response = await fetch(address, options).catch(() => { throw new Problem(t("unreachable")); });
  if (response.ok) return response;
  const body = await response.json().catch(() => ({}));
  throw new Problem(body.detail ?? `HTTP ${response.status}`);
}

export const getJson = async (address, options) => (await reach(address, options)).json();

/** Reads server-sent events from an answer: on_event(name, data) for each, in order. A connection that breaks ends it like one that is done. */
export async function readEvents(response, onEvent) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read().catch(() => ({ done: true }));
    if (done) return;
    text += value;
    for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
      const lines = text.slice(0, end).split("\n");
      text = text.slice(end + 2);
      const field = (name) => lines.filter((line) => line.startsWith(name)).map((line) => line.slice(name.length)).join("\n");
      const data = field("data: ");
      if (data) onEvent(field("event: "), JSON.parse(data));
    }
  }
}
