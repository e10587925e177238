#include "rag/citation.h"

#include <algorithm>
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

/// Whether the words stand in the text, and not inside longer ones: "17" does not stand in "1917".
bool stands_as_words(std::string_view words, std::string_view text) {
  const auto range = locate_quote(words, text);
  if (!range) return false;
  const bool cut_before = range->begin > 0 && static_cast<unsigned char>(text[range->begin - 1]) < 0x80U && is_word_character(text, range->begin - 1) &&
                          is_word_character(text, range->begin);
  const bool cut_behind = range->end < text.size() && static_cast<unsigned char>(text[range->end - 1]) < 0x80U && is_word_character(text, range->end - 1) &&
                          is_word_character(text, range->end);
  return !cut_before && !cut_behind;
}

}  // namespace

std::optional<documents::ByteRange> locate_quote(std::string_view quote, std::string_view text) {
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
  const std::size_t found = packed.find(wanted);
  if (found == std::string::npos) return std::nullopt;
  return documents::ByteRange{origin[found], origin[found + wanted.size() - 1] + 1};
}

std::optional<Sentence> locate_sentence_with(std::string_view words, std::string_view text, std::string_view question) {
  const std::string folded = fold_to_letters_and_digits(words);
  const bool is_number = !folded.empty() && std::ranges::all_of(folded, [](char c) { return c >= '0' && c <= '9'; });
  if (count_characters(folded) < 2 && !is_number) return std::nullopt;
  std::vector<std::string> wanted = documents::index_terms(question);
  std::optional<Sentence> best;
  std::size_t begin = 0;
  for (const std::size_t end : sentence_ends(text)) {
    const documents::ByteRange range = trim_range(text, {begin, end});
    const std::string_view sentence = text.substr(range.begin, range.size());
    begin = end;
    if (!stands_as_words(words, sentence)) continue;
    std::vector<std::string> terms = documents::index_terms(sentence);
    std::ranges::sort(terms);
    const auto shared =
        static_cast<std::size_t>(std::ranges::count_if(wanted, [&](const std::string& term) { return std::ranges::binary_search(terms, term); }));
    if (!best || shared > best->shared_terms) best = Sentence{range, shared};
  }
  return best;
}

}  // namespace panduan::rag
