// Start here: the two views, the language, and what the server says about itself.

import { startAsking } from "./ask.js";
import { drawDocuments, loadDocuments, startDocuments } from "./documents.js";
import { $, element, told } from "./dom.js";
import { drawJobs, startJobs } from "./jobs.js";
import { switchLanguage, t, translatePage } from "./text.js";

function showView() {
  const view = location.hash === "#documents" ? "documents" : "ask";
  for (const name of ["ask", "documents"]) $(name).hidden = name !== view;
  for (const link of document.querySelectorAll("[data-view]")) {
    if (link.dataset.view === view) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  scrollTo(0, 0);
  if (view === "ask") $("question").focus();
  refreshDocuments();
}

function notice(title, lines) {
  $("notice").replaceChildren(element("strong", {}, title), ...lines.map((line) => element("p", {}, line)));
  $("notice").hidden = false;
}

async function refreshDocuments() {
  try {
    await loadDocuments();
  } catch (error) {
    notice(told(error), []);
  }
}

async function checkReadiness() {
  try {
    const response = await fetch("/readyz");
    const { ready, problems } = await response.json();
    $("notice").hidden = true;
    if (!ready) notice(t("notReady"), problems ?? []);
  } catch {
    notice(t("unreachable"), []);
  }
}

function drawLanguageSwitch() {
  $("language").textContent = t("other");
  $("language").lang = document.documentElement.lang === "en" ? "zh" : "en";
}

$("language").addEventListener("click", () => {
  switchLanguage();
  drawLanguageSwitch();
  drawDocuments();
  drawJobs();
  checkReadiness();
});

// Who was told what is missing may have mended it elsewhere.
addEventListener("focus", () => { if (!$("notice").hidden) checkReadiness(); });

translatePage();
drawLanguageSwitch();
startAsking();
startDocuments();
addEventListener("hashchange", showView);
showView();
startJobs(refreshDocuments);
checkReadiness();
