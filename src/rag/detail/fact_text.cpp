#include "rag/detail/fact_text.h"

#include <algorithm>
#include <array>
#include <span>

#include "base/unicode.h"
#include "documents/terms.h"

namespace panduan::rag::detail {
namespace {

constexpr std::array<std::string_view, 66> kEveryday{
    "a",     "an",    "the",  "and",   "or",     "of",    "in",    "on",   "at",   "to",   "by",    "for",   "with", "from",  "as",    "but", "is",
    "are",   "was",   "were", "be",    "been",   "being", "it",    "its",  "this", "that", "these", "those", "he",   "she",   "they",  "his", "her",
    "their", "them",  "him",  "which", "who",    "whom",  "whose", "has",  "have", "had",  "do",    "does",  "did",  "will",  "would", "can", "could",
    "may",   "might", "must", "shall", "should", "also",  "than",  "then", "so",   "such", "into",  "there", "when", "while", "s"};
constexpr std::array<std::string_view, 24> kEverydayChinese{"的", "了", "是", "在", "和", "与", "也", "都", "就", "而", "及", "被",
                                                            "把", "将", "从", "到", "对", "为", "以", "其", "这", "那", "于", "之"};

struct Variant {
  std::string_view from, to;
};
// NFKC would join the digits of a fraction to those before it, and take the comma of a Chinese sentence for one between thousands.
constexpr std::array<Variant, 6> kVariants{{{"½", ".5"}, {"¼", ".25"}, {"¾", ".75"}, {"，", " , "}, {"⁻", "-"}, {"−", "-"}}};

bool is_one_of(std::string_view word, std::span<const std::string_view> words) { return std::ranges::find(words, word) != words.end(); }

bool is_word_character(char32_t c) { return is_letter_or_digit(c) && !is_cjk(c); }

bool is_upper(std::string_view character) { return !(character.size() == 1 && is_digit(character.front())) && nfkc_casefold(character) != character; }

/// "opened", "opens" and "opening" are one word here. Rough, and the same for statement and source.
std::string without_ending(std::string term) {
  constexpr std::size_t kLeast = 3;
  for (const std::string_view ending : {"ingly", "edly", "ing", "ies", "ied", "ed", "es", "ly", "s", "e", "y"}) {
    if (term.size() < ending.size() + kLeast || !term.ends_with(ending)) continue;
    term.resize(term.size() - ending.size());
    if (term.size() > kLeast && term.back() == term[term.size() - 2] && term.back() != 'l' && term.back() != 's') term.pop_back();  // "stopped"
    break;
  }
  return term;
}

bool is_cjk_term(std::string_view term) { return is_cjk(character_at(term, 0).code_point); }

/// Where the word that begins at `offset` ends.
std::size_t word_end(std::string_view text, std::size_t offset) {
  std::size_t end = offset;
  while (end < text.size()) {
    const Character c = character_at(text, end);
    if (is_word_character(c.code_point)) {
      end += c.bytes;
      continue;
    }
    const std::size_t next = end + c.bytes;
    const bool joins = c.code_point == U'\'' || c.code_point == U'’';
    const bool initial = c.code_point == U'.' && end > offset && is_latin_letter(text[end - 1]) && (end - offset == 1 || text[end - 2] == '.');
    const bool goes_on = next < text.size() && is_word_character(character_at(text, next).code_point);
    if (!(joins || initial) || !goes_on) break;
    end = next;
  }
  return end;
}

}  // namespace

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_latin_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return result;
}

std::string fact_text(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto* variant = std::ranges::find_if(kVariants, [&](const Variant& one) { return text.substr(at).starts_with(one.from); });
    if (variant == kVariants.end()) {
      plain += text[at++];
      continue;
    }
    const bool alone = variant->to.front() == '.' && (plain.empty() || !is_digit(plain.back()));
    plain += alone ? "0" : "";
    plain += variant->to;
    at += variant->from.size();
  }
  return nfkc(plain);
}

std::vector<Word> words_of(std::string_view text) {
  std::vector<Word> words;
  bool begins_sentence = true;
  for (std::size_t at = 0; at < text.size();) {
    const Character c = character_at(text, at);
    if (!is_word_character(c.code_point)) {
      const bool ends = std::string_view(".!?:;").find(text[at]) != std::string_view::npos || c.code_point == U'“' || c.code_point == U'"';
      begins_sentence = begins_sentence || ends;
      at += c.bytes;
      if (is_cjk(c.code_point)) begins_sentence = false;
      continue;
    }
    const std::size_t end = word_end(text, at);
    Word word{.text = text.substr(at, end - at), .begin = at, .capital = is_upper(text.substr(at, c.bytes)), .begins_sentence = begins_sentence};
    for (std::size_t inside = at + c.bytes; inside < end;) {
      const Character next = character_at(text, inside);
      word.more_capitals = word.more_capitals || is_digit(text[inside]) || is_upper(text.substr(inside, next.bytes));
      inside += next.bytes;
    }
    words.push_back(word);
    begins_sentence = false;
    at = end;
  }
  return words;
}

std::vector<std::string> content_terms(std::string_view text) {
  std::vector<std::string> terms;
  for (std::string& term : documents::index_terms(text)) {
    if (!is_cjk_term(term)) {
      if (!is_one_of(term, kEveryday)) terms.push_back(without_ending(std::move(term)));
    } else if (std::ranges::none_of(kEverydayChinese, [&](std::string_view everyday) { return term.find(everyday) != std::string::npos; })) {
      terms.push_back(std::move(term));
    }
  }
  return terms;
}

bool has_words_at(std::string_view lower_text, std::size_t offset, std::string_view words) {
  if (!lower_text.substr(offset).starts_with(words)) return false;
  const std::size_t end = offset + words.size();
  if (!is_latin_letter(words.back()) || end >= lower_text.size()) return true;
  return !is_latin_letter(lower_text[end]) && !is_digit(lower_text[end]);
}

}  // namespace panduan::rag::detail
