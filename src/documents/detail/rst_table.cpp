#include "documents/detail/rst_table.h"

#include <algorithm>

#include "base/unicode.h"

namespace panduan::documents::detail {
namespace {

constexpr std::size_t kMostColumns = 256;

/// How many places a character takes in a line of fixed-width letters.
std::size_t width_of(char32_t c) { return is_cjk(c) || (c >= 0x3000 && c <= 0x303F) || (c >= 0xFF01 && c <= 0xFF60) || c >= 0x1F300 ? 2 : 1; }

/// The bytes of a line between two places, less where it ends before.
std::string_view slice(std::string_view line, std::size_t from, std::size_t to) {
  std::size_t place = 0;
  std::size_t begin = line.size();
  std::size_t at = 0;
  for (; at < line.size() && place < to;) {
    if (place >= from && begin == line.size()) begin = at;
    const Character c = character_at(line, at);
    place += width_of(c.code_point);
    at += c.bytes;
  }
  return begin >= at ? std::string_view() : line.substr(begin, at - begin);
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(' '), text.size());
  return text.substr(begin, text.find_last_not_of(' ') + 1 - std::min(begin, text.find_last_not_of(' ') + 1));
}

void append_line(std::string& cell, std::string_view text) {
  text = trimmed(text);
  if (text.empty()) return;
  if (!cell.empty()) cell.push_back('\n');
  cell += text;
}

bool is_border(std::string_view line) {
  return line.size() >= 3 && line.front() == '+' && line.back() == '+' && line.find_first_not_of("+-=") == std::string_view::npos;
}

class GridReader {
 public:
  explicit GridReader(std::string_view border) {
    for (std::size_t at = 0; at < border.size() && edges_.size() <= kMostColumns; ++at) {
      if (border[at] == '+') edges_.push_back(at);
    }
    cells_.resize(edges_.size() - 1);
  }
  void add(std::string_view line) {
    const std::size_t columns = cells_.size();
    bool splits = false;
    for (std::size_t column = 0; column < columns;) {
      // A cell goes on over the edges that are not drawn in this line.
      std::size_t end = column + 1;
      while (end < columns && !is_edge(line, edges_[end])) ++end;
      const std::string_view text = slice(line, edges_[column] + 1, edges_[end]);
      if (!text.empty() && text.find_first_not_of("-+") == std::string_view::npos && text.size() > 1) splits = true;
      else append_line(cells_[column], text);
      column = end;
    }
    if (splits) flush();  // another row begins beside a cell that goes on
  }
  void flush() {
    if (std::ranges::any_of(cells_, [](const std::string& cell) { return !cell.empty(); })) rows.push_back(cells_);
    std::ranges::for_each(cells_, [](std::string& cell) { cell.clear(); });
  }
  std::vector<std::vector<std::string>> rows;

 private:
  static bool is_edge(std::string_view line, std::size_t place) {
    const std::string_view there = slice(line, place, place + 1);
    return there == "|" || there == "+";
  }
  std::vector<std::size_t> edges_;
  std::vector<std::string> cells_;
};

bool is_rule(std::string_view line) { return line.starts_with("==") && line.find_first_not_of("= ") == std::string_view::npos; }

struct Column {
  std::size_t begin, end;
};
std::vector<Column> columns_of(std::string_view rule) {
  std::vector<Column> columns;
  for (std::size_t at = 0; at < rule.size() && columns.size() < kMostColumns;) {
    const std::size_t begin = rule.find('=', at);
    if (begin == std::string_view::npos) break;
    at = std::min(rule.find(' ', begin), rule.size());
    columns.push_back({begin, at});
  }
  if (!columns.empty()) columns.back().end = std::string_view::npos;  // the last one is as wide as it needs
  return columns;
}

}  // namespace

RstTable read_grid_table(std::span<const std::string_view> lines) {
  RstTable table;
  if (lines.size() < 3 || !is_border(lines[0])) return table;
  GridReader reader(lines[0]);
  std::size_t at = 1;
  for (; at < lines.size() && !lines[at].empty() && (lines[at].front() == '|' || lines[at].front() == '+'); ++at) {
    if (!is_border(lines[at])) {
      reader.add(lines[at]);
      continue;
    }
    reader.flush();
    if (lines[at].find('=') != std::string_view::npos && table.header_rows == 0) table.header_rows = reader.rows.size();
  }
  if (!is_border(lines[at - 1])) return table;
  table.rows = std::move(reader.rows);
  table.lines = at;
  return table;
}

RstTable read_simple_table(std::span<const std::string_view> lines) {
  RstTable table;
  if (lines.size() < 3 || !is_rule(lines[0])) return table;
  const auto columns = columns_of(lines[0]);
  if (columns.size() < 2) return table;
  for (std::size_t at = 1; at < lines.size(); ++at) {
    const std::string_view line = lines[at];
    if (is_rule(line)) {
      if (at + 1 < lines.size() && !lines[at + 1].empty() && table.header_rows == 0 && !table.rows.empty()) {
        table.header_rows = table.rows.size();
        continue;
      }
      table.lines = at + 1;
      return table;
    }
    if (line.starts_with("--") && line.find_first_not_of("- ") == std::string_view::npos) continue;  // says which columns a cell spans
    if (line.empty()) continue;
    const bool goes_on = !table.rows.empty() && trimmed(slice(line, columns[0].begin, columns[0].end)).empty();
    if (!goes_on) table.rows.emplace_back(columns.size());
    for (std::size_t column = 0; column < columns.size(); ++column)
      append_line(table.rows.back()[column], slice(line, columns[column].begin, columns[column].end));
  }
  return {};  // never closed
}

}  // namespace panduan::documents::detail
