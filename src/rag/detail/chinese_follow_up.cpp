#include "rag/detail/chinese_follow_up.h"

#include <array>
#include <string>

#include "base/unicode.h"
#include "rag/function_words.h"

namespace panduan::rag::detail {
namespace {

constexpr auto kCorrections = std::to_array<std::string_view>(
    {"我想问的是", "我的意思是", "我问的是", "我指的是", "我说的是", "我是问", "我是说", "应该是", "说错了", "不对", "不是", "错了", "更正"});
constexpr auto kAsking =
    std::to_array<std::string_view>({"什么", "谁", "哪", "多少", "几", "怎", "如何", "何", "吗", "是否", "多大", "多长", "多高", "多久", "多远"});

/// The text, with marks of the same length for what only looks like a pronoun.
std::string without_lookalikes(std::string text) {
  static constexpr auto kLookalikes = std::to_array<std::string_view>(
      {"其他", "其它", "其实", "其余", "其次", "其中",     "土耳其", "尤其", "极其",   "与其",   "马耳他",   "吉他",   "犹他",     "他人",  "因此",
       "此外", "如此", "彼此", "从此", "应该", "那不勒斯", "那曲",   "刹那", "那么多", "这个词", "这个名字", "这首歌", "这个术语", "的另一"});
  static constexpr std::string_view kMark = "、";
  for (const std::string_view word : kLookalikes) {
    for (std::size_t found = text.find(word); found != std::string::npos; found = text.find(word, found)) {
      for (std::size_t i = 0; i < word.size(); i += kMark.size()) text.replace(found + i, kMark.size(), kMark);
    }
  }
  return text;
}

/// What names something: all but function words, white space and punctuation. Latin words and numbers count by their characters.
std::size_t content_characters(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t offset = 0; offset < text.size();) {
    if (const std::size_t bytes = leading_function_word(text.substr(offset)); bytes > 0) {
      offset += bytes;
      continue;
    }
    const Character c = character_at(text, offset);
    offset += c.bytes;
    count += is_letter_or_digit(c.code_point) ? 1 : 0;
  }
  return count;
}

std::string_view without_end_mark(std::string_view text) {
  for (const std::string_view mark : {"?", "。", "!", " "}) {
    while (text.ends_with(mark)) text.remove_suffix(mark.size());
  }
  return text;
}

bool is_ellipsis(std::string_view text) {
  static constexpr auto kOpenings = std::to_array<std::string_view>({"那么", "那", "还有", "另外", "而", "但", "然后", "接着", "所以", "以及", "或者", "其中"});
  // 那座 points, and that is said more exactly below.
  const bool points = text.starts_with("那") && leading_function_word(text) > std::string_view("那").size() && !text.starts_with("那么");
  return (!points && starts_with_any(text, kOpenings)) || (without_end_mark(text).ends_with("呢") && !contains_any(text, kAsking));
}

/// 他的 and 其 have their noun in the question when it begins with one: 特斯拉为什么离开他的公司.
bool is_pronoun(std::string_view text) {
  static constexpr auto kPronouns = std::to_array<std::string_view>({"他", "她", "它", "其"});
  std::size_t first = std::string_view::npos;
  for (const std::string_view pronoun : kPronouns) first = std::min(first, text.find(pronoun));
  if (first == std::string_view::npos) return false;
  const std::string_view rest = text.substr(first);
  const bool begins_a_clause = text.substr(0, first).ends_with(",");
  const bool owns = begins_a_clause || rest.starts_with("其") || rest.starts_with("他的") || rest.starts_with("她的") || rest.starts_with("它的") ||
                    rest.starts_with("他们的") || rest.starts_with("它们的");
  return !(owns && leading_function_word(text) == 0 && content_characters(text.substr(0, first)) >= 2);
}

/// A name may hold the character: 加那利群岛.
bool points(std::string_view text, std::size_t at) {
  if (at == 0 || leading_function_word(text.substr(at)) > std::string_view("那").size()) return true;
  const std::string_view before = text.substr(0, at);
  static constexpr auto kEnds =
      std::to_array<std::string_view>({"的", "了", "着", "过", "是", "在", "和", "与", "对", "于", "从", "由", "比", "候", "谁", ",", " "});
  return std::ranges::any_of(kEnds, [before](std::string_view end) { return before.ends_with(end); });
}

bool is_demonstrative(std::string_view text) {
  static constexpr auto kWords = std::to_array<std::string_view>({"这", "那", "该", "此", "上述", "以上", "前者", "后者", "另一", "当时", "同一"});
  for (const std::string_view word : kWords) {
    const std::size_t found = text.find(word);
    if (found == std::string_view::npos || (word == "那" && !points(text, found))) continue;
    // Behind their noun these point into the question itself.
    if ((word == "该" || word == "此" || word == "以上") && content_characters(text.substr(0, found)) >= 2) continue;
    return true;
  }
  return false;
}

bool is_short(std::string_view text) {
  static constexpr std::size_t kFewCharacters = 2;
  static constexpr auto kDefinitions = std::to_array<std::string_view>({"什么是", "谁是"});
  static constexpr auto kDefined = std::to_array<std::string_view>({"是谁", "是什么"});
  const std::string_view body = without_end_mark(text);
  const std::size_t content = content_characters(body);
  if (content == 0) return true;
  const bool defines = starts_with_any(body, kDefinitions) || std::ranges::any_of(kDefined, [body](std::string_view end) { return body.ends_with(end); });
  return content <= kFewCharacters && !defines;
}

}  // namespace

std::span<const std::string_view> chinese_correction_openings() { return kCorrections; }

std::optional<Cue> find_chinese_cue(std::string_view question) {
  const std::string folded = nfkc_casefold(question);
  const std::string text = without_lookalikes(folded);
  if (starts_with_any(text, kCorrections)) return Cue::Correction;
  if (is_ellipsis(folded)) return Cue::Ellipsis;
  if (is_pronoun(text)) return Cue::Pronoun;
  if (is_demonstrative(text)) return Cue::Demonstrative;
  if (is_short(text)) return Cue::Short;
  return std::nullopt;
}

std::size_t chinese_joining_bytes(std::string_view question) {
  static constexpr auto kJoining = std::to_array<std::string_view>({"那么", "那", "而", "但是", "但", "然后", "接着"});
  // 那座 points.
  if (question.starts_with("那") && !question.starts_with("那么") && leading_function_word(question) > std::string_view("那").size()) return 0;
  const auto* found = std::ranges::find_if(kJoining, [question](std::string_view word) { return question.starts_with(word); });
  return found == kJoining.end() ? 0 : found->size();
}

std::optional<documents::ByteRange> find_chinese_pronoun(std::string_view question) {
  static constexpr auto kPronouns = std::to_array<std::string_view>({"他们", "她们", "它们", "他", "她", "它", "其", "那里", "那儿", "这里"});
  const std::string text = without_lookalikes(std::string(question));
  std::optional<documents::ByteRange> first;
  for (const std::string_view pronoun : kPronouns) {
    const std::size_t found = text.find(pronoun);
    if (found != std::string::npos && (!first || found < first->begin)) first = documents::ByteRange{found, found + pronoun.size()};
  }
  return first;
}

}  // namespace panduan::rag::detail
