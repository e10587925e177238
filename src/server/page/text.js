// Every word of the page, in both languages.

const seconds = (ms) => (ms / 1000).toFixed(ms < 10000 ? 1 : 0);
const inEnglish = (ms) => (ms < 1000 ? `${Math.round(ms)} ms` : `${seconds(ms)} s`);
const inChinese = (ms) => (ms < 1000 ? `${Math.round(ms)} 毫秒` : `${seconds(ms)} 秒`);

const span = (seconds, second, minute, hour) =>
  (seconds < 60 ? `${Math.ceil(seconds)} ${second}` : seconds < 3600 ? `${Math.round(seconds / 60)} ${minute}` : `${(seconds / 3600).toFixed(1)} ${hour}`);
const timeOf = (ms) => new Date(ms).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

const words = {
  en: {
    other: "中文", skip: "Skip to content",
    ask: "Ask", documents: "Documents", askTitle: "Ask your documents", askLead: "Every answer shows the words it rests on. Without evidence, it says so.",
    question: "Your question", questionHint: "What would you like to know?", keys: "Enter to ask · Shift + Enter for a new line", stop: "Stop", fresh: "New conversation",
    understood: (q) => `Understood as: ${q}`, searchedWith: (q) => `Searched together with: ${q}`,
    searching: "Searching your documents…", reading: (n) => `Reading ${n} ${n === 1 ? "passage" : "passages"}…`,
    answered: (n, ms) => `Answered from ${n} ${n === 1 ? "quote" : "quotes"} in ${inEnglish(ms)}`,
    refused: (ms) => `No answer, after ${inEnglish(ms)}`, stopped: "Stopped", broken: "The answer broke off. Ask again.", unreachable: "The server cannot be reached. Is it still running?",
    dontKnow: "I don't know", lookedAt: "What was looked at", alsoRead: (n) => `${n} other ${n === 1 ? "passage" : "passages"} read`, evidence: "Evidence", context: "Show in context", page: (p) => `p.\u00a0${p}`,
    quoteNumber: (n) => `Quote ${n}`, probability: (p) => `right with ${Math.round(100 * p)} %`, timings: (m, search, total) => `${m ? m + " · " : ""}search ${inEnglish(search)} · total ${inEnglish(total)}`,
    leftOut: "Not read: this speaks to whoever answers, not to readers",
    prompts: (n) => `How it came about: ${n} ${n === 1 ? "question" : "questions"} to the model`, prompt: (name, version) => `${name}, version ${version}`, reply: "Reply",
    documentsLead: "Everything here can be searched and quoted.", dropHere: "Drop files here", pick: "Choose files",
    ofFiles: (n, all) => (n === all ? `${n} files added` : `${n} of ${all} files added`),
    failedFiles: (n) => `${n} ${n === 1 ? "file" : "files"} could not be read`, recognised: (n) => `${n} ${n === 1 ? "page" : "pages"} read from pictures`,
    readPictures: (n) => `${n} ${n === 1 ? "picture" : "pictures"} with text`, unread: (n) => `${n} ${n === 1 ? "picture" : "pictures"} not read`,
    hiddenWords: (n) => `${n} hidden ${n === 1 ? "word" : "words"} left out`,
    formats: "PDF, scans and pictures, Office, e-books, web pages, e-mail, archives, code, text, data", noDocuments: "There are no documents yet.", addDocuments: "Add documents", more: "Show more",
    pages: (n) => `${n} ${n === 1 ? "page" : "pages"}`, chunks: (n) => `${n} ${n === 1 ? "passage" : "passages"}`,
    remove: "Remove", removeName: (n) => `Remove ${n}`, removeTitle: "Remove this document?", removeText: "Its text can then no longer be found or quoted. The original file is not touched.", keep: "Keep",
    waiting: "waiting", uploading: "adding…", added: "added", updated: "updated", unchanged: "already there",
    "job-add": "Adding", "job-sync": "Keeping in step with", "job-upload": "Upload of", "job-index": "Embedding with the new model", "step-indexing": "embedding", andMore: (n) => `and ${n} more`, begins: "begins", cancelled: "cancelled",
    "step-looking": "looking", "step-reading": "reading", "step-recognising": "recognising", "step-unpacking": "unpacking", "step-embedding": "embedding", "step-storing": "storing",
    filesOf: (n, all) => `${n} of ${all} files`, tokensPerSecond: (n) => `${n} tokens/s`, timeLeft: (s) => `${span(s, "s", "min", "h")} left`, triedAgain: (ms) => `tried again at ${timeOf(ms)}`,
    cancel: "Cancel", cancelName: (n) => `Cancel ${n}`, retry: "Try again", retryName: (n) => `Try ${n} again`, progressOf: (n) => `Progress of ${n}`,
    notReady: "Not ready to answer yet",
  },
  zh: {
    other: "English", skip: "跳到正文",
    ask: "提问", documents: "文档", askTitle: "向你的文档提问", askLead: "每个回答都附上原文依据；没有依据，就直说不知道。",
    question: "你的问题", questionHint: "你想知道什么？", keys: "Enter 提问 · Shift + Enter 换行", stop: "停止", fresh: "新对话",
    understood: (q) => `理解为：${q}`, searchedWith: (q) => `与上一问一并检索：${q}`,
    searching: "正在检索文档…", reading: (n) => `正在阅读 ${n} 段原文…`,
    answered: (n, ms) => `依据 ${n} 处引文作答，用时 ${inChinese(ms)}`,
    refused: (ms) => `未作答，用时 ${inChinese(ms)}`, stopped: "已停止", broken: "回答中断了，请再问一次。", unreachable: "无法连接服务器。它还在运行吗？",
    dontKnow: "我不知道", lookedAt: "查阅过的内容", alsoRead: (n) => `另外读过的 ${n} 段原文`, evidence: "依据", context: "查看上下文", page: (p) => `第\u00a0${p}\u00a0页`,
    quoteNumber: (n) => `引文 ${n}`, probability: (p) => `正确的可能性 ${Math.round(100 * p)}%`, timings: (m, search, total) => `${m ? m + " · " : ""}检索 ${inChinese(search)} · 共 ${inChinese(total)}`,
    leftOut: "没有读：这段话是写给回答者的，不是写给读者的",
    prompts: (n) => `如何得出：向模型提了 ${n} 个问题`, prompt: (name, version) => `${name}，第 ${version} 版`, reply: "模型的回答",
    documentsLead: "这里的内容都可以被检索和引用。", dropHere: "把文件拖到这里", pick: "选择文件",
    ofFiles: (n, all) => (n === all ? `已添加 ${n} 个文件` : `${all} 个文件中添加了 ${n} 个`), failedFiles: (n) => `${n} 个文件无法读取`, recognised: (n) => `${n} 页由图像识别`, readPictures: (n) => `${n} 幅图像含文字`, unread: (n) => `${n} 幅图像未识别`, hiddenWords: (n) => `略去 ${n} 个看不见的词`,
    formats: "PDF、扫描件与图片、Office、电子书、网页、邮件、压缩包、代码、文本、数据", noDocuments: "还没有文档。", addDocuments: "添加文档", more: "显示更多",
    pages: (n) => `${n} 页`, chunks: (n) => `${n} 段`,
    remove: "移除", removeName: (n) => `移除 ${n}`, removeTitle: "移除这份文档？", removeText: "移除后，它的内容将无法再被检索和引用。原文件不受影响。", keep: "保留",
    waiting: "等待中", uploading: "正在添加…", added: "已添加", updated: "已更新", unchanged: "已存在",
    "job-add": "添加", "job-sync": "同步", "job-upload": "上传", "job-index": "用新的嵌入模型建立索引", "step-indexing": "嵌入", andMore: (n) => `等 ${n + 1} 项`, begins: "即将开始", cancelled: "已取消",
    "step-looking": "检查", "step-reading": "读取", "step-recognising": "识别", "step-unpacking": "解包", "step-embedding": "建立索引", "step-storing": "存储",
    filesOf: (n, all) => `${n}/${all} 个文件`, tokensPerSecond: (n) => `每秒 ${n} 词元`, timeLeft: (s) => `剩余 ${span(s, "秒", "分钟", "小时")}`, triedAgain: (ms) => `${timeOf(ms)} 重试`,
    cancel: "取消", cancelName: (n) => `取消 ${n}`, retry: "重试", retryName: (n) => `重试 ${n}`, progressOf: (n) => `${n} 的进度`,
    notReady: "暂时还不能回答",
  },
};

const kept = () => { try { return localStorage.getItem("language"); } catch { return null; } };
let language = kept() ?? (navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en");

export const currentLanguage = () => language;

/** The words for a key; those that depend on a number or name take it. */
export function t(key, ...values) {
  const found = words[language][key];
  return typeof found === "function" ? found(...values) : found;
}

/** Puts the words into every element that names its own. */
export function translatePage() {
  document.documentElement.lang = language === "zh" ? "zh-Hans" : "en";
  for (const place of document.querySelectorAll("[data-text]")) place.textContent = t(place.dataset.text);
  for (const place of document.querySelectorAll("[data-placeholder]")) place.placeholder = t(place.dataset.placeholder);
  for (const place of document.querySelectorAll("[data-label]")) place.setAttribute("aria-label", t(place.dataset.label));
}

export function switchLanguage() {
  language = language === "zh" ? "en" : "zh";
  try { localStorage.setItem("language", language); } catch { /* a private window may refuse */ }
  translatePage();
}
