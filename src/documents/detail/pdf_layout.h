#pragma once
#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace panduan::documents::detail {

/// Points from the page's upper left corner.
struct Box {
  float left = 0, top = 0, right = 0, bottom = 0;
  float height() const { return bottom - top; }
  /// Grows so far that it holds the other one.
  void include(const Box& other) {
    *this = {
        .left = std::min(left, other.left), .top = std::min(top, other.top), .right = std::max(right, other.right), .bottom = std::max(bottom, other.bottom)};
  }
};

/// What is printed on the pages, flat: pages hold blocks, blocks hold lines, lines hold words, each as a half-open range of indexes. Blocks stand in
/// reading order.
struct PdfLayout {
  struct Word {
    std::size_t begin = 0, end = 0;  ///< in `characters`
    Box box;
    bool begins_cell = false;  ///< of a table's row
  };
  struct Line {
    std::size_t first_word = 0, end_word = 0;
    Box box;
    bool is_bold = false;     ///< all of it
    bool is_running = false;  ///< part of a running header or footer; set by mark_running_lines
  };
  struct Block {
    std::size_t first_line = 0, end_line = 0;
    Box box;
    bool is_table = false;    ///< each line is a row
    bool has_header = false;  ///< the first row names the columns
  };
  struct Page {
    std::size_t first_block = 0, end_block = 0;
    float width = 0, height = 0;
    std::string label;
  };

  /// A title of the document's own table of contents, in its order.
  struct OutlineEntry {
    std::string title;
    int level = 1;         ///< 1 is the highest
    std::size_t page = 0;  ///< index
  };

  std::string characters;  ///< of all words, valid UTF-8 without control characters
  std::vector<Word> words;
  std::vector<Line> lines;
  std::vector<Block> blocks;
  std::vector<Page> pages;
  std::vector<OutlineEntry> outline;  ///< empty: it has none

  std::string_view text(const Word& word) const { return std::string_view(characters).substr(word.begin, word.end - word.begin); }
};

/// Marks headers, footers and page numbers: lines near a page's edge whose text, digits aside, stands at the same height on most
/// pages of a stretch. Left in, they would split sentences at every page and stand in passages that are not about them.
void mark_running_lines(PdfLayout& layout);

}  // namespace panduan::documents::detail
