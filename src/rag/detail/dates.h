#pragma once
#include <string_view>
#include <vector>

#include "documents/document.h"

namespace panduan::rag::detail {

/// A date in any of its forms; 0 for a part that is not said.
struct Date {
  int year = 0, month = 0, day = 0;
  bool is_decade = false;  ///< "the 1990s", 20世纪90年代: `year` is its first
  documents::ByteRange range;
};

/// "1932-05-12", "12 May 1932", "May 12, 1932", "May 1932", "12th of May", 1932年5月12日, 五月十二日, 1932年, the 1930s. A bare "1932" is a
/// number: nothing tells that it is a year. In text order; `text` is a fact_text.
std::vector<Date> dates_of(std::string_view text);

/// Whether all that `said` says is said by `other`.
bool agrees(const Date& said, const Date& other);

}  // namespace panduan::rag::detail
