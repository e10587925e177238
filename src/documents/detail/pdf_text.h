#pragma once
#include <vector>

#include "documents/detail/pdf_layout.h"
#include "documents/document.h"

namespace panduan::documents::detail {

/// A paragraph of the canonical text and what its print says about it.
struct PrintedParagraph {
  ByteRange text;
  Box box;
  std::size_t page = 0;
  std::size_t rows = 0;   ///< printed lines
  bool is_table = false;
  bool is_bold = false;   ///< all of it
  float word_height = 0;  ///< median over its characters: a proxy for the font size
};

struct PrintedText {
  std::string text;
  std::vector<Page> pages;
  std::vector<PrintedParagraph> paragraphs;
  std::vector<Table> tables;
};

/// Joins words to lines and lines to paragraphs. A hyphen that cuts a word at a line's end is left out; a table's rows are lines, " | " between their cells.
PrintedText build_printed_text(const PdfLayout& layout);

/// Finds headings by their size and their numbers ("2.1.3 Title"); none on contents pages' lines.
std::vector<Heading> find_printed_headings(const PrintedText& printed);

/// Whether two boxes stand side by side.
bool share_row(const Box& a, const Box& b);

/// The median of heights, each weighted by its number of characters; 0 for none.
float weighted_median(std::vector<std::pair<float, std::size_t>> heights);

}  // namespace panduan::documents::detail
