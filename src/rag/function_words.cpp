#include "rag/function_words.h"

#include <algorithm>
#include <array>
#include <span>

namespace panduan::rag {
namespace {

constexpr auto kEnglish = std::to_array<std::string_view>({
    "a",       "about",   "after",  "all",    "also",    "although", "am",      "an",     "and",    "another", "any",   "are",   "as",       "at",     "be",
    "because", "been",    "before", "being",  "between", "both",     "but",     "by",     "can",    "could",   "did",   "do",    "does",     "doing",  "done",
    "during",  "each",    "else",   "else's", "ever",    "every",    "exactly", "former", "for",    "from",    "had",   "has",   "have",     "he",     "her",
    "here",    "hers",    "him",    "his",    "how",     "i",        "if",      "in",     "into",   "is",      "it",    "its",   "just",     "latter", "many",
    "may",     "me",      "might",  "more",   "most",    "much",     "must",    "my",     "no",     "not",     "of",    "off",   "on",       "one",    "ones",
    "only",    "or",      "other",  "others", "our",     "out",      "over",    "own",    "please", "s",       "same",  "shall", "she",      "should", "so",
    "some",    "such",    "t",      "than",   "that",    "the",      "their",   "theirs", "them",   "then",    "there", "these", "they",     "this",   "those",
    "though",  "through", "to",     "too",    "under",   "until",    "up",      "us",     "was",    "we",      "were",  "what",  "whatever", "when",   "where",
    "which",   "while",   "who",    "whom",   "whose",   "why",      "will",    "with",   "would",  "yes",     "you",   "your",
});

constexpr auto kChinese = std::to_array<std::string_view>({
    "什么时候", "为什么", "怎么样", "多少", "什么", "怎么", "怎样", "如何", "哪里", "哪儿", "哪个", "哪些", "哪一", "何时", "何地", "何处", "为何", "请问",
    "告诉",     "没有",   "可以",   "他们", "她们", "它们", "我们", "你们", "其他", "其它", "另外", "另一", "前者", "后者", "上述", "以上", "以及", "还是",
    "还有",     "或者",   "然后",   "那么", "因为", "所以", "但是", "而且", "同样", "同一", "当时", "具体", "的",   "了",   "吗",   "呢",   "吧",   "啊",
    "是",       "在",     "有",     "和",   "与",   "那",   "这",   "它",   "他",   "她",   "们",   "其",   "被",   "也",   "都",   "还",   "就",   "谁",
    "哪",       "几",     "何",     "于",   "为",   "以",   "由",   "对",   "从",   "到",   "中",   "里",   "上",   "个",   "一",   "之",   "而",   "但",
    "或",       "及",     "把",     "让",   "向",   "着",   "过",   "我",   "你",   "请",   "不",   "没",   "该",   "此",
});

/// What counts things: it goes with 这 and 那, and the thing may then have another one.
constexpr auto kMeasureWords = std::to_array<std::string_view>({
    "个", "些", "座", "家", "位", "本", "条", "项", "次", "场", "支", "种", "所", "届", "部", "里", "边", "样", "时", "年", "名", "篇", "件", "款", "份",
});

std::size_t longest_of(std::span<const std::string_view> words, std::string_view text) {
  std::size_t longest = 0;
  for (const std::string_view word : words) {
    if (text.starts_with(word)) longest = std::max(longest, word.size());
  }
  return longest;
}

}  // namespace

bool is_function_word(std::string_view word) { return std::ranges::find(kEnglish, word) != kEnglish.end(); }

std::size_t leading_function_word(std::string_view text) {
  const std::size_t longest = longest_of(kChinese, text);
  const bool points = text.starts_with("这") || text.starts_with("那");
  return points && longest == std::string_view("这").size() ? longest + longest_of(kMeasureWords, text.substr(longest)) : longest;
}

}  // namespace panduan::rag
