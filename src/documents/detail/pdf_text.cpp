#include "documents/detail/pdf_text.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "base/unicode.h"
#include "documents/detail/hyphenation.h"
#include "documents/detail/joining.h"
#include "documents/detail/monospace.h"

namespace panduan::documents::detail {
namespace {

/// A word without the hyphen at its end.
std::string_view cut_before_hyphen(std::string_view word) {
  constexpr std::string_view kSoftHyphen = "\u00AD";
  word.remove_suffix(word.ends_with('-') ? 1 : kSoftHyphen.size());
  return word.substr(0, word.find_last_not_of(' ') + 1);
}

bool is_dots(std::string_view text) { return !text.empty() && text.find_first_not_of('.') == std::string_view::npos; }

/// "2.1.3", "A.1", "4.".
bool is_item_number(std::string_view text) {
  if (text.size() > 2 && text[0] >= 'A' && text[0] <= 'Z' && text[1] == '.') text.remove_prefix(2);
  return !text.empty() && text.size() <= 12 && text.front() >= '0' && text.front() <= '9' && text.find_first_not_of("0123456789.") == std::string_view::npos;
}

class TextWriter {
 public:
  explicit TextWriter(const PdfLayout& layout) : layout_(layout), monospaced_widths_(monospaced_widths(layout)), hyphenation_(layout) {}

  PrintedText write() {
    for (const PdfLayout::Page& page : layout_.pages) write_page(page);
    return std::move(printed_);
  }

 private:
  void write_page(const PdfLayout::Page& page) {
    Page& written = printed_.pages.emplace_back();
    written.label = page.label.empty() ? std::to_string(printed_.pages.size()) : page.label;
    written.width = page.width;
    written.height = page.height;
    const std::size_t paragraphs_before = printed_.paragraphs.size();
    left_out_ = true;  // a page break is never crossed
    for (std::size_t block = page.first_block; block < page.end_block; ++block) {
      if (layout_.blocks[block].is_table) write_table(layout_.blocks[block]);
      else write_block(layout_.blocks[block], monospaced_widths_[block]);
    }
    written.text = {printed_.text.size(), printed_.text.size()};
    if (printed_.paragraphs.size() > paragraphs_before) written.text.begin = printed_.paragraphs[paragraphs_before].text.begin;
  }

  void write_block(const PdfLayout::Block& block, float monospaced_width) {
    PrintedParagraph paragraph;
    std::vector<std::pair<float, std::size_t>> heights;
    const PdfLayout::Line* previous = nullptr;
    LineEnd line_end = LineEnd::None;
    const std::size_t begin = printed_.text.size();
    std::size_t own_begin = begin;
    for (std::size_t index = block.first_line; index < block.end_line; ++index) {
      const PdfLayout::Line& line = layout_.lines[index];
      if (line.is_running) {
        left_out_ = true;
        continue;
      }
      if (line.first_word == line.end_word) continue;
      if (previous == nullptr) {
        paragraph = begin_paragraph(line);
        paragraph.is_bold = line.is_bold;
        own_begin = printed_.text.size();
      } else {
        if (!share_row(previous->box, line.box)) ++paragraph.rows;
        if (line_end == LineEnd::None) join_lines(block, *previous, line, monospaced_width);
        paragraph.box.include(line.box);
        paragraph.is_bold = paragraph.is_bold && line.is_bold;
      }
      line_end = end_of_line(block, index, monospaced_width > 0);
      write_line(line, line_end, heights);
      previous = &line;
    }
    if (previous == nullptr) return;
    if (printed_.text.find_first_not_of(" \n", own_begin) == std::string::npos) {
      // Nothing but a dropped hyphen.
      printed_.text.resize(begin);
      if (paragraph.text.end > 0) printed_.paragraphs.push_back(paragraph);
      return;
    }
    while (printed_.text.back() == ' ' || printed_.text.back() == '\n') printed_.text.pop_back();
    paragraph.text.end = printed_.text.size();
    paragraph.word_height = weighted_median(std::move(heights));
    printed_.paragraphs.push_back(paragraph);
    left_out_ = false;
  }

  LineEnd end_of_line(const PdfLayout::Block& block, std::size_t index, bool is_monospaced) const {
    const PdfLayout::Line& line = layout_.lines[index];
    const bool is_last = index + 1 >= block.end_line || layout_.lines[index + 1].first_word == layout_.lines[index + 1].end_word;
    if (is_last || is_monospaced) return LineEnd::None;  // lines of a program end where it says so
    return hyphenation_.between(layout_.text(layout_.words[line.end_word - 1]), layout_.text(layout_.words[layout_.lines[index + 1].first_word]),
                                Hyphenation::Place::Text);
  }

  /// Of a word inside a table's row, where the next one stands in another line of its cell.
  LineEnd end_in_cell(const PdfLayout::Line& row, std::size_t index) const {
    if (index + 1 >= row.end_word) return LineEnd::None;
    const PdfLayout::Word& word = layout_.words[index];
    const PdfLayout::Word& next = layout_.words[index + 1];
    if (next.begins_cell || share_row(word.box, next.box)) return LineEnd::None;
    return hyphenation_.between(layout_.text(word), layout_.text(next), Hyphenation::Place::Cell);
  }

  void write_table(const PdfLayout::Block& block) {
    if (block.first_line == block.end_line) return;
    const bool goes_on = continues_table(block);
    if (!printed_.text.empty()) printed_.text.append("\n\n");
    PrintedParagraph paragraph{.text = {printed_.text.size(), 0}, .box = block.box, .page = printed_.pages.size() - 1, .rows = 0, .is_table = true};
    std::vector<std::pair<float, std::size_t>> heights;
    Table table{.text = {printed_.text.size(), 0}, .header = {printed_.text.size(), printed_.text.size()}};
    for (std::size_t index = block.first_line; index < block.end_line; ++index, ++paragraph.rows) {
      if (index > block.first_line) printed_.text.push_back('\n');
      write_row(layout_.lines[index], heights);
      if (index == block.first_line && block.has_header) table.header.end = printed_.text.size();
    }
    paragraph.text.end = table.text.end = printed_.text.size();
    paragraph.word_height = weighted_median(std::move(heights));
    printed_.paragraphs.push_back(paragraph);
    if (goes_on) printed_.tables.back().text.end = table.text.end;
    else printed_.tables.push_back(table);
    last_table_ = {.block = &block, .columns = columns_of(block), .page = paragraph.page};
    left_out_ = true;  // no item's number goes on behind a table
  }

  std::size_t columns_of(const PdfLayout::Block& block) const {
    std::size_t most = 0;
    for (std::size_t index = block.first_line; index < block.end_line; ++index) {
      const PdfLayout::Line& row = layout_.lines[index];
      const auto words = std::span(layout_.words).subspan(row.first_word, row.end_word - row.first_word);
      most = std::max(most, 1 + static_cast<std::size_t>(std::ranges::count_if(words, &PdfLayout::Word::begins_cell)));
    }
    return most;
  }

  /// Whether a table that begins a page is the rest of the one that ended the page before: it is as wide, has as many columns, and does not name them anew.
  bool continues_table(const PdfLayout::Block& block) const {
    constexpr float kAligned = 3;  // points
    if (last_table_.block == nullptr || printed_.tables.back().text.end != printed_.text.size() || last_table_.page + 2 != printed_.pages.size()) return false;
    const PdfLayout::Block& before = *last_table_.block;
    if (std::abs(before.box.left - block.box.left) > kAligned || std::abs(before.box.right - block.box.right) > kAligned) return false;
    return last_table_.columns == columns_of(block) && !(block.has_header && same_words(before.first_line, block.first_line));
  }

  bool same_words(std::size_t first, std::size_t second) const {
    const PdfLayout::Line& a = layout_.lines[first];
    const PdfLayout::Line& b = layout_.lines[second];
    return std::ranges::equal(std::span(layout_.words).subspan(a.first_word, a.end_word - a.first_word),
                              std::span(layout_.words).subspan(b.first_word, b.end_word - b.first_word),
                              [&](const PdfLayout::Word& one, const PdfLayout::Word& other) { return layout_.text(one) == layout_.text(other); });
  }

  void write_row(const PdfLayout::Line& row, std::vector<std::pair<float, std::size_t>>& heights) {
    LineEnd line_end = LineEnd::None;
    for (std::size_t index = row.first_word; index < row.end_word; ++index) {
      const PdfLayout::Word& word = layout_.words[index];
      std::string_view text = layout_.text(word);
      if (index > row.first_word && word.begins_cell) printed_.text.append(printed_.text.ends_with('\n') || printed_.text.ends_with(' ') ? "| " : " | ");
      else if (index > row.first_word && line_end == LineEnd::None && needs_space_between(printed_.text, text)) printed_.text.push_back(' ');
      line_end = end_in_cell(row, index);
      if (line_end == LineEnd::Cut) text = cut_before_hyphen(text);
      if (!text.empty()) add_word(text, word.box, heights);
    }
  }

  void add_word(std::string_view text, const Box& box, std::vector<std::pair<float, std::size_t>>& heights) {
    const std::size_t begin = printed_.text.size();
    printed_.text.append(text);
    heights.emplace_back(box.height(), count_characters(text));
    printed_.pages.back().words.push_back({.text = {begin, printed_.text.size()}, .left = box.left, .top = box.top, .right = box.right, .bottom = box.bottom});
  }

  /// A section's number, or a list's, often is a block of its own in front of its text: they are read as one.
  PrintedParagraph begin_paragraph(const PdfLayout::Line& line) {
    const std::size_t page = printed_.pages.size() - 1;
    if (!left_out_ && !printed_.paragraphs.empty()) {
      const PrintedParagraph before = printed_.paragraphs.back();
      const std::string_view number = std::string_view(printed_.text).substr(before.text.begin, before.text.size());
      if (before.rows == 1 && is_item_number(number) && share_row(before.box, line.box) && line.box.left > before.box.right) {
        printed_.text.push_back(' ');
        printed_.paragraphs.pop_back();
        return before;
      }
    }
    if (!printed_.text.empty()) printed_.text.append("\n\n");
    return {.text = {printed_.text.size(), 0}, .box = line.box, .page = page, .rows = 1};
  }

  void join_lines(const PdfLayout::Block& block, const PdfLayout::Line& before, const PdfLayout::Line& after, float monospaced_width) {
    const PdfLayout::Word& next = layout_.words[after.first_word];
    if (share_row(before.box, after.box)) return join_words(layout_.words[before.end_word - 1], next);
    if (monospaced_width > 0) {
      constexpr float kMostIndentation = 40;
      const float indentation = std::clamp((after.box.left - block.box.left) / monospaced_width, 0.0F, kMostIndentation);
      printed_.text.append("\n").append(static_cast<std::size_t>(indentation + 0.5F), ' ');
      return;
    }
    // Where the next word would have fitted, the line was ended on purpose: code, lists, verse.
    const float height = next.box.height();
    const bool breaks_anywhere = is_spaceless(first_character(layout_.text(next)));
    const float needed = breaks_anywhere ? 2 * height : next.box.right - next.box.left + height;
    if (block.box.right - before.box.right > needed) printed_.text.push_back('\n');
    else if (needs_space_between(printed_.text, layout_.text(next))) printed_.text.push_back(' ');
  }

  void join_words(const PdfLayout::Word& before, const PdfLayout::Word& after) {
    const std::string_view left = layout_.text(before);
    const std::string_view right = layout_.text(after);
    if (is_dots(left) && is_dots(right)) return;  // ". . . ." of a contents page costs a token a dot
    if (is_spaceless(last_character(left)) && is_spaceless(first_character(right))) return;  // stretched to fill the line
    constexpr float kTouching = 0.05F;  // of the height; pdftotext prints a space from about 0.1 on
    const float beside = std::max(after.box.left - before.box.right, before.box.left - after.box.right);
    const float below = std::max(after.box.top - before.box.bottom, before.box.top - after.box.bottom);  // in a line that runs down the page
    const float size = std::min(after.box.height(), after.box.right - after.box.left);
    if (beside > kTouching * after.box.height() || below > kTouching * size || !share_row(before.box, after.box)) printed_.text.push_back(' ');
  }

  void write_line(const PdfLayout::Line& line, LineEnd end, std::vector<std::pair<float, std::size_t>>& heights) {
    std::vector<WordBox>& boxes = printed_.pages.back().words;
    for (std::size_t index = line.first_word; index < line.end_word; ++index) {
      const PdfLayout::Word& word = layout_.words[index];
      std::string_view text = layout_.text(word);
      const bool continues_dots = index > line.first_word && is_dots(text) && is_dots(layout_.text(layout_.words[index - 1]));
      if (index > line.first_word) join_words(layout_.words[index - 1], word);
      if (end == LineEnd::Cut && index + 1 == line.end_word) text = cut_before_hyphen(text);
      if (text.empty()) continue;
      if (continues_dots && !boxes.empty()) {
        printed_.text.append(text);
        boxes.back().text.end = printed_.text.size();
        boxes.back().right = std::max(boxes.back().right, word.box.right);
      } else {
        add_word(text, word.box, heights);
      }
    }
  }

  const PdfLayout& layout_;
  const std::vector<float> monospaced_widths_;  ///< by block
  const Hyphenation hyphenation_;
  struct {
    const PdfLayout::Block* block = nullptr;
    std::size_t columns = 0;
    std::size_t page = 0;
  } last_table_;  ///< that was written
  PrintedText printed_;
  bool left_out_ = false;
};

}  // namespace

bool share_row(const Box& a, const Box& b) {
  const float overlap = std::min(a.bottom, b.bottom) - std::max(a.top, b.top);
  return overlap > 0.5F * std::min(a.height(), b.height());
}

float weighted_median(std::vector<std::pair<float, std::size_t>> heights) {
  std::sort(heights.begin(), heights.end());
  std::size_t total = 0;
  for (const auto& [height, weight] : heights) total += weight;
  std::size_t below = 0;
  for (const auto& [height, weight] : heights) {
    below += weight;
    if (2 * below >= total) return height;
  }
  return 0;
}

PrintedText build_printed_text(const PdfLayout& layout) { return TextWriter(layout).write(); }

}  // namespace panduan::documents::detail
