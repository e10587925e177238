#include "rag/detail/negation.h"

#include <algorithm>
#include <array>
#include <span>

#include "base/unicode.h"
#include "rag/detail/fact_text.h"

namespace panduan::rag::detail {
namespace {

constexpr std::size_t kScopeTerms = 2;

constexpr std::array<std::string_view, 10> kNegations{"not", "no", "never", "without", "none", "neither", "nor", "cannot", "nobody", "nothing"};
// Behind "not" or "no" these leave the sentence's meaning as it is, or say when and how much.
constexpr std::array<std::string_view, 13> kHarmless{"only",  "just",   "merely", "simply", "least", "less",       "more",
                                                     "later", "longer", "fewer",  "matter", "doubt", "necessarily"};
constexpr std::array<std::string_view, 36> kNegative{"fail",    "failed", "fails",     "failing",  "unable",     "hardly",  "barely",    "rarely",   "seldom",
                                                     "lack",    "lacks",  "lacked",    "lacking",  "refuse",     "refused", "refuses",   "refusing", "deny",
                                                     "denied",  "banned", "forbidden", "prohibit", "prohibited", "prevent", "prevented", "prevents", "avoid",
                                                     "avoided", "absent", "absence",   "except",   "unlike",     "little",  "few",       "instead",  "rather"};

constexpr auto kChineseNegations = std::to_array<std::string_view>(
    {"没有", "没", "未曾", "未能", "未", "并非", "并不", "不是", "不能", "不会", "不再", "从不", "不曾", "毫无", "绝非", "不", "无", "非"});
// Words that hold such a character and negate nothing.
constexpr auto kHarmlessChinese = std::to_array<std::string_view>(
    {"不过",   "不同",   "非常",   "无论",   "不仅",   "不但",   "不只",   "不断", "不管",   "不论", "不久",   "不少",   "不得不",   "无数",     "无线",
     "非洲",   "未来",   "除非",   "无疑",   "不禁",   "差不多", "无比",   "不已", "不止",   "不单", "不光",   "不愧",   "不料",     "不惜",     "不足",
     "不到",   "不超过", "不少于", "不低于", "不多于", "不晚于", "没收",   "沉没", "淹没",   "埋没", "出没",   "没落",   "非法",     "南非",     "北非",
     "非裔",   "是非",   "不时",   "不由",   "不如",   "不锈钢", "无非",   "非凡", "无穷",   "无限", "无机",   "不等",   "不妨",     "不可避免", "不规则",
     "不稳定", "不朽",   "不幸",   "不满",   "不良",   "不利",   "不便",   "不安", "无政府", "无私", "无辜",   "无人",   "无形",     "无意",     "非正式",
     "非政府", "非营利", "不平等", "不列颠", "不丹",   "非暴力", "非官方", "不公", "非物质", "未婚", "未成年", "不服从", "不可或缺", "不可分割", "不透明"});
constexpr auto kNegativeChinese = std::to_array<std::string_view>(
    {"拒绝", "禁止", "避免", "缺乏", "缺少", "失败", "难以", "阻止", "很少", "极少", "否认", "反对", "防止", "免于", "而非", "以外", "除了", "相反", "谴责"});

template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::ranges::find(words, word) != words.end();
}

std::vector<std::string> scope_behind(std::string_view text, std::size_t offset) {
  constexpr std::size_t kFarthest = 60;
  std::string_view behind = truncate_utf8(text.substr(offset), kFarthest);
  const std::size_t clause = behind.find_first_of(".;,!?");
  behind = behind.substr(0, clause);
  for (const std::string_view stop : {"。", "；", "、", "！", "？"}) behind = behind.substr(0, behind.find(stop));
  std::vector<std::string> terms = content_terms(behind);
  if (terms.size() > kScopeTerms) terms.resize(kScopeTerms);
  return terms;
}

/// "It did not open until 1932."
bool says_when(std::span<const Word> words, std::size_t negation) {
  constexpr std::size_t kFarthest = 5;
  const auto behind = words.subspan(negation + 1).first(std::min(kFarthest, words.size() - negation - 1));
  return std::ranges::any_of(behind, [](const Word& word) { return word.text == "until"; });
}

void add_english(std::string_view text, std::vector<Negation>& negations) {
  const std::vector<Word> words = words_of(text);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string word = lower(words[i].text);
    const bool contracted = word.ends_with("n't") || word.ends_with("n’t");
    if (!contracted && !is_one_of(word, kNegations)) continue;
    const std::string next = i + 1 < words.size() ? lower(words[i + 1].text) : "";
    if (is_one_of(next, kHarmless) || says_when(words, i)) continue;
    // "No. 5" is a number's sign.
    if (word == "no" && words[i].end() < text.size() && text[words[i].end()] == '.') continue;
    negations.push_back({.range = {words[i].begin, words[i].end()}, .scope = scope_behind(text, words[i].end())});
  }
}

/// Whether a word that negates nothing lies over the bytes at `offset`.
bool is_in_harmless_word(std::string_view text, std::size_t offset) {
  return std::ranges::any_of(kHarmlessChinese, [&](std::string_view word) {
    for (std::size_t before = 0; before < word.size(); before += 3) {
      if (before <= offset && text.substr(offset - before).starts_with(word)) return true;
    }
    return false;
  });
}

void add_chinese(std::string_view text, std::vector<Negation>& negations) {
  for (std::size_t at = 0; at < text.size();) {
    const auto* found = std::ranges::find_if(kChineseNegations, [&](std::string_view one) { return text.substr(at).starts_with(one); });
    if (found == kChineseNegations.end()) {
      at += character_at(text, at).bytes;
      continue;
    }
    const std::size_t end = at + found->size();
    bool harmless = false;
    for (std::size_t inside = at; inside < end; inside += 3) harmless = harmless || is_in_harmless_word(text, inside);
    if (!harmless) negations.push_back({.range = {at, end}, .scope = scope_behind(text, end)});
    at = end;
  }
}

}  // namespace

std::vector<Negation> negations_of(std::string_view text) {
  std::vector<Negation> negations;
  add_english(text, negations);
  add_chinese(text, negations);
  return negations;
}

bool has_negative_word(std::string_view text) {
  for (const Word& word : words_of(text)) {
    const std::string lowered = lower(word.text);
    if (is_one_of(lowered, kNegative)) return true;
    const bool has_prefix = lowered.size() > 6 && (lowered.starts_with("un") || lowered.starts_with("non"));
    if (has_prefix && !lowered.starts_with("under") && !lowered.starts_with("uni")) return true;
  }
  return std::ranges::any_of(kNegativeChinese, [&](std::string_view word) { return text.find(word) != std::string_view::npos; });
}

}  // namespace panduan::rag::detail
