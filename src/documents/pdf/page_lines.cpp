#include "documents/pdf/page_lines.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <utility>

#include "base/unicode.h"
#include "documents/detail/joining.h"

// Characters that follow each other closely are pieces; pieces on one baseline make lines, unless a gap as wide as between columns lies between them.

namespace panduan::documents::pdf {
namespace {

constexpr float kPieceGap = 0.8F;        // all of these are shares of the font's size
constexpr float kLineGap = 1.0F;         // between words of a line; columns stand further apart
constexpr float kMarkGap = 4.0F;         // behind an item's mark
constexpr float kCodeGap = 12;            // between words of one width a character: program text, or a table set with spaces
constexpr float kSameBaseline = 0.2F;
constexpr float kRaisedGap = 0.35F;      // between a word and its footnote's number
constexpr float kWordGap = 0.1F;         // where a line has no spaces of its own
constexpr float kWordGapBesideSpaces = 0.2F;  // a space of its own text is often not given, and is a quarter wide in many fonts
constexpr float kStepBack = 0.6F;

struct Piece {
  std::vector<std::size_t> glyphs;
  std::vector<bool> after_space;
  Box box;
  float baseline = 0;
  float size = 0;
  float least_width = 0, most_width = 0;  ///< of a character

  bool is_monospaced() const { return most_width > 0 && most_width - least_width <= 0.02F * most_width; }
};

/// Upright lines, by their place: none is printed across.
class RulesBetween {
 public:
  explicit RulesBetween(const std::vector<Rule>& rules) {
    for (const Rule& rule : rules) {
      if (!rule.is_horizontal) upright_.push_back(rule.box);
    }
    std::ranges::sort(upright_, {}, middle_of);
  }
  bool any(const Box& left, const Box& right) const {
    const float middle = (std::max(left.top, right.top) + std::min(left.bottom, right.bottom)) / 2;
    for (auto rule = std::ranges::lower_bound(upright_, left.right - 1, {}, middle_of); rule != upright_.end() && middle_of(*rule) <= right.left + 1; ++rule) {
      if (rule->top <= middle && rule->bottom >= middle) return true;
    }
    return false;
  }

 private:
  static float middle_of(const Box& rule) { return (rule.left + rule.right) / 2; }
  std::vector<Box> upright_;
};

std::vector<Piece> find_pieces(const std::vector<Glyph>& glyphs, Direction direction, const RulesBetween& rules) {
  std::vector<Piece> pieces;
  bool after_space = false;
  for (std::size_t index = 0; index < glyphs.size(); ++index) {
    const Glyph& glyph = glyphs[index];
    if (glyph.direction != direction) continue;
    if (glyph.code == U' ') {
      after_space = true;
      continue;
    }
    bool goes_on = false;
    if (!pieces.empty()) {
      const Piece& last = pieces.back();
      const Glyph& before = glyphs[last.glyphs.back()];
      const float gap = glyph.box.left - before.box.right;
      goes_on = std::abs(glyph.baseline - before.baseline) <= 0.1F * glyph.size && std::abs(glyph.size - before.size) <= 0.2F * glyph.size &&
                gap <= kPieceGap * glyph.size && gap >= -kStepBack * glyph.size;
      const bool begins_word = after_space || gap > kWordGap * glyph.size;
      if (goes_on && begins_word) goes_on = !rules.any(before.box, glyph.box);
    }
    if (!goes_on)
      pieces.push_back(
          {.glyphs = {}, .after_space = {}, .box = glyph.box, .baseline = glyph.baseline, .size = glyph.size, .least_width = glyph.box.right - glyph.box.left});
    Piece& piece = pieces.back();
    piece.glyphs.push_back(index);
    piece.after_space.push_back(after_space);
    piece.box.include(glyph.box);
    piece.size = std::max(piece.size, glyph.size);
    piece.least_width = std::min(piece.least_width, glyph.box.right - glyph.box.left);
    piece.most_width = std::max(piece.most_width, glyph.box.right - glyph.box.left);
    after_space = false;
  }
  return pieces;
}

/// Rows by baseline, each from left to right; raised and lowered pieces in the row of what they touch.
std::vector<std::vector<const Piece*>> find_rows(const std::vector<Piece>& pieces) {
  std::vector<const Piece*> sorted;
  for (const Piece& piece : pieces) sorted.push_back(&piece);
  std::ranges::sort(sorted, {}, [](const Piece* piece) { return std::pair(piece->baseline, piece); });
  std::vector<std::vector<const Piece*>> rows;
  float row_size = 0;
  for (const Piece* piece : sorted) {
    const bool same = !rows.empty() && piece->baseline - rows.back().front()->baseline <= kSameBaseline * std::min(row_size, piece->size);
    if (!same) {
      rows.emplace_back();
      row_size = piece->size;
    }
    rows.back().push_back(piece);
    row_size = std::max(row_size, piece->size);
  }
  for (std::size_t index = 0; index < rows.size(); ++index) {
    for (std::size_t at = 0; at < rows[index].size();) {
      const Piece& small = *rows[index][at];
      bool moved = false;
      const std::size_t from = index >= 3 ? index - 3 : 0;
      for (std::size_t other = from; other < std::min(rows.size(), index + 4) && !moved; ++other) {
        if (other == index) continue;
        for (const Piece* large : rows[other]) {
          if (small.size > 0.85F * large->size || small.baseline < large->box.top || small.box.top > large->box.bottom) continue;
          const float gap = std::max(small.box.left - large->box.right, large->box.left - small.box.right);
          if (gap > kRaisedGap * large->size || gap < -large->size) continue;
          rows[other].push_back(&small);
          moved = true;
          break;
        }
      }
      if (moved) rows[index].erase(rows[index].begin() + static_cast<std::ptrdiff_t>(at));
      else ++at;
    }
  }
  std::erase_if(rows, [](const auto& row) { return row.empty(); });
  for (auto& row : rows) std::ranges::sort(row, {}, [](const Piece* piece) { return std::pair(piece->box.left, piece); });
  return rows;
}

std::string text_of(const Piece& piece, const std::vector<Glyph>& glyphs) {
  std::string text;
  for (const std::size_t index : piece.glyphs) append_letters(text, glyphs[index].code);
  return text;
}

class LineMaker {
 public:
  LineMaker(const std::vector<Glyph>& glyphs, const RulesBetween& rules) : glyphs_(glyphs), rules_(rules) {}

  void add_row(const std::vector<const Piece*>& row, std::vector<PageLine>& lines) const {
    std::vector<const Piece*> together;
    float right = 0;
    for (const Piece* piece : row) {
      if (!together.empty() && !belongs(together, *piece, right)) {
        lines.push_back(line_of(together));
        together.clear();
      }
      right = together.empty() ? piece->box.right : std::max(right, piece->box.right);
      together.push_back(piece);
    }
    if (!together.empty()) lines.push_back(line_of(together));
  }

 private:
  bool belongs(const std::vector<const Piece*>& line, const Piece& next, float right) const {
    const Piece& last = *line.back();
    const float size = std::max(last.size, next.size);
    const float gap = next.box.left - right;
    if (gap > kCodeGap * size || rules_.any(last.box, next.box)) return false;
    if (gap <= kLineGap * size) return true;
    if (last.is_monospaced() && next.is_monospaced() && std::abs(last.most_width - next.most_width) <= 0.02F * last.most_width) return true;
    if (gap > kMarkGap * size) return false;
    const std::string before = text_of(last, glyphs_);
    if (before.find_first_not_of('.') == std::string::npos || text_of(next, glyphs_).find_first_not_of('.') == std::string::npos)
      return true;  // leaders of a contents page
    return line.size() == 1 && is_item_mark(before);
  }

  PageLine line_of(const std::vector<const Piece*>& pieces) const {
    struct Placed {
      const Glyph* glyph;
      bool after_space;
    };
    std::vector<Placed> row;
    std::size_t spaces = 0;
    std::map<float, std::size_t> sizes;
    for (const Piece* piece : pieces) {
      for (std::size_t at = 0; at < piece->glyphs.size(); ++at) {
        row.push_back({&glyphs_[piece->glyphs[at]], piece->after_space[at] && !row.empty()});
        spaces += row.back().after_space ? 1 : 0;
      }
      sizes[piece->size] += piece->glyphs.size();
    }
    PageLine line{.words = {}, .box = pieces.front()->box, .baseline = pieces.front()->baseline};
    line.size = std::ranges::max_element(sizes, {}, [](const auto& entry) { return entry.second; })->first;
    for (const Piece* piece : pieces) {
      line.box.include(piece->box);
      if (piece->size == line.size) line.baseline = piece->baseline;
    }
    constexpr std::size_t kLongWord = 12;  // TeX prints gaps, and a real space only where a line must not break
    const float threshold = spaces * kLongWord >= row.size() ? kWordGapBesideSpaces : kWordGap;
    float right = 0;
    for (const Placed& placed : row) {
      const Glyph& glyph = *placed.glyph;
      const bool begins = line.words.empty() || placed.after_space || glyph.box.left - right > threshold * glyph.size;
      if (begins) line.words.push_back({.text = {}, .box = glyph.box, .is_bold = glyph.is_bold});
      append_letters(line.words.back().text, glyph.code);
      line.words.back().box.include(glyph.box);
      right = begins ? glyph.box.right : std::max(right, glyph.box.right);
    }
    line.text_left = line.words.size() > 1 && is_item_mark(line.words.front().text) ? line.words[1].box.left : line.box.left;
    return line;
  }

  const std::vector<Glyph>& glyphs_;
  const RulesBetween& rules_;
};

/// "fi" and its like, which are one character in some fonts.
std::string_view ligature(char32_t code) {
  switch (code) {
    case 0xFB00: return "ff";
    case 0xFB01: return "fi";
    case 0xFB02: return "fl";
    case 0xFB03: return "ffi";
    case 0xFB04: return "ffl";
    case 0xFB05:
    case 0xFB06: return "st";
    default: return {};
  }
}

}  // namespace

void append_letters(std::string& text, char32_t code) {
  if (const std::string_view letters = ligature(code); !letters.empty()) text += letters;
  else append_utf8(text, code);
}

bool is_item_mark(std::string_view text) {
  static constexpr std::string_view kBullets = "•‣◦▪■●○–—*·-∙➢✓";
  if (text.size() <= 3 && !text.empty() && kBullets.find(text) != std::string_view::npos) return true;
  if (text.empty() || text.size() > 10) return false;
  if (text.front() == '(') text.remove_prefix(1);
  const bool closed = !text.empty() && (text.back() == ')' || text.back() == '.');
  if (closed) text.remove_suffix(1);
  if (text.empty()) return false;
  const bool is_number = text.find_first_not_of("0123456789.") == std::string_view::npos;
  if (is_number) return closed || text.find('.') != std::string_view::npos || text.size() <= 2;
  const bool lettered =
      text[0] >= 'A' && text[0] <= 'Z' && text.size() > 2 && text[1] == '.' && text.substr(2).find_first_not_of("0123456789.") == std::string_view::npos;
  return lettered || (closed && (text.size() == 1 || text.find_first_not_of("ivxlc") == std::string_view::npos));
}

std::vector<PageLine> find_lines(const std::vector<Glyph>& glyphs, Direction direction, const std::vector<Rule>& rules) {
  const RulesBetween between(rules);
  const std::vector<Piece> pieces = find_pieces(glyphs, direction, between);
  const LineMaker maker(glyphs, between);
  std::vector<PageLine> lines;
  for (const auto& row : find_rows(pieces)) maker.add_row(row, lines);
  return lines;
}

}  // namespace panduan::documents::pdf
