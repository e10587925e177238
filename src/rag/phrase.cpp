#include "rag/phrase.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <utility>

#include "base/unicode.h"
#include "rag/citation.h"

namespace panduan::rag {
namespace {

using documents::ByteRange;

constexpr std::array<std::string_view, 18> kBounds{"over",          "under",   "about", "around",     "nearly",     "almost",
                                                   "approximately", "roughly", "some",  "more than",  "less than",  "fewer than",
                                                   "at least",      "at most", "up to", "as many as", "as much as", "only"};
constexpr std::array<std::string_view, 13> kChineseBounds{"超过", "大约", "至少", "最多", "多达", "不到", "将近", "接近", "少于", "多于", "不足", "高达", "仅"};
constexpr std::array<std::string_view, 3> kNegations{"no", "not", "nor"};
constexpr std::array<std::string_view, 4> kChineseNegations{"不", "没", "未", "非"};
constexpr std::array<std::string_view, 10> kPossessives{"my", "your", "his", "her", "its", "our", "their", "no", "whose", "every"};
constexpr std::array<std::string_view, 7> kDeterminers{"a", "an", "the", "this", "that", "these", "those"};
constexpr std::array<std::string_view, 3> kArticles{"a", "an", "the"};
constexpr std::array<std::string_view, 14> kJoining{"of", "and", "or", "in", "on", "at", "to", "by", "for", "with", "from", "as", "but", "is"};

bool is_one_of(std::string_view word, std::span<const std::string_view> words) {
  const std::string folded = nfkc_casefold(word);
  return std::ranges::find(words, folded) != words.end();
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_capital(char c) { return c >= 'A' && c <= 'Z'; }
bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80U; }
bool is_word_byte(char c) { return is_digit(c) || is_capital(c) || (c >= 'a' && c <= 'z') || c == '-' || c == '\''; }

/// The English word that stands before `offset`, one space between them.
std::optional<ByteRange> word_before(std::string_view text, std::size_t offset) {
  if (offset < 2 || (text[offset - 1] != ' ' && text[offset - 1] != '\n')) return std::nullopt;
  std::size_t begin = offset - 1;
  while (begin > 0 && is_word_byte(text[begin - 1])) --begin;
  if (begin == offset - 1 || (begin > 0 && !is_ascii(text[begin - 1]))) return std::nullopt;
  return ByteRange{begin, offset - 1};
}
std::optional<ByteRange> word_after(std::string_view text, std::size_t offset) {
  if (offset + 1 >= text.size() || (text[offset] != ' ' && text[offset] != '\n')) return std::nullopt;
  std::size_t end = offset + 1;
  while (end < text.size() && is_word_byte(text[end])) ++end;
  if (end == offset + 1 || (end < text.size() && !is_ascii(text[end]))) return std::nullopt;
  return ByteRange{offset + 1, end};
}
std::string_view in(std::string_view text, ByteRange range) { return text.substr(range.begin, range.size()); }

/// How many bytes of a sign that belongs to the number behind it end before `offset`: a currency, or a minus that is no hyphen.
std::size_t sign_before(std::string_view sentence, std::size_t offset) {
  const std::string_view before = sentence.substr(0, offset);
  for (const std::string_view sign : {"$", "€", "£", "¥", "￥"}) {
    if (before.ends_with(sign)) return sign.size();
  }
  for (const std::string_view sign : {"-", "−"}) {
    if (!before.ends_with(sign)) continue;
    const std::string_view further = before.substr(0, before.size() - sign.size());
    if (further.empty() || further.back() == ' ' || further.back() == '(' || !is_ascii(further.back())) return sign.size();
  }
  return 0;
}

/// Where the words before a number that bound it begin; with what negates them ("not less than"), or they would say the opposite.
std::size_t begin_with_bound(std::string_view sentence, std::size_t number) {
  const std::string_view before = sentence.substr(0, sentence.find_last_not_of(' ', number == 0 ? 0 : number - 1) + 1);
  for (const std::string_view bound : kChineseBounds) {
    if (!before.ends_with(bound)) continue;
    const std::size_t begin = before.size() - bound.size();
    for (const std::string_view negation : kChineseNegations) {
      if (before.substr(0, begin).ends_with(negation)) return begin - negation.size();
    }
    return begin;
  }
  for (const std::string_view bound : kBounds) {
    if (!before.ends_with(bound) || before.size() + 1 != number) continue;
    const std::size_t begin = before.size() - bound.size();
    if (begin > 0 && before[begin - 1] != ' ' && before[begin - 1] != '\n') continue;
    const auto negation = word_before(sentence, begin);
    return negation && is_one_of(in(sentence, *negation), kNegations) ? negation->begin : begin;
  }
  return number;
}

/// A name is written in capitals from its first word to its last. The sentence's first word is so for another reason.
ByteRange with_name(std::string_view sentence, ByteRange range) {
  while (const auto word = word_before(sentence, range.begin)) {
    if (word->begin == 0 || !is_capital(sentence[word->begin])) break;
    range.begin = word->begin;
  }
  const std::size_t last_word = sentence.find_last_of(" \n", range.end - 1) + 1;
  while (const auto word = word_after(sentence, range.end)) {
    if (!is_capital(sentence[std::max(last_word, range.begin)]) || !is_capital(sentence[word->begin])) break;
    range.end = word->end;
  }
  return range;
}

std::size_t begin_with_modifier(std::string_view sentence, std::size_t phrase) {
  const auto word = word_before(sentence, phrase);
  if (!word || is_one_of(in(sentence, *word), kDeterminers) || is_one_of(in(sentence, *word), kJoining)) return phrase;
  if (is_one_of(in(sentence, *word), kPossessives)) return word->begin;
  // Between an article and a noun stands what modifies the noun, never a verb. "That" and "this" may be pronouns.
  const auto before = word_before(sentence, word->begin);
  if (!before) return phrase;
  if (is_one_of(in(sentence, *before), kPossessives)) return before->begin;
  return is_one_of(in(sentence, *before), kArticles) ? word->begin : phrase;
}

constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kBrackets{
    {{"(", ")"}, {"（", "）"}, {"[", "]"}, {"“", "”"}, {"《", "》"}, {"「", "」"}, {"『", "』"}, {"【", "】"}}};

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t times = 0;
  for (std::size_t found = text.find(part); found != std::string_view::npos; found = text.find(part, found + part.size())) ++times;
  return times;
}

/// What opens inside the phrase closes inside it: the one that closes is taken when it stands right behind, else the phrase ends
/// before what opens.
ByteRange with_brackets_closed(std::string_view sentence, ByteRange range) {
  for (const auto& [opening, closing] : kBrackets) {
    const std::string_view phrase = in(sentence, range);
    if (count(phrase, opening) <= count(phrase, closing)) continue;
    const std::size_t opens = range.begin + phrase.rfind(opening);
    if (sentence.substr(range.end).starts_with(closing)) {
      range.end += closing.size();
    } else if (opens > range.begin) {
      range.end = sentence.find_last_not_of(' ', opens - 1) + 1;
    }
  }
  return range;
}

/// A path or a ratio is one word: "rm -rf /var/lib/apt" is another command than "rm -rf /var/lib/apt/*", and "10 km" is no speed.
ByteRange with_whole_path(std::string_view sentence, ByteRange range) {
  const auto belongs = [](char c) { return is_word_byte(c) || c == '/' || c == '*' || c == '_' || c == '~' || c == '.'; };
  if (range.end < sentence.size() && sentence[range.end] == '/') {
    while (range.end < sentence.size() && belongs(sentence[range.end])) ++range.end;
    while (sentence[range.end - 1] == '.') --range.end;
  }
  if (range.begin > 0 && sentence[range.begin - 1] == '/') {
    while (range.begin > 0 && belongs(sentence[range.begin - 1])) --range.begin;
  }
  return range;
}

}  // namespace

std::string complete_phrase(std::string_view answer, std::string_view sentence, Complete what) {
  const auto found = locate_line(answer, sentence);
  if (!found) return std::string(answer);
  ByteRange range = with_whole_path(sentence, *found);
  const std::size_t digit = sentence.find_first_of("0123456789", range.begin);
  const bool is_number = digit < range.end && digit <= range.begin + sign_before(sentence, digit);
  const char first = sentence[range.begin];
  if (is_number) {
    range.begin = begin_with_bound(sentence, digit - sign_before(sentence, digit));
  } else if (what == Complete::Phrase && is_ascii(first)) {
    if (is_capital(first)) range = with_name(sentence, range);
    range.begin = begin_with_modifier(sentence, range.begin);
  }
  range = with_brackets_closed(sentence, range);
  if (range == *found) return std::string(answer);
  std::string phrase(in(sentence, range));
  std::ranges::replace(phrase, '\n', ' ');
  return phrase;
}

}  // namespace panduan::rag
