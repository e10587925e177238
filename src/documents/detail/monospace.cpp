#include "documents/detail/monospace.h"

#include <algorithm>

#include "base/unicode.h"

namespace panduan::documents::detail {
namespace {

constexpr float kTolerance = 0.03F;  // of a character's width

/// Only words of several ASCII characters tell: those of other scripts fill a square each in any font.
float monospaced_width(const PdfLayout& layout, const PdfLayout::Block& block) {
  float width = 0;
  std::size_t first_length = 0;
  bool lengths_differ = false;
  for (std::size_t line = block.first_line; line < block.end_line; ++line) {
    for (std::size_t index = layout.lines[line].first_word; index < layout.lines[line].end_word; ++index) {
      const PdfLayout::Word& word = layout.words[index];
      const std::string_view text = layout.text(word);
      const bool is_ascii = std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
      if (text.size() < 2 || !is_ascii) continue;
      const float each = (word.box.right - word.box.left) / static_cast<float>(text.size());
      if (width == 0) {
        width = each;
        first_length = text.size();
      }
      if (each <= 0 || each < width * (1 - kTolerance) || each > width * (1 + kTolerance)) return 0;
      lengths_differ |= text.size() != first_length;
    }
  }
  return lengths_differ ? width : 0;
}

}  // namespace

std::vector<float> monospaced_widths(const PdfLayout& layout) {
  std::vector<float> widths;
  widths.reserve(layout.blocks.size());
  std::size_t monospaced_words = 0;
  for (const PdfLayout::Block& block : layout.blocks) {
    widths.push_back(monospaced_width(layout, block));
    if (widths.back() > 0) monospaced_words += layout.lines[block.end_line - 1].end_word - layout.lines[block.first_line].first_word;
  }
  if (monospaced_words * 2 > layout.words.size()) std::fill(widths.begin(), widths.end(), 0.0F);
  return widths;
}

}  // namespace panduan::documents::detail
