#include "documents/detail/text_builder.h"

#include <algorithm>

#include "documents/detail/joining.h"

namespace panduan::documents::detail {
namespace {

bool is_ascii_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

/// Length of a character at `position` that is not shown (control, soft hyphen, zero-width space, byte order mark), else 0: it
/// would split words for search and for quotes.
std::size_t invisible_length(std::string_view text, std::size_t position) {
  if (static_cast<unsigned char>(text[position]) < 0x80) return is_control(text[position]) && !is_ascii_space(text[position]) ? 1 : 0;
  const std::string_view rest = text.substr(position, 3);
  if (rest.starts_with("\u00AD")) return 2;
  return rest == "\u200B" || rest == "\uFEFF" ? 3 : 0;
}

bool is_no_break_space(std::string_view text, std::size_t position) { return text[position] == '\xC2' && text.substr(position, 2) == "\u00A0"; }

void strip_end(std::string& text) {
  std::size_t end = text.size();
  while (end > 0 && is_ascii_space(text[end - 1])) --end;
  text.resize(end);
}

}  // namespace

void TextBuilder::raise(Break wanted) {
  if (held_ && wanted >= Break::Line) return;
  pending_ = std::max(pending_, wanted);
}

void TextBuilder::write_break(std::string_view before_this) {
  if (pending_ >= Break::Line) {
    strip_end(text_);
    if (heading_begin_ != std::string::npos && heading_begin_ > text_.size()) heading_begin_ = std::string::npos;  // it was white space
    ++lines_;
  }
  if (!text_.empty()) {
    switch (pending_) {
      case Break::None: break;
      case Break::Space:
        if (!is_ascii_space(text_.back())) text_.push_back(' ');
        break;
      case Break::LineEnd:
        if (needs_space_between(text_, before_this)) text_.push_back(' ');
        break;
      case Break::Line: text_.push_back('\n'); break;
      case Break::Paragraph: text_.append("\n\n"); break;
    }
  }
  const bool at_line_start = text_.empty() || text_.back() == '\n';
  for (; pending_cells_ > 0; --pending_cells_) text_.append(at_line_start ? "| " : text_.back() == ' ' ? "| " : " | ");
  pending_ = Break::None;
  held_ = false;
}

void TextBuilder::put(std::string_view run) {
  write_break(run);
  if (heading_level_ > 0 && heading_begin_ == std::string::npos) heading_begin_ = text_.size();
  text_.append(run);
}

void TextBuilder::add_text(std::string_view text) {
  std::size_t position = 0;
  while (position < text.size()) {
    if (is_ascii_space(text[position])) {
      raise(text[position] == '\n' ? Break::LineEnd : Break::Space);
      ++position;
    } else if (is_no_break_space(text, position)) {
      raise(Break::Space);
      position += 2;
    } else if (const std::size_t skipped = invisible_length(text, position); skipped > 0) {
      position += skipped;
    } else {
      const std::size_t begin = position;
      do ++position;
      while (position < text.size() && !is_ascii_space(text[position]) && !is_no_break_space(text, position) && invisible_length(text, position) == 0);
      put(text.substr(begin, position - begin));
    }
  }
}

void TextBuilder::add_verbatim(std::string_view text) {
  const bool starts_line = text_.empty() || pending_ >= Break::Line;
  std::string kept;
  kept.reserve(text.size());
  for (std::size_t position = 0; position < text.size();) {
    const std::size_t skipped = text[position] == '\r' ? 1 : invisible_length(text, position);
    if (is_no_break_space(text, position)) {
      kept.push_back(' ');
      position += 2;
    } else if (skipped > 0) {
      position += skipped;
    } else {
      kept.push_back(text[position++]);
    }
  }
  if (starts_line) kept.erase(0, std::min(kept.find_first_not_of('\n'), kept.size()));
  if (kept.empty()) return;
  put(kept);
  lines_ += static_cast<std::size_t>(std::count(kept.begin(), kept.end(), '\n'));
}

void TextBuilder::begin_heading(int level) {
  break_paragraph();
  heading_level_ = level;
  heading_begin_ = std::string::npos;
}

void TextBuilder::end_heading() {
  if (heading_level_ > 0 && heading_begin_ != std::string::npos) {
    strip_end(text_);  // so that the range ends with a letter
    if (heading_begin_ < text_.size()) headings_.push_back({.level = heading_level_, .text = {heading_begin_, text_.size()}});
  }
  heading_level_ = 0;
  break_paragraph();
}

void TextBuilder::begin_row() {
  break_line();
  rows_.push_back({});
}

void TextBuilder::begin_cell() {
  if (rows_.empty()) return break_line();
  Row& row = rows_.back();
  if (row.cells > 0) {
    if (held_ || lines_ <= row.lines_at_cell) {
      // What the cell before ended with (</p></td>) must not tear the row apart.
      if (!held_) pending_ = Break::None;
      ++pending_cells_;
    } else {
      row.one_line = false;
      break_paragraph();
    }
  }
  ++row.cells;
  row.lines_at_cell = expected_lines();
  hold_line();
}

void TextBuilder::end_row() {
  if (rows_.empty()) return;
  if (rows_.back().cells > 0 && lines_ > rows_.back().lines_at_cell) rows_.back().one_line = false;
  pending_ = rows_.back().one_line ? Break::Line : Break::Paragraph;
  pending_cells_ = 0;
  held_ = false;
  rows_.pop_back();
}

ParsedDocument TextBuilder::finish() {
  strip_end(text_);
  ParsedDocument document;
  document.text = std::move(text_);
  document.headings = std::move(headings_);
  return document;
}

std::string one_line(std::string_view text) {
  TextBuilder builder;
  builder.add_text(text);
  return builder.finish().text;
}

}  // namespace panduan::documents::detail
