#pragma once
#include <optional>
#include <string_view>

#include "documents/document.h"

namespace panduan::rag {

/// Where a quote stands in a text: the same characters in the same order, white space aside (a line break of the source may be a
/// space in the quote). The range begins and ends on a character that is not white space. nullopt when it does not stand there.
std::optional<documents::ByteRange> locate_quote(std::string_view quote, std::string_view text);

/// The sentence of `text` in which the words stand; nullopt when they do not, or are too few to mean anything (under two
/// letters or digits).
std::optional<documents::ByteRange> locate_sentence_with(std::string_view words, std::string_view text);

}  // namespace panduan::rag
