#include "documents/detail/text_builder.h"

#include <algorithm>

#include "base/unicode.h"
#include "documents/detail/joining.h"
#include "documents/detail/picture_text.h"

namespace panduan::documents::detail {
namespace {

constexpr std::string_view kBetweenCells = " | ";

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

std::size_t count_words(std::string_view text) {
  std::size_t words = 0;
  bool in_word = false;
  for (std::size_t at = 0; at < text.size();) {
    const Character c = character_at(text, at);
    const bool is_blank = is_white_space(c.code_point);
    if (!is_blank && !in_word) ++words;
    in_word = !is_blank;
    at += c.bytes;
  }
  return words;
}

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
  for (Row& row : rows_) row.begin = std::min(row.begin, text_.size());
  const bool at_line_start = text_.empty() || text_.back() == '\n';
  for (; pending_cells_ > 0; --pending_cells_) text_.append(at_line_start || text_.back() == ' ' ? kBetweenCells.substr(1) : kBetweenCells);
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

void TextBuilder::begin_table() {
  break_paragraph();
  ++open_tables_;
}

void TextBuilder::end_table() {
  break_paragraph();
  if (open_tables_ == 0 || --open_tables_ > 0 || table_rows_.empty()) return;
  std::size_t first = 0;
  while (first < table_rows_.size() && !table_rows_[first].names_columns) ++first;
  const bool is_named = first < table_rows_.size();
  if (!is_named) first = first_wide_row();
  const TableRow& row = table_rows_[first];
  const bool has_header = first + 1 < table_rows_.size() && (is_named ? row.one_line : looks_like_header(row));
  tables_.push_back({.text = {row.text.begin, table_rows_.back().text.end}, .header = has_header ? row.text : ByteRange{row.text.begin, row.text.begin}});
  table_rows_.clear();
}

/// The first row with more than one cell: a sheet's own title may stand above it. 0 when there is none.
std::size_t TextBuilder::first_wide_row() const {
  for (std::size_t row = 0; row < table_rows_.size(); ++row) {
    if (std::string_view(text_).substr(table_rows_[row].text.begin, table_rows_[row].text.size()).find(kBetweenCells) != std::string_view::npos) return row;
  }
  return 0;
}

/// Names of columns are short, none is missing, and none is a number.
bool TextBuilder::looks_like_header(const TableRow& row) const {
  if (!row.one_line) return false;
  std::string_view rest = std::string_view(text_).substr(row.text.begin, row.text.size());
  std::size_t cells = 0;
  for (bool more = true; more; ++cells) {
    const std::size_t end = rest.find(kBetweenCells);
    const std::string_view cell = rest.substr(0, end);
    if (!could_name_a_column(cell)) return false;
    more = end != std::string_view::npos;
    if (more) rest.remove_prefix(end + kBetweenCells.size());
  }
  return cells >= 2;
}

void TextBuilder::begin_row(bool names_columns) {
  break_line();
  rows_.push_back({.names_columns = names_columns});
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
  const Row& row = rows_.back();
  if (open_tables_ > 0 && rows_.size() == 1 && row.begin != std::string::npos) {
    strip_end(text_);
    if (row.begin < text_.size()) table_rows_.push_back({.text = {row.begin, text_.size()}, .names_columns = row.names_columns, .one_line = row.one_line});
  }
  pending_ = row.one_line ? Break::Line : Break::Paragraph;
  pending_cells_ = 0;
  held_ = false;
  rows_.pop_back();
}

void TextBuilder::add_picture(std::string part) { detail::add_picture(pictures_, {.part = std::move(part), .at = text_.size()}); }

/// What a picture says stands below the line or the table that it is in.
void TextBuilder::place_pictures() {
  auto table = tables_.begin();
  for (Picture& picture : pictures_) {
    if (picture.at == 0) continue;  // above all text
    picture.at = std::min(text_.find('\n', std::min(picture.at, text_.size())), text_.size());
    while (table != tables_.end() && table->text.end < picture.at) ++table;
    if (table != tables_.end() && table->text.begin < picture.at) picture.at = std::max(picture.at, table->text.end);
  }
}

ParsedDocument TextBuilder::finish() {
  strip_end(text_);
  place_pictures();
  ParsedDocument document;
  document.text = std::move(text_);
  document.headings = std::move(headings_);
  document.tables = std::move(tables_);
  document.pictures = std::move(pictures_);
  document.hidden_words = hidden_words_;
  return document;
}

bool could_name_a_column(std::string_view cell) {
  constexpr std::size_t kLongestName = 60;  // characters
  return cell.find_first_not_of("0123456789.,%-+/:| ") != std::string_view::npos && count_characters(cell) <= kLongestName;
}

std::string one_line(std::string_view text) {
  TextBuilder builder;
  builder.add_text(text);
  return builder.finish().text;
}

}  // namespace panduan::documents::detail
