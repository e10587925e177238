#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace panduan::documents::detail {

/// Lines of reStructuredText without white space at their ends.
using RstLines = std::vector<std::string_view>;
using RstSpan = std::span<const std::string_view>;

/// Tabs reach to the next eighth place.
std::string without_tabs(std::string_view text);
/// Footnotes without a number of their own have the next one, where they stand and where they are referred to.
std::string with_numbers(std::string text);
RstLines lines_of(std::string_view text);

/// A line of one punctuation character repeated: below or around a title, or between paragraphs.
bool is_adornment(std::string_view line);
std::size_t indent_of(std::string_view line);

/// How many lines from the first on are indented by `least` or empty, without empty ones at the end.
std::size_t indented_lines(RstSpan lines, std::size_t least);
/// The lines without the white space that all of them begin with.
RstLines dedented(RstSpan lines);
std::string joined(RstSpan lines);

/// What an item of a list begins with.
struct ListMarker {
  std::string_view text;    ///< "-", "2.", "(a)", "#."
  std::size_t content = 0;  ///< where what it holds begins in the line
  bool is_bullet = false;
};
std::optional<ListMarker> list_marker(std::string_view line);

/// ":name: value" of a field list or of a directive's options.
std::optional<std::pair<std::string_view, std::string_view>> field_of(std::string_view line);

struct RstDirective {
  std::string name;                                                ///< lower case, without its domain: "note", "function"
  RstLines arguments;                                              ///< what stands behind its name, and the lines up to its options
  std::vector<std::pair<std::string_view, std::string_view>> options;
  RstLines content;
  std::string_view option(std::string_view wanted) const;
};
/// The directive that a block of explicit markup is ("name:: arguments", then the lines below it), nullopt when it is none.
std::optional<RstDirective> directive_of(std::string_view first, RstSpan body);

}  // namespace panduan::documents::detail
