#pragma once
#include <cstddef>
#include <optional>
#include <string_view>

namespace panduan::documents::detail {

inline constexpr int kDeepestSection = 6;

struct SectionNumber {
  int depth = 0;          ///< "2.1.3" is 3, "Chapter 2" is 1
  std::size_t bytes = 0;  ///< how much of the text it is, with the space behind it
};

/// "2", "2.", "2.1.3", "A.1", "Chapter 3", "第三章" in front of a title or alone.
std::optional<SectionNumber> read_section_number(std::string_view text);

}  // namespace panduan::documents::detail
