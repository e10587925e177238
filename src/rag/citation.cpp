#include "rag/citation.h"

#include <algorithm>
#include <functional>
#include <vector>

#include "base/unicode.h"
#include "documents/terms.h"

namespace panduan::rag {
namespace {

documents::ByteRange trim_range(std::string_view text, documents::ByteRange range) {
  while (range.begin < range.end) {
    const Character c = character_at(text, range.begin);
    if (!is_white_space(c.code_point)) break;
    range.begin += c.bytes;
  }
  while (range.end > range.begin) {
    std::size_t last = range.end - 1;
    while (last > range.begin && (static_cast<unsigned char>(text[last]) & 0xC0U) == 0x80U) --last;
    if (!is_white_space(character_at(text, last).code_point)) break;
    range.end = last;
  }
  return range;
}

bool is_word_character(std::string_view text, std::size_t offset) {
  const char32_t c = character_at(text, offset).code_point;
  return is_letter_or_digit(c) && !is_cjk(c);
}

/// One space between words that only a space keeps apart, no white space elsewhere: "1 2" is not "12", "全长 898 米" is "全长898米".
std::string apart(std::string_view text) {
  std::string result;
  bool space = false;
  bool after_word = false;
  for (std::size_t offset = 0; offset < text.size();) {
    const Character c = character_at(text, offset);
    if (is_white_space(c.code_point)) {
      space = true;
    } else {
      const bool word = is_word_character(text, offset);
      if (space && after_word && word) result += ' ';
      result += text.substr(offset, c.bytes);
      after_word = word;
      space = false;
    }
    offset += c.bytes;
  }
  return result;
}

/// The first place where the quote's characters stand in their order, white space aside, that is accepted.
std::optional<documents::ByteRange> first_place(std::string_view quote, std::string_view text, const std::function<bool(const documents::ByteRange&)>& accept) {
  const std::string wanted = remove_white_space(quote);
  if (wanted.empty()) return std::nullopt;
  // The text without its white space, and for each byte of that where it came from.
  std::string packed;
  std::vector<std::size_t> origin;
  packed.reserve(text.size());
  origin.reserve(text.size());
  for (std::size_t offset = 0; offset < text.size();) {
    const Character c = character_at(text, offset);
    if (!is_white_space(c.code_point)) {
      for (std::size_t i = 0; i < c.bytes; ++i) {
        packed += text[offset + i];
        origin.push_back(offset + i);
      }
    }
    offset += c.bytes;
  }
  for (std::size_t found = packed.find(wanted); found != std::string::npos; found = packed.find(wanted, found + 1)) {
    const documents::ByteRange range{origin[found], origin[found + wanted.size() - 1] + 1};
    if (accept(range)) return range;
  }
  return std::nullopt;
}

bool is_number(std::string_view term) {
  return !term.empty() && std::ranges::all_of(term, [](char c) { return c >= '0' && c <= '9'; });
}

/// The mark that a model puts at its line's end is not of the words.
std::string_view without_full_stop(std::string_view words) {
  for (const std::string_view stop : {".", "。"}) {
    if (words.ends_with(stop)) return words.substr(0, words.size() - stop.size());
  }
  return words;
}

class SentenceTerms {
 public:
  explicit SentenceTerms(std::string_view sentence) : terms_(documents::index_terms(sentence)) { std::ranges::sort(terms_); }

  std::size_t count(const std::vector<std::string>& wanted) const {
    return static_cast<std::size_t>(std::ranges::count_if(wanted, [this](const std::string& term) { return has(term); }));
  }
  bool has_numbers_of(const std::vector<std::string>& said) const {
    return std::ranges::none_of(said, [this](const std::string& term) { return is_number(term) && !has(term); });
  }
  /// Whether an answer of these terms could be this sentence in other words: no number is another, and hardly a term is new.
  bool cover(const std::vector<std::string>& said) const {
    constexpr double kLeastShare = 0.85;
    if (said.empty() || !has_numbers_of(said)) return false;
    return static_cast<double>(count(said)) >= kLeastShare * static_cast<double>(said.size());
  }

 private:
  bool has(const std::string& term) const { return std::ranges::binary_search(terms_, term); }

  std::vector<std::string> terms_;
};

}  // namespace

std::optional<documents::ByteRange> locate_quote(std::string_view quote, std::string_view text) {
  return first_place(quote, text, [](const documents::ByteRange&) { return true; });
}

std::optional<documents::ByteRange> locate_words(std::string_view words, std::string_view text) {
  const std::string wanted = apart(words);
  return first_place(words, text, [&](const documents::ByteRange& range) {
    return !is_inside_word(text, range.begin) && !is_inside_word(text, range.end) && apart(text.substr(range.begin, range.size())) == wanted;
  });
}

std::optional<documents::ByteRange> locate_line(std::string_view line, std::string_view text) {
  const std::string_view words = without_full_stop(line);
  if (const auto range = locate_words(words, text)) return range;
  if (words.empty() || words.front() < 'A' || words.front() > 'Z') return std::nullopt;
  std::string lower(words);
  lower.front() = static_cast<char>(lower.front() - 'A' + 'a');
  return locate_words(lower, text);
}

std::optional<Evidence> locate_evidence(std::string_view answer, std::string_view text, std::string_view question) {
  const std::string folded = fold_to_letters_and_digits(answer);
  if (count_characters(folded) < 2 && !is_number(folded)) return std::nullopt;
  const auto asked = documents::index_terms(question);
  const auto said = documents::index_terms(answer);
  std::optional<Evidence> best;
  std::size_t begin = 0;
  for (const std::size_t end : sentence_ends(text)) {
    const documents::ByteRange range = trim_range(text, {begin, end});
    const std::string_view sentence = text.substr(range.begin, range.size());
    begin = end;
    const SentenceTerms terms(sentence);
    const Evidence found{range, locate_line(answer, sentence).has_value(), terms.count(asked)};
    if (!found.verbatim && !terms.cover(said)) continue;
    if (!best || found > *best) best = found;
  }
  return best;
}

std::optional<documents::ByteRange> locate_support(std::string_view copied, std::string_view text, std::string_view answer) {
  constexpr std::size_t kLeastTerms = 3;
  if (documents::index_terms(copied).size() < kLeastTerms) return std::nullopt;
  const auto found = locate_line(copied, text);
  if (!found) return std::nullopt;
  documents::ByteRange range{0, text.size()};
  for (const std::size_t end : sentence_ends(text)) {
    if (end <= found->begin) range.begin = end;
    if (end >= found->end) {
      range.end = end;
      break;
    }
  }
  range = trim_range(text, range);
  return SentenceTerms(text.substr(range.begin, range.size())).has_numbers_of(documents::index_terms(answer)) ? std::optional(range) : std::nullopt;
}

}  // namespace panduan::rag
