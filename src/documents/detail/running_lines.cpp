#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <optional>

#include "documents/detail/pdf_layout.h"

// A book prints its title, its chapter and the page number on every page. Such a line is found by where it stands and by how
// often: near the upper or lower edge, the same text but for digits, at the same height, on most pages between the first and
// the last that carry it. A chapter's header is on half the pages of its chapter, so the stretch counts, not the whole document.
// A line of digits alone could as well be a table's, so it has to count with the pages.

namespace panduan::documents::detail {
namespace {

constexpr float kEdgeShare = 0.12F;      // of the page's height
constexpr float kSameHeightPoints = 3;
constexpr std::size_t kLeastPages = 3;
constexpr double kLeastShare = 0.4;      // alternating headers stand on every second page

struct Candidate {
  std::size_t page = 0;
  std::size_t line = 0;
  float top = 0;
  std::optional<std::int64_t> number;  ///< the first number in it
};

std::optional<std::int64_t> roman_number(std::string_view text) {
  std::int64_t sum = 0;
  std::int64_t last = 1000;
  for (const char c : text) {
    std::int64_t value = 0;
    switch (c) {
      case 'i':
      case 'I': value = 1; break;
      case 'v':
      case 'V': value = 5; break;
      case 'x':
      case 'X': value = 10; break;
      case 'l':
      case 'L': value = 50; break;
      case 'c':
      case 'C': value = 100; break;
      default: return std::nullopt;
    }
    sum += value > last ? value - 2 * last : value;
    last = value;
  }
  return text.empty() || text.size() > 12 ? std::nullopt : std::optional(sum);
}

/// The line's text with every number as '#', and its first number.
std::string shape_of(const PdfLayout& layout, const PdfLayout::Line& line, std::optional<std::int64_t>& number) {
  if (line.end_word - line.first_word == 1) number = roman_number(layout.text(layout.words[line.first_word]));
  if (number) return "#";
  std::string shape;
  for (std::size_t index = line.first_word; index < line.end_word; ++index) {
    const std::string_view word = layout.text(layout.words[index]);
    for (std::size_t i = 0; i < word.size();) {
      if (word[i] < '0' || word[i] > '9') {
        shape.push_back(word[i++]);
        continue;
      }
      std::int64_t value = 0;
      for (; i < word.size() && word[i] >= '0' && word[i] <= '9'; ++i) value = std::min<std::int64_t>(value * 10 + (word[i] - '0'), 1'000'000'000);
      if (!number) number = value;
      shape.push_back('#');
    }
    if (index + 1 < line.end_word) shape.push_back(' ');
  }
  return shape;
}

bool is_only_numbers(std::string_view shape) { return shape.find_first_not_of("#/-–—|.[]() ") == std::string_view::npos; }

/// Whether most numbers rise with the pages: number minus page is nearly always the same.
bool counts_pages(const std::vector<Candidate>& lines) {
  std::map<std::int64_t, std::size_t> offsets;
  std::size_t most = 0;
  for (const auto& line : lines) {
    if (line.number) most = std::max(most, ++offsets[*line.number - static_cast<std::int64_t>(line.page)]);
  }
  return most >= kLeastPages && most * 2 >= lines.size();
}

bool is_on_most_pages(const std::vector<Candidate>& lines) {
  std::size_t pages = 1;
  for (std::size_t i = 1; i < lines.size(); ++i) pages += lines[i].page != lines[i - 1].page;
  const std::size_t stretch = lines.back().page - lines.front().page + 1;
  return pages >= kLeastPages && static_cast<double>(pages) >= kLeastShare * static_cast<double>(stretch);
}

}  // namespace

void mark_running_lines(PdfLayout& layout) {
  std::map<std::string, std::vector<Candidate>> candidates;  // by shape
  for (std::size_t page_index = 0; page_index < layout.pages.size(); ++page_index) {
    const PdfLayout::Page& page = layout.pages[page_index];
    for (std::size_t block = page.first_block; block < page.end_block; ++block) {
      for (std::size_t index = layout.blocks[block].first_line; index < layout.blocks[block].end_line; ++index) {
        const PdfLayout::Line& line = layout.lines[index];
        if (line.box.bottom > page.height * kEdgeShare && line.box.top < page.height * (1 - kEdgeShare)) continue;
        Candidate candidate{.page = page_index, .line = index, .top = line.box.top, .number = std::nullopt};
        std::string shape = shape_of(layout, line, candidate.number);
        candidates[std::move(shape)].push_back(candidate);
      }
    }
  }
  for (auto& [shape, lines] : candidates) {
    if (lines.size() < kLeastPages) continue;
    std::sort(lines.begin(), lines.end(), [](const Candidate& a, const Candidate& b) { return a.top < b.top; });
    for (std::size_t begin = 0, end = 0; begin < lines.size(); begin = end) {
      for (end = begin + 1; end < lines.size() && lines[end].top - lines[end - 1].top <= kSameHeightPoints;) ++end;
      std::vector<Candidate> row(lines.begin() + static_cast<std::ptrdiff_t>(begin), lines.begin() + static_cast<std::ptrdiff_t>(end));
      std::sort(row.begin(), row.end(), [](const Candidate& a, const Candidate& b) { return a.line < b.line; });
      if (!is_on_most_pages(row) || (is_only_numbers(shape) && !counts_pages(row))) continue;
      for (const Candidate& line : row) layout.lines[line.line].is_running = true;
    }
  }
}

}  // namespace panduan::documents::detail
