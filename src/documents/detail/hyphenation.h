#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>

#include "documents/detail/pdf_layout.h"

namespace panduan::documents::detail {

/// What a line's end makes of the word in front of it.
enum class LineEnd {
  None,   ///< nothing: lines are joined as any others
  Cut,    ///< a hyphen cut it: that is left out, and the word goes on
  Joint,  ///< it goes on, and the hyphen (or the slash of a path) is its own
};

/// Tells hyphens apart by the words that the document prints elsewhere without a line's end in them. Where it does not print a word again, it is taken as most
/// others of the document are: some programs cut words, others never do.
class Hyphenation {
 public:
  explicit Hyphenation(const PdfLayout& layout);

  enum class Place { Text, Cell };
  /// Of a line's last word and the first one of the next line. In a cell, whose lines are short, an unknown hyphen is the word's own unless the document is
  /// known to cut words.
  LineEnd between(std::string_view before, std::string_view after, Place place) const;

 private:
  using Counts = std::unordered_map<std::string, std::size_t>;
  std::size_t count_of(const std::string& word) const;
  /// By the document's own words: None where it does not tell.
  LineEnd known(std::string_view before, std::string_view after) const;

  Counts counts_;  ///< of the words that a line's end could have made two of
  std::ptrdiff_t cuts_ = 0;  ///< line ends that are known to cut a word, less those that are known not to
};

}  // namespace panduan::documents::detail
