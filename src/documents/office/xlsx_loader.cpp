#include "documents/office/xlsx_loader.h"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <cmath>
#include <optional>

#include "base/error.h"
#include "documents/detail/assembly.h"
#include "documents/detail/package.h"
#include "documents/detail/source_text.h"
#include "documents/detail/text_builder.h"

namespace panduan::documents {
namespace {

using detail::attribute_of;
using detail::child_of;
using detail::local_name;

constexpr std::string_view kMain = "xl/workbook.xml";
constexpr std::size_t kMostColumns = 16'384;  // of a sheet of Excel

std::optional<double> value_of(std::string_view text) {
  double number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc() || end != text.data() + text.size() || !std::isfinite(number)) return std::nullopt;
  return number;
}

/// The column of "AB12", from 0; nothing for what is no such place.
std::optional<std::size_t> column_of(std::string_view place) {
  std::size_t column = 0;
  std::size_t letters = 0;
  for (; letters < place.size() && place[letters] >= 'A' && place[letters] <= 'Z' && letters < 4; ++letters)
    column = column * 26 + static_cast<std::size_t>(place[letters] - 'A' + 1);
  if (letters == 0 || column > kMostColumns) return std::nullopt;
  return column - 1;
}

enum class Shown { Number, Percent, Date, Time, Duration, DateAndTime };

/// What a format makes of a number, by its letters outside quotes, brackets and escapes (ECMA-376, 18.8.31).
Shown shown_by(std::string_view code) {
  bool date = false;
  bool time = false;
  bool percent = false;
  code = code.substr(0, code.find(';'));
  for (std::size_t i = 0; i < code.size(); ++i) {
    const char c = code[i];
    if (c == '\\' || c == '_' || c == '*') ++i;
    else if (c == '"') i = std::min(code.find('"', i + 1), code.size());
    else if (c == '[') {
      const std::size_t end = std::min(code.find(']', i), code.size());
      const std::string_view unit = code.substr(i + 1, end - i - 1);  // [hh], or a colour
      if (!unit.empty() && std::string_view("hmsHMS").find(unit.front()) != std::string_view::npos &&
          unit.find_first_not_of(unit.front()) == std::string_view::npos)
        return Shown::Duration;
      i = end;
    } else if (c == 'y' || c == 'Y' || c == 'd' || c == 'D') date = true;
    else if (c == 'h' || c == 'H' || c == 's' || c == 'S') time = true;
    else if (c == '%') percent = true;
  }
  if (date && time) return Shown::DateAndTime;
  if (date) return Shown::Date;
  if (time) return Shown::Time;
  return percent ? Shown::Percent : Shown::Number;
}

Shown built_in(std::size_t id) {
  if (id == 9 || id == 10) return Shown::Percent;
  if ((id >= 14 && id <= 17) || (id >= 27 && id <= 31) || id == 36 || (id >= 50 && id <= 58)) return Shown::Date;
  if (id == 46) return Shown::Duration;
  if ((id >= 18 && id <= 21) || (id >= 32 && id <= 35) || id == 45 || id == 47) return Shown::Time;
  return id == 22 ? Shown::DateAndTime : Shown::Number;
}

/// What each cell format shows.
std::vector<Shown> read_formats(ZipArchive& archive, const std::string& member) {
  std::vector<Shown> formats;
  if (member.empty() || !archive.has(member)) return formats;
  const auto tree = detail::read_tree(archive, member);
  std::map<std::size_t, Shown> own;
  for (const auto& format : child_of(tree.root(), "numFmts").children())
    own[detail::number_of<std::size_t>(attribute_of(format, "numFmtId"), 0)] = shown_by(attribute_of(format, "formatCode"));
  for (const auto& format : child_of(tree.root(), "cellXfs").children()) {
    if (local_name(format) != "xf") continue;
    const std::size_t id = detail::number_of<std::size_t>(attribute_of(format, "numFmtId"), 0);
    const auto found = own.find(id);
    formats.push_back(found == own.end() ? built_in(id) : found->second);
  }
  return formats;
}

/// What _xHHHH_ stands for: a character that XML cannot hold, or an underscore before what only looks so (ECMA-376, 22.9.2.19). A line's end is white space.
std::string without_escapes(std::string_view text) {
  std::string plain;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view escape = text.substr(at, 7);
    unsigned code = 0;
    const bool is_escape = escape.size() == 7 && escape.starts_with("_x") && escape.back() == '_' &&
                           std::from_chars(escape.data() + 2, escape.data() + 6, code, 16).ptr == escape.data() + 6;
    if (!is_escape) {
      plain.push_back(text[at++]);
      continue;
    }
    if (code >= 0x20 && code < 0x7F) plain.push_back(static_cast<char>(code));
    else if (code < 0x20) plain.push_back(' ');
    else plain.append(escape);
    at += escape.size();
  }
  return plain;
}

/// The words of a string, without how they are pronounced.
std::string string_in(const pugi::xml_node& item) {
  std::string text;
  detail::walk(
      item,
      [&](const pugi::xml_node& node) {
        if (local_name(node) == "rPh") return false;
        if (local_name(node) == "t") text += without_escapes(detail::text_of(node));
        return true;
      },
      [](const pugi::xml_node&) {});
  return text;
}

std::vector<std::string> read_strings(ZipArchive& archive, const std::string& member) {
  std::vector<std::string> strings;
  if (member.empty() || !archive.has(member)) return strings;
  const auto tree = detail::read_tree(archive, member);
  for (const auto& item : tree.root().children()) {
    if (local_name(item) == "si") strings.push_back(string_in(item));
  }
  return strings;
}

/// The pictures that lie on a sheet, below its rows.
void add_pictures(ZipArchive& archive, const std::string& sheet, detail::TextBuilder& builder) {
  const std::string drawing = detail::part_of_type(detail::relationships_of(archive, sheet), "drawing");
  if (drawing.empty() || !archive.has(drawing)) return;
  const auto tree = detail::read_tree(archive, drawing);
  const auto relationships = detail::relationships_of(archive, drawing);
  detail::walk(
      tree.root(),
      [&](const pugi::xml_node& node) {
        builder.add_picture(picture_at(node, relationships));
        return true;
      },
      [](const pugi::xml_node&) {});
}

class Workbook {
 public:
  Workbook(ZipArchive& archive, const std::string& strings, const std::string& styles, bool since_1904)
      : strings_(read_strings(archive, strings)), formats_(read_formats(archive, styles)), since_1904_(since_1904) {}

  /// An empty row ends a table.
  void add_sheet(const pugi::xml_node& sheet, detail::TextBuilder& builder) const {
    std::size_t last = 0;
    builder.begin_table();
    for (const auto& row : child_of(sheet, "sheetData").children()) {
      if (local_name(row) != "row") continue;
      const auto cells = texts_of(row);
      if (attribute_of(row, "hidden") == "1" || attribute_of(row, "hidden") == "true") {
        for (const std::string& cell : cells) builder.add_hidden(cell);
        continue;
      }
      if (cells.empty()) continue;
      const auto number = detail::number_of<std::size_t>(attribute_of(row, "r"), last + 1);
      if (number != last + 1) {
        builder.end_table();
        builder.begin_table();
      }
      last = number;
      builder.begin_row();
      for (const std::string& cell : cells) {
        builder.begin_cell();
        builder.add_text(cell);
      }
      builder.end_row();
    }
    builder.end_table();
  }

 private:
  /// Up to the last cell that shows something.
  std::vector<std::string> texts_of(const pugi::xml_node& row) const {
    std::vector<std::string> cells;
    std::size_t next = 0;
    for (const auto& cell : row.children()) {
      if (local_name(cell) != "c") continue;
      next = column_of(attribute_of(cell, "r")).value_or(next);
      if (next >= kMostColumns) break;
      if (std::string text = text_of(cell); detail::has_visible_text(text)) {
        if (cells.size() <= next) cells.resize(next + 1);
        cells[next] = std::move(text);
      }
      ++next;
    }
    return cells;
  }

  std::string text_of(const pugi::xml_node& cell) const {
    const std::string_view type = attribute_of(cell, "t");
    if (type == "inlineStr") return string_in(child_of(cell, "is"));
    std::string value = detail::text_of(child_of(cell, "v"));
    if (type == "s") {
      const std::size_t index = detail::number_of<std::size_t>(value, strings_.size());
      return index < strings_.size() ? strings_[index] : std::string();
    }
    if (type == "b") return value == "1" ? "TRUE" : "FALSE";
    if (!type.empty() && type != "n") return without_escapes(value);
    const auto number = value_of(value);
    if (!number) return value;
    const std::size_t format = detail::number_of<std::size_t>(attribute_of(cell, "s"), 0);
    return shown(*number, format < formats_.size() ? formats_[format] : Shown::Number);
  }

  std::string shown(double number, Shown as) const {
    switch (as) {
      case Shown::Percent: return fmt::format("{:.10g}%", number * 100);
      case Shown::Date: return date(number).value_or(plain(number));
      case Shown::Time: return time(seconds_of(number) % kDay);
      case Shown::Duration: return number < 0 || number > kLastDay ? plain(number) : time(seconds_of(number));
      case Shown::DateAndTime: return date(number) ? fmt::format("{} {}", *date(number), time(seconds_of(number) % kDay)) : plain(number);
      case Shown::Number: break;
    }
    return plain(number);
  }
  /// Excel keeps 15 digits: 0.1 + 0.2 shows as 0.3.
  static std::string plain(double number) { return std::abs(number) < 1e15 ? fmt::format("{:.15g}", number) : fmt::format("{}", number); }
  static constexpr long kDay = 86'400;
  static constexpr double kLastDay = 2'958'466;  // 9999-12-31
  /// Rounded once, so that date and time are of the same moment.
  static long seconds_of(double days) { return days < 0 || days > kLastDay ? 0 : static_cast<long>(std::llround(days * static_cast<double>(kDay))); }
  static std::string time(long seconds) { return fmt::format("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60); }
  /// Days since the end of 1899, where Excel takes 1900 for a leap year, or since 1904.
  std::optional<std::string> date(double number) const {
    if (number < 1 || number >= kLastDay) return std::nullopt;
    const auto days = static_cast<int>(seconds_of(number) / kDay);
    using namespace std::chrono;
    const sys_days first = since_1904_ ? sys_days(year(1904) / January / 1) : sys_days(year(1899) / December / (days < 60 ? 31 : 30));
    const year_month_day day(first + std::chrono::days(days));
    return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()), static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
  }

  std::vector<std::string> strings_;
  std::vector<Shown> formats_;
  bool since_1904_;
};

}  // namespace

bool XlsxLoader::accepts(const std::filesystem::path& name, std::string_view bytes) const {
  return has_ending_of(*this, name) && (detail::is_zip(bytes) || detail::is_compound_file(bytes));
}

ParsedDocument XlsxLoader::load(std::string_view bytes) const {
  detail::refuse_compound_file(bytes);
  ZipArchive archive(bytes);
  const std::string main = detail::main_part(archive, kMain);
  if (!main.starts_with("xl/") || !archive.has(main)) throw Error(ErrorKind::Corrupt, "there is no workbook in it: open and save it anew as .xlsx");
  const auto tree = detail::read_tree(archive, main);
  const auto relationships = detail::relationships_of(archive, main);
  const std::string_view since_1904 = attribute_of(child_of(tree.root(), "workbookPr"), "date1904");
  const Workbook workbook(archive, detail::part_of_type(relationships, "sharedStrings"), detail::part_of_type(relationships, "styles"),
                          since_1904 == "1" || since_1904 == "true");
  ParsedDocument document;
  std::size_t number = 0;
  for (const auto& entry : child_of(tree.root(), "sheets").children()) {
    ++number;
    const auto found = relationships.find(detail::relationship_id(entry));
    if (found == relationships.end() || !archive.has(found->second.target)) continue;
    const auto sheet = detail::read_tree(archive, found->second.target);
    const std::string name = detail::seen(attribute_of(entry, "name"));
    detail::TextBuilder builder;
    builder.begin_heading(1);
    builder.add_text(name);
    builder.end_heading();
    workbook.add_sheet(sheet.root(), builder);
    add_pictures(archive, found->second.target, builder);
    const ParsedDocument parsed = builder.finish();
    if (!attribute_of(entry, "state").empty() && attribute_of(entry, "state") != "visible") {
      document.hidden_words += detail::count_words(parsed.text);
      continue;
    }
    if (!detail::is_only_a_heading(parsed)) detail::append_page(document, parsed, std::to_string(number));
  }
  return detail::finished(std::move(document), media_type(), detail::title_in(archive, "docProps/core.xml"));
}

}  // namespace panduan::documents
