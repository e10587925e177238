#include "documents/detail/section_number.h"

#include <cctype>
#include <utility>

namespace panduan::documents::detail {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::size_t skip_digits(std::string_view text, std::size_t position) {
  while (position < text.size() && is_digit(text[position])) ++position;
  return position;
}

/// "Chapter 3", "Appendix A", "第3章", "第三章".
std::optional<SectionNumber> read_chapter(std::string_view text) {
  for (const std::string_view word : {"Chapter ", "CHAPTER ", "Appendix ", "APPENDIX ", "Part ", "PART "}) {
    if (!text.starts_with(word)) continue;
    std::size_t end = word.size();
    while (end < text.size() && (std::isalnum(static_cast<unsigned char>(text[end])) != 0)) ++end;
    const std::size_t length = end - word.size();
    const bool is_number = length > 0 && (skip_digits(text, word.size()) == end || length == 1 ||
                                          text.substr(word.size(), length).find_first_not_of("IVXLC") == std::string_view::npos);
    if (!is_number) return std::nullopt;
    while (end < text.size() && (text[end] == ' ' || text[end] == ':' || text[end] == '.')) ++end;
    return SectionNumber{.depth = 1, .bytes = end};
  }
  if (!text.starts_with("第")) return std::nullopt;
  for (const auto& [mark, depth] : {std::pair<std::string_view, int>{"章", 1}, {"部分", 1}, {"节", 2}}) {
    const std::size_t found = text.substr(0, 24).find(mark);
    if (found == std::string_view::npos) continue;
    std::size_t end = found + mark.size();
    while (end < text.size() && text[end] == ' ') ++end;
    return SectionNumber{.depth = depth, .bytes = end};
  }
  return std::nullopt;
}

}  // namespace

std::optional<SectionNumber> read_section_number(std::string_view text) {
  if (const auto chapter = read_chapter(text)) return chapter;
  std::size_t position = 0;
  int depth = 0;
  if (text.size() > 2 && text[0] >= 'A' && text[0] <= 'Z' && text[1] == '.' && is_digit(text[2])) {
    position = 2;
    depth = 1;
  }
  while (depth < kDeepestSection) {
    const std::size_t end = skip_digits(text, position);
    if (end == position || end - position > 3) break;
    ++depth;
    position = end;
    if (position >= text.size() || text[position] != '.') break;
    ++position;
  }
  if (depth == 0 || (position < text.size() && text[position] != ' ' && text[position] != '\n')) return std::nullopt;
  while (position < text.size() && (text[position] == ' ' || text[position] == '\n')) ++position;
  return SectionNumber{.depth = depth, .bytes = position};
}

}  // namespace panduan::documents::detail
