#include "documents/detail/rst_lines.h"

#include <algorithm>

namespace panduan::documents::detail {
namespace {

bool is_punctuation(char c) { return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') || (c >= '{' && c <= '~'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

std::string_view trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  return text.substr(0, text.find_last_not_of(' ') + 1);
}

/// Bytes of the number of an enumerated item: digits, a letter, a Roman numeral or #.
std::size_t enumerator_length(std::string_view text) {
  if (text.starts_with('#')) return 1;
  std::size_t digits = 0;
  while (digits < text.size() && is_digit(text[digits]) && digits < 5) ++digits;
  if (digits > 0) return digits;
  constexpr std::string_view kRoman = "ivxlcdmIVXLCDM";
  std::size_t roman = 0;
  while (roman < text.size() && roman < 8 && kRoman.find(text[roman]) != std::string_view::npos) ++roman;
  if (roman > 0) return roman;
  return !text.empty() && is_letter(text.front()) ? 1 : 0;
}

/// Puts the next number in the place of the sign in each mark: "[#]_".
void number_notes(std::string& text, std::string_view mark, std::size_t sign) {
  std::string numbered;
  std::size_t number = 0;
  std::size_t begin = 0;
  for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, begin)) {
    numbered.append(text, begin, at + sign - begin).append(std::to_string(++number));
    begin = at + sign + 1;
  }
  text = numbered.append(text, begin);
}

}  // namespace

RstLines lines_of(std::string_view text) {
  RstLines lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = text.substr(begin, end - begin);
    lines.push_back(line.substr(0, line.find_last_not_of(" \f\v") + 1));
    begin = end + 1;
  }
  return lines;
}

std::string without_tabs(std::string_view text) {
  std::string spaced;
  spaced.reserve(text.size());
  std::size_t line_begin = 0;
  for (const char c : text) {
    if (c == '\t') spaced.append(8 - (spaced.size() - line_begin) % 8, ' ');
    else spaced.push_back(c);
    if (c == '\n') line_begin = spaced.size();
  }
  return spaced;
}

std::string with_numbers(std::string text) {
  number_notes(text, "[#]_", 1);
  number_notes(text, ".. [#] ", 4);
  return text;
}

bool is_adornment(std::string_view line) {
  return line.size() >= 2 && is_punctuation(line.front()) && line.find_first_not_of(line.front()) == std::string_view::npos;
}

std::size_t indent_of(std::string_view line) { return std::min(line.find_first_not_of(' '), line.size()); }

std::size_t indented_lines(RstSpan lines, std::size_t least) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < lines.size() && (lines[at].empty() || indent_of(lines[at]) >= least); ++at) {
    if (!lines[at].empty()) count = at + 1;
  }
  return count;
}

RstLines dedented(RstSpan lines) {
  std::size_t common = std::string_view::npos;
  for (const std::string_view line : lines) {
    if (!line.empty()) common = std::min(common, indent_of(line));
  }
  RstLines without;
  without.reserve(lines.size());
  for (const std::string_view line : lines) without.push_back(line.substr(std::min(common, line.size())));
  return without;
}

std::string joined(RstSpan lines) {
  std::string text;
  for (const std::string_view line : lines) text.append(text.empty() ? "" : "\n").append(line);
  return text;
}

std::optional<ListMarker> list_marker(std::string_view line) {
  constexpr std::string_view kBullet = "•";
  const bool is_bullet = !line.empty() && std::string_view("-*+").find(line.front()) != std::string_view::npos;
  std::size_t length = is_bullet ? 1 : line.starts_with(kBullet) ? kBullet.size() : 0;
  const bool bullet = length > 0;
  if (!bullet) {
    const std::size_t open = line.starts_with('(') ? 1 : 0;
    const std::size_t number = enumerator_length(line.substr(std::min(open, line.size())));
    length = open + number + 1;
    if (number == 0 || length > line.size()) return std::nullopt;
    const char closes = line[length - 1];
    if (closes != ')' && (open == 1 || closes != '.')) return std::nullopt;
  }
  if (length < line.size() && line[length] != ' ') return std::nullopt;
  const std::size_t content = std::min(line.find_first_not_of(' ', length), line.size());
  return ListMarker{.text = line.substr(0, length), .content = content == line.size() ? length + 1 : content, .is_bullet = bullet};
}

std::optional<std::pair<std::string_view, std::string_view>> field_of(std::string_view line) {
  if (line.size() < 3 || line.front() != ':' || line[1] == ' ' || line[1] == ':') return std::nullopt;
  for (std::size_t end = line.find(':', 1); end != std::string_view::npos; end = line.find(':', end + 1)) {
    if (line[end - 1] == '\\') continue;
    if (end + 1 < line.size() && line[end + 1] != ' ') continue;
    return std::pair(line.substr(1, end - 1), trimmed(line.substr(end + 1)));
  }
  return std::nullopt;
}

std::string_view RstDirective::option(std::string_view wanted) const {
  const auto found = std::ranges::find(options, wanted, [](const auto& entry) { return entry.first; });
  return found == options.end() ? std::string_view() : found->second;
}

std::optional<RstDirective> directive_of(std::string_view first, RstSpan body) {
  const std::size_t colons = first.find("::");
  if (colons == std::string_view::npos || colons == 0 || (colons + 2 < first.size() && first[colons + 2] != ' ')) return std::nullopt;
  const std::string_view name = trimmed(first.substr(0, colons));
  const bool is_name =
      std::ranges::all_of(name, [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == ':' || c == '+' || c == '.'; });
  if (!is_name || name.empty()) return std::nullopt;
  RstDirective directive{.name = std::string(name.substr(name.rfind(':') + 1))};
  std::ranges::transform(directive.name, directive.name.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (const std::string_view argument = trimmed(first.substr(colons + 2)); !argument.empty()) directive.arguments.push_back(argument);
  const RstLines lines = dedented(body);
  std::size_t at = 0;
  for (; at < lines.size() && !lines[at].empty(); ++at) {
    if (const auto option = field_of(lines[at])) {
      directive.options.push_back(*option);
    } else if (directive.options.empty()) {
      directive.arguments.push_back(lines[at]);
    } else if (indent_of(lines[at]) == 0) {
      break;
    }
  }
  while (at < lines.size() && lines[at].empty()) ++at;
  directive.content.assign(lines.begin() + static_cast<std::ptrdiff_t>(at), lines.end());
  return directive;
}

}  // namespace panduan::documents::detail
