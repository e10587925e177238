#pragma once
#include <functional>
#include <string_view>
#include <vector>

#include "documents/document.h"

namespace panduan::documents::detail {

/// The smallest piece that chunks are packed from: a heading, a paragraph, or a part of a paragraph that is too long.
struct Unit {
  ByteRange text;  ///< no white space at its ends, never empty
  std::size_t tokens = 0;
  bool is_heading = false;  ///< stays with what follows it
};

/// No tokenizer makes fewer tokens than one for so many bytes of prose.
inline constexpr std::size_t kMostBytesPerToken = 24;

struct UnitLimits {
  std::size_t long_tokens = 0;  ///< a paragraph of more is cut into sentences
  std::size_t max_tokens = 0;   ///< a sentence of more is cut between words, a word of more between characters
  std::function<std::size_t(std::string_view)> count_tokens;
};

/// The range without white space (Unicode's) at its ends; empty where there is nothing else in it.
ByteRange trim(std::string_view text, ByteRange range);

/// The units of `section` of a document in text order; together they hold all of it but white space. The first `heading_bytes` of the section
/// are its heading. A table that is too long is cut into its rows, code between its lines. Costs about one count of the section's tokens.
std::vector<Unit> cut_units(const ParsedDocument& document, ByteRange section, std::size_t heading_bytes, const UnitLimits& limits);

/// The table that holds this place of the text, nullptr when none does.
const Table* table_at(const ParsedDocument& document, std::size_t position);

}  // namespace panduan::documents::detail
