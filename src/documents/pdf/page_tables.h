#pragma once
#include <vector>

#include "documents/pdf/page_lines.h"

namespace panduan::documents::pdf {

struct PageTable {
  std::vector<PageLine> rows;  ///< their words cell after cell
  Box box;
  bool has_header = false;
};

/// The cells of all grids that ruling lines make, those without a wall between them as one.
std::vector<Box> find_cells(const std::vector<Rule>& rules);

/// Takes out the lines that stand in the cells of tables: where ruling lines say so.
std::vector<PageTable> take_tables(std::vector<PageLine>& lines, const std::vector<Rule>& rules);

}  // namespace panduan::documents::pdf
