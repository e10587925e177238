#include "rag/detail/addressing_words.h"

#include <algorithm>
#include <array>
#include <span>
#include <string>

#include "base/unicode.h"

namespace panduan::rag::detail {
namespace {

using Words = std::span<const std::string_view>;

/// Words with one space between each and at both ends, so that a phrase in spaces is found as words.
std::string spaced(std::string_view text) {
  std::string result = " ";
  for (std::size_t offset = 0; offset < text.size();) {
    const Character c = character_at(text, offset);
    const bool part_of_word = is_letter_or_digit(c.code_point) || c.code_point == '\'' || c.code_point == 0x2019;
    if (part_of_word) result += c.code_point == 0x2019 ? "'" : text.substr(offset, c.bytes);
    else if (result.back() != ' ') result += ' ';
    offset += c.bytes;
  }
  if (result.back() != ' ') result += ' ';
  return result;
}

bool has_phrase(const std::string& spaced_text, Words phrases) {
  return std::ranges::any_of(phrases, [&](std::string_view phrase) { return spaced_text.find(" " + std::string(phrase) + " ") != std::string::npos; });
}
bool has_any(std::string_view text, Words words) {
  return std::ranges::any_of(words, [&](std::string_view word) { return text.find(word) != std::string_view::npos; });
}

// --- English, whole words

constexpr auto kMachine = std::to_array<std::string_view>({"assistant",
                                                           "assistants",
                                                           "ai",
                                                           "a i",
                                                           "llm",
                                                           "llms",
                                                           "language model",
                                                           "language models",
                                                           "chatbot",
                                                           "chatbots",
                                                           "chat bot",
                                                           "bot",
                                                           "bots",
                                                           "chatgpt",
                                                           "automatic reader",
                                                           "automatic readers",
                                                           "automatic system",
                                                           "automatic systems",
                                                           "automated system",
                                                           "automated systems",
                                                           "automated reader",
                                                           "automated readers",
                                                           "automated assistant",
                                                           "search assistant",
                                                           "system prompt",
                                                           "your prompt",
                                                           "previous instructions",
                                                           "prior instructions",
                                                           "earlier instructions",
                                                           "instructions above",
                                                           "your instructions",
                                                           "your own instructions",
                                                           "your guidelines",
                                                           "your rules",
                                                           "your task",
                                                           "your new task",
                                                           "your answer",
                                                           "your reply",
                                                           "your response",
                                                           "your output",
                                                           "your replies",
                                                           "your answers",
                                                           "your responses",
                                                           "you were given",
                                                           "you have been given",
                                                           "you were told",
                                                           "you were asked",
                                                           "you are asked",
                                                           "you are now",
                                                           "you do not answer",
                                                           "you must answer",
                                                           "you must reply",
                                                           "you must respond",
                                                           "you are in",
                                                           "you will answer",
                                                           "you will reply",
                                                           "you will respond",
                                                           "you reply",
                                                           "you answer",
                                                           "you respond",
                                                           "whoever answers",
                                                           "whoever summarises",
                                                           "whoever summarizes",
                                                           "whoever quotes",
                                                           "whoever checks",
                                                           "whoever is asked",
                                                           "whoever replies",
                                                           "whoever responds",
                                                           "whoever reads this for",
                                                           "anyone answering",
                                                           "anyone summarising",
                                                           "anyone summarizing",
                                                           "when answering",
                                                           "when summarising",
                                                           "when summarizing",
                                                           "when replying",
                                                           "when responding",
                                                           "before answering",
                                                           "before you answer",
                                                           "before you reply",
                                                           "before replying",
                                                           "reading this on behalf",
                                                           "on behalf of the user",
                                                           "on behalf of a user",
                                                           "tools which read",
                                                           "tools that read",
                                                           "systems that read",
                                                           "software that reads",
                                                           "any system that reads",
                                                           "this system",
                                                           "reading program",
                                                           "reading programs",
                                                           "reading software",
                                                           "built you",
                                                           "trained you",
                                                           "developed you",
                                                           "created you",
                                                           "your operator",
                                                           "your developer",
                                                           "your developers",
                                                           "your creator",
                                                           "your usual rules",
                                                           "your restrictions",
                                                           "your limits",
                                                           "at your disposal",
                                                           "your context",
                                                           "your sources",
                                                           "your training",
                                                           "your role",
                                                           "your persona"});
constexpr auto kReplying = std::to_array<std::string_view>(
    {"answer",   "answers",   "answered",   "answering", "reply",     "replies",    "wording",    "replied", "replying",  "respond", "responds",
     "response", "responses", "responding", "output",    "outputs",   "print",      "state",      "say",     "says",      "tell",    "write",
     "repeat",   "recommend", "recommends", "summarise", "summarize", "summarises", "summarizes", "summary", "summaries", "quote",   "quotes",
     "quoting",  "mention",   "append",     "add",       "include",   "insert",     "begin",      "begins",  "end",       "ends",    "close",
     "render",   "display",   "return",     "reveal",    "disclose",  "withhold",   "translate",  "use",     "give",      "given",   "present",
     "quoted",   "cite",      "citation",   "load",      "open",      "confirm",    "call"});
constexpr auto kAnswering =
    std::to_array<std::string_view>({"answer", "answers", "answering", "reply", "replies", "replying", "respond", "response", "responses", "responding",
                                     "summary", "summaries", "summarise", "summarize", "summarises", "summarizes", "quotes anything", "quoting"});
constexpr auto kScope = std::to_array<std::string_view>({"every question",
                                                         "every questions",
                                                         "any question",
                                                         "any questions",
                                                         "all questions",
                                                         "each question",
                                                         "whatever is asked",
                                                         "whatever you are asked",
                                                         "whatever they ask",
                                                         "whatever the question",
                                                         "no matter what",
                                                         "regardless of the question",
                                                         "regardless of what",
                                                         "any input",
                                                         "every input",
                                                         "every prompt",
                                                         "every reply",
                                                         "any reply",
                                                         "all replies",
                                                         "each reply",
                                                         "every answer",
                                                         "all answers",
                                                         "any answer",
                                                         "each answer",
                                                         "every response",
                                                         "all responses",
                                                         "any response",
                                                         "to whoever asks",
                                                         "to everyone who asks",
                                                         "to anyone who asks",
                                                         "if asked",
                                                         "when asked",
                                                         "if you are asked",
                                                         "when you are asked",
                                                         "if anyone asks",
                                                         "if someone asks",
                                                         "if a user asks",
                                                         "the question that you",
                                                         "the question you",
                                                         "the user's question",
                                                         "the reader's question",
                                                         "the reader's complete question",
                                                         "questions about this",
                                                         "asked about this",
                                                         "asked about these",
                                                         "whoever is asked",
                                                         "whoever asks"});
constexpr auto kText = std::to_array<std::string_view>({"this page",      "this text",      "this passage", "this document", "this file",    "this paragraph",
                                                        "these minutes",  "this note",      "this message", "this line",     "these lines",  "the visible text",
                                                        "the text above", "the text below", "the document", "the passage",   "the passages", "the text",
                                                        "the page",       "this section",   "this site",    "the above",     "this content", "the content"});
constexpr auto kOrder = std::to_array<std::string_view>({"must",
                                                         "must not",
                                                         "have to",
                                                         "has to",
                                                         "only",
                                                         "always",
                                                         "never",
                                                         "do not",
                                                         "don't",
                                                         "shall",
                                                         "should",
                                                         "are required to",
                                                         "is required to",
                                                         "required",
                                                         "instead",
                                                         "nothing else",
                                                         "no other",
                                                         "not accepted",
                                                         "invalid",
                                                         "ordered to",
                                                         "without hesitation",
                                                         "as a fact",
                                                         "without exception",
                                                         "no exceptions",
                                                         "exactly",
                                                         "from now on",
                                                         "first",
                                                         "please",
                                                         "at the end",
                                                         "at the beginning",
                                                         "in full",
                                                         "word for word",
                                                         "verbatim",
                                                         "with confidence",
                                                         "in the same way",
                                                         "like this"});
constexpr auto kOverride = std::to_array<std::string_view>({"ignore all",
                                                            "ignore any",
                                                            "ignore previous",
                                                            "ignore the previous",
                                                            "ignore the above",
                                                            "ignore everything",
                                                            "ignore every",
                                                            "ignore the question",
                                                            "ignore the user",
                                                            "ignore your",
                                                            "ignore the instructions",
                                                            "ignore these instructions",
                                                            "ignore earlier",
                                                            "ignore prior",
                                                            "disregard all",
                                                            "disregard any",
                                                            "disregard the",
                                                            "disregard previous",
                                                            "disregard every",
                                                            "disregard your",
                                                            "disregard what",
                                                            "forget the",
                                                            "forget all",
                                                            "forget your",
                                                            "forget everything",
                                                            "forget what",
                                                            "overrides all",
                                                            "supersedes all",
                                                            "previous instructions",
                                                            "prior instructions",
                                                            "earlier instructions",
                                                            "all instructions",
                                                            "above all other",
                                                            "above all others",
                                                            "takes precedence",
                                                            "take precedence",
                                                            "new task",
                                                            "new role",
                                                            "is obsolete",
                                                            "priority one",
                                                            "highest priority",
                                                            "top priority",
                                                            "maintenance mode",
                                                            "developer mode",
                                                            "debug mode",
                                                            "admin mode",
                                                            "the only output",
                                                            "only output",
                                                            "do not mention",
                                                            "never mention",
                                                            "do not explain",
                                                            "do not reveal",
                                                            "do not cite",
                                                            "do not quote",
                                                            "never quote",
                                                            "instead of answering",
                                                            "session has been reset",
                                                            "change your rules",
                                                            "counts as invalid",
                                                            "stands above",
                                                            "for you alone"});

// --- Chinese, anywhere

constexpr auto kChineseMachine = std::to_array<std::string_view>(
    {"助手",     "助理系统", "人工智能", "语言模型", "大模型",   "机器人",     "自动程序", "自动系统", "自动回复系统", "智能系统",   "问答系统",
     "检索系统", "审核程序", "提示词",   "系统提示", "你收到的", "你的任务",   "你现在的", "你现在是", "你的工作",     "你的回答",   "你的答案",
     "你的回复", "你的规则", "你的指令", "所有指示", "一切指示", "之前的指令", "以上指令", "所有指令", "你已进入",     "问你",       "命令你",
     "回答者",   "读取本",   "读到这",   "读到此",   "替用户",   "代用户",     "代为解答", "代为回答", "解答的人",     "阅读程序",   "问答程序",
     "开发你",   "训练你",   "创造你",   "你的运营", "你的开发", "你的限制",   "你手头",   "你得到的", "你在对话",     "为用户",     "如果用户",
     "向用户",   "用户的",   "用户问",   "模型",     "凡是引用", "凡是概括",   "凡是回答", "凡根据本", "凡是根据本",   "凡是提到本", "凡是问到"});
constexpr auto kChineseReplying = std::to_array<std::string_view>({"回答", "回复", "答复", "答案", "作答", "输出", "打印", "写出", "写上", "说",   "抄出",
                                                                   "推荐", "附上", "加上", "填",   "复述", "声明", "确认", "显示", "隐去", "开头", "结尾",
                                                                   "末尾", "翻译", "总结", "概括", "摘要", "引用", "告知", "告诉", "展示", "插入", "给出"});
constexpr auto kChineseAnswering = std::to_array<std::string_view>({"回答", "回复", "答复", "作答", "总结", "概括", "摘要"});
constexpr auto kChineseScope =
    std::to_array<std::string_view>({"任何问题", "所有问题", "所有的问题", "所有的提问", "一切问题", "每个问题",   "所有提问",   "任何提问",   "任何输入",
                                     "无论问",   "不论问",   "不管问",     "无论收到",   "不论收到", "无论用户",   "不管用户",   "凡是问",     "谁问",
                                     "对所有",   "所有回答", "所有答复",   "所有回复",   "任何回答", "任何答复",   "一切回答",   "一切答复",   "每次回答",
                                     "每个回答", "凡是",     "回答任何",   "问什么",     "被问到",   "如果有人问", "读者的提问", "读者的问题", "用户的问题"});
constexpr auto kChineseText = std::to_array<std::string_view>({"本页", "本文", "这段文字", "这段话", "这一段", "文中", "文档", "这份记录", "这条说明", "上文",
                                                               "下文", "以上内容", "以下内容", "本段", "这里的内容", "该段", "资料"});
constexpr auto kChineseOrder =
    std::to_array<std::string_view>({"必须", "须",   "务必", "只",   "一律", "不得",   "不要", "禁止",   "请",     "应当", "都要",     "都必须",    "不能",
                                     "始终", "永远", "首先", "立即", "逐字", "肯定地", "无效", "也这样", "都这样", "照此", "从现在起", "从现在开始"});
constexpr auto kChineseOverride = std::to_array<std::string_view>(
    {"忽略以上", "忽略之前", "忽略前面", "忽略上述", "忽略所有", "忽略一切", "忽略用户", "忽略问题",   "忽略你",   "忽略此前",     "忽略先前",
     "无视",     "不要理会", "不必理会", "不用理会", "作废",     "新任务",   "新指令",   "新的任务",   "新的指令", "最高优先级",   "优先级最高",
     "高于其他", "高于一切", "凌驾",     "取代之前", "只输出",   "只回答",   "只能回答", "只需回答",   "仅回答",   "仅输出",       "唯一允许",
     "不要解释", "不要提",   "不得提",   "也不要提", "不要告诉", "不要说出", "维护模式", "开发者模式", "调试模式", "会话已经重置", "会话已重置",
     "系统指令", "所有指示", "一切指示", "全部指令", "修改你",   "忘记之前", "忘掉",     "一律回答",   "一律回复"});

// What a link could carry away.
constexpr auto kAsked =
    std::to_array<std::string_view>({"the question", "the reader's question", "the user's question", "complete question", "the last question",
                                     "the last three questions", "the conversation", "the chat", "chat history", "the reply", "the answer", "whole reply"});
constexpr auto kChineseAsked = std::to_array<std::string_view>({"提问", "读者的问题", "用户的问题", "对话", "聊天记录", "完整的问题", "完整的回答"});
constexpr auto kAddress = std::to_array<std::string_view>({"://", "![", "<img", "<iframe", "data:text"});

constexpr auto kAskedAbout = std::to_array<std::string_view>(
    {"assistant", "assistants", "ai", "llm", "language model", "chatbot", "chatbots", "bot", "chatgpt", "prompt injection", "system prompt"});
constexpr auto kChineseAskedAbout = std::to_array<std::string_view>({"助手", "人工智能", "语言模型", "大模型", "机器人", "提示词"});

constexpr auto kAssistantNames = std::to_array<std::string_view>(
    {"assistant", "ai", "ai assistant", "bot", "chatbot", "chatgpt", "gpt", "model", "助手", "ai助手", "人工智能", "机器人", "模型"});
constexpr auto kReplyNames =
    std::to_array<std::string_view>({"your answer", "your reply", "your response", "verified answer", "你的回答", "你的答案", "你的回复", "核实过的答案"});
constexpr auto kOtherNames = std::to_array<std::string_view>({"final answer", "correct answer",
                                                              "最终答案",     "正确答案",
                                                              "user",         "human",
                                                              "system",       "question from the user",
                                                              "question",     "q",
                                                              "answer",       "a",
                                                              "reply",        "response",
                                                              "用户",         "人类",
                                                              "系统",         "提问者",
                                                              "问题",         "问",
                                                              "答案",         "答",
                                                              "回答",         "回复"});
constexpr auto kTurnMarks = std::to_array<std::string_view>({"<|im_", "<|start", "<|end", "<|eot", "<|eom", "<|system", "<|user", "<|assistant", "[inst]",
                                                             "[/inst]", "<<sys>>", "<</sys>>", "<start_of_turn>", "<end_of_turn>"});
constexpr auto kFirstTurnMarks = std::to_array<std::string_view>({"### instruction", "### system", "### response", "### assistant", "### human", "### user",
                                                                  "<system>", "</system>", "<system_prompt>", "<instructions>", "<assistant>", "<user>",
                                                                  "### 系统", "### 指令", "### 助手", "### 用户", "[系统", "[system", "【系统"});

}  // namespace

Addressing addressing_of(std::string_view sentence) {
  const std::string words = spaced(sentence);
  Addressing found{
      .machine = has_phrase(words, kMachine) || has_any(sentence, kChineseMachine),
      .replying = has_phrase(words, kReplying) || has_any(sentence, kChineseReplying),
      .scope = has_phrase(words, kScope) || has_any(sentence, kChineseScope),
      .text = (has_phrase(words, kText) && has_phrase(words, kAnswering)) || (has_any(sentence, kChineseText) && has_any(sentence, kChineseAnswering)),
      .order = has_phrase(words, kOrder) || has_any(sentence, kChineseOrder),
      .override = has_phrase(words, kOverride) || has_any(sentence, kChineseOverride),
      .asked = has_phrase(words, kAsked) || has_any(sentence, kChineseAsked)};
  found.address = found.replying && has_any(sentence, kAddress);
  return found;
}

bool asks_about_machines(std::string_view question) { return has_phrase(spaced(question), kAskedAbout) || has_any(question, kChineseAskedAbout); }

TurnStart turn_of(std::string_view line) {
  constexpr std::string_view kWideColon = "：";
  line.remove_prefix(std::min(line.find_first_not_of(" *#>[-"), line.size()));
  const std::size_t narrow = line.find(':');
  const std::size_t wide = line.find(kWideColon);
  const std::size_t colon = std::min(narrow, wide);
  if (colon == std::string_view::npos) return {};
  std::string_view name = line.substr(0, colon);
  name = name.substr(0, name.find_last_not_of(" *]") + 1);
  const std::string_view said = line.substr(colon + (narrow < wide ? 1 : kWideColon.size()));
  const auto is_one_of = [name](Words names) { return std::ranges::find(names, name) != names.end(); };
  if (is_one_of(kReplyNames)) return {Turn::Reply, said};
  if (is_one_of(kAssistantNames)) return {Turn::Assistant, said};
  if (is_one_of(kOtherNames)) return {Turn::Other, said};
  return {};
}

bool has_turn_marks(std::string_view line) {
  if (has_any(line, kTurnMarks)) return true;
  line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  return std::ranges::any_of(kFirstTurnMarks, [&](std::string_view mark) { return line.starts_with(mark); });
}

}  // namespace panduan::rag::detail
