#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace panduan::documents::detail {

/// A table of reStructuredText: its cells as they are written, lines of a cell apart by \n.
struct RstTable {
  std::vector<std::vector<std::string>> rows;
  std::size_t header_rows = 0;
  std::size_t lines = 0;  ///< that it takes; 0 when there is none
};

/// "+----+----+" …; a cell over several columns stands in the first of them, one over several rows in the first.
RstTable read_grid_table(std::span<const std::string_view> lines);
/// "====  ====" …
RstTable read_simple_table(std::span<const std::string_view> lines);

}  // namespace panduan::documents::detail
