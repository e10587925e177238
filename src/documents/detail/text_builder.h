#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "documents/document.h"

namespace panduan::documents::detail {

/// Runs of characters between white space.
std::size_t count_words(std::string_view text);

/// Builds canonical text from marked-up text: white space collapses, breaks are written only when text follows them, headings
/// are remembered as ranges.
class TextBuilder {
 public:
  /// Running text: white space becomes one space, or none where a line end stands between Chinese characters.
  void add_text(std::string_view text);
  /// Code and preformatted text: white space stays.
  void add_verbatim(std::string_view text);

  /// A picture that may hold text, by the name by which its loader finds it. The same one again is the same text, and not read twice.
  void add_picture(std::string part);

  /// Words that nobody sees are counted and not added.
  void add_hidden(std::string_view text) { hidden_words_ += count_words(text); }

  void break_line() { raise(Break::Line); }
  void break_paragraph() { raise(Break::Paragraph); }
  /// What comes next stays on this line: breaks are ignored until there is text.
  void hold_line() { held_ = true; }

  void begin_heading(int level);
  void end_heading();

  void begin_table();
  void end_table();
  /// A table's row is a line with its cells separated by " | ", as long as no cell holds more than a line. Where no row says that it names the
  /// columns, the first one does if it looks like it.
  void begin_row(bool names_columns = false);
  void begin_cell();
  void end_row();

  /// The text, headings, tables and pictures of what was added, and how many words were hidden.
  ParsedDocument finish();

 private:
  enum class Break { None, Space, LineEnd, Line, Paragraph };
  struct Row {
    std::size_t cells = 0;
    std::size_t lines_at_cell = 0;
    bool one_line = true;
    bool names_columns = false;
    std::size_t begin = std::string::npos;  ///< of its text
  };
  struct TableRow {
    ByteRange text;
    bool names_columns = false;
    bool one_line = true;
  };
  void raise(Break wanted);
  void write_break(std::string_view before_this);
  void put(std::string_view run);
  std::size_t first_wide_row() const;
  bool looks_like_header(const TableRow& row) const;
  void place_pictures();
  std::size_t expected_lines() const { return lines_ + (pending_ >= Break::Line ? 1 : 0); }

  std::string text_;
  std::vector<Heading> headings_;
  std::vector<Table> tables_;
  std::vector<Picture> pictures_;
  std::vector<TableRow> table_rows_;  ///< of the outermost table that is open
  std::size_t open_tables_ = 0;
  std::vector<Row> rows_;  ///< of tables inside tables
  Break pending_ = Break::None;
  std::size_t pending_cells_ = 0;
  std::size_t lines_ = 0;  ///< line breaks written so far
  std::size_t hidden_words_ = 0;
  bool held_ = false;
  int heading_level_ = 0;  ///< 0: not inside a heading
  std::size_t heading_begin_ = std::string::npos;
};

/// Whether a cell could be the name of a column: it is short, and no number.
bool could_name_a_column(std::string_view cell);

/// A text on one line, its white space collapsed: a title, a heading's name.
std::string one_line(std::string_view text);

}  // namespace panduan::documents::detail
