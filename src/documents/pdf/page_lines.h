#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "documents/pdf/page_content.h"

namespace panduan::documents::pdf {

/// A word of a line, in the reading frame.
struct PageWord {
  std::string text;
  Box box;
  bool begins_cell = false;
  bool is_bold = false;  ///< its first letter
};

/// Words that stand on one baseline without a wide gap, from left to right; of a table: a row, cell after cell.
struct PageLine {
  std::vector<PageWord> words;
  Box box;
  float baseline = 0;
  float size = 0;  ///< of most of its characters
  /// Of a line that an item's mark begins: where its text does.
  float text_left = 0;
};

/// The lines of all glyphs of one direction, from top to bottom. `rules` are those of the same frame: none is crossed.
std::vector<PageLine> find_lines(const std::vector<Glyph>& glyphs, Direction direction, const std::vector<Rule>& rules);

/// "•", "1.", "(a)", "2.1.3": what stands in front of an item or a title.
bool is_item_mark(std::string_view text);

/// A glyph's meaning: of a ligature its letters.
void append_letters(std::string& text, char32_t code);

}  // namespace panduan::documents::pdf
