#include "rag/citation.h"

#include <algorithm>
#include <vector>

#include "base/unicode.h"

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

std::optional<documents::ByteRange> locate_sentence_with(std::string_view words, std::string_view text) {
  if (count_characters(fold_to_letters_and_digits(words)) < 2) return std::nullopt;
  const auto found = locate_quote(words, text);
  if (!found) return std::nullopt;
  std::size_t begin = 0;
  for (const std::size_t end : sentence_ends(text)) {
    if (end >= found->end) return trim_range(text, {begin, end});
    if (end <= found->begin) begin = end;
  }
  return found;
}

}  // namespace panduan::rag
