#pragma once
#include <optional>
#include <string_view>

#include "documents/document.h"

namespace panduan::rag {

/// Where a quote stands in a text: the same characters in the same order, white space aside (a line break of the source may be a
/// space in the quote). The range begins and ends on a character that is not white space. nullopt when it does not stand there.
std::optional<documents::ByteRange> locate_quote(std::string_view quote, std::string_view text);

/// The sentence of `text` in which the words stand; of several the one that shares most terms with the question. nullopt when they
/// stand nowhere, or are too few to mean anything (under two letters or digits, unless it is a number).
struct Sentence {
  documents::ByteRange range;
  std::size_t shared_terms = 0;  ///< with the question
};
std::optional<Sentence> locate_sentence_with(std::string_view words, std::string_view text, std::string_view question);

}  // namespace panduan::rag
