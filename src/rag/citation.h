#pragma once
#include <optional>
#include <string_view>

#include "documents/document.h"

namespace panduan::rag {

/// Where a quote stands in a text: the same characters in the same order, white space aside (a line break of the source may be a
/// space in the quote). The range begins and ends on a character that is not white space. nullopt when it does not stand there.
std::optional<documents::ByteRange> locate_quote(std::string_view quote, std::string_view text);

/// As locate_quote, and not inside longer words: "17" does not stand in "1917".
std::optional<documents::ByteRange> locate_words(std::string_view words, std::string_view text);

/// As locate_words for a line of a model: its capital and full stop are its own.
std::optional<documents::ByteRange> locate_line(std::string_view line, std::string_view text);

/// A sentence that an answer rests on.
struct Evidence {
  documents::ByteRange range;
  bool verbatim = false;         ///< the answer's words stand in it as they are
  std::size_t shared_terms = 0;  ///< with the question
  /// Whether it carries the answer better than the other does.
  bool operator>(const Evidence& other) const { return verbatim != other.verbatim ? verbatim : shared_terms > other.shared_terms; }
};

/// The best sentence of `text` in which the answer's words stand, or, where the answer puts them in another order or form, in which
/// all of its numbers and at least 85 % of its terms do. nullopt when there is none, or when the answer is too short to mean
/// anything (under two letters or digits, unless it is a number).
std::optional<Evidence> locate_evidence(std::string_view answer, std::string_view text, std::string_view question);

/// The sentences in which words stand that were copied to bear an answer. nullopt when they stand nowhere, when they are too few to bear
/// anything, or when the answer names a number that those sentences do not have.
std::optional<documents::ByteRange> locate_support(std::string_view copied, std::string_view text, std::string_view answer);

}  // namespace panduan::rag
