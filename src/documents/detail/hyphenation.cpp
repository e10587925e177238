#include "documents/detail/hyphenation.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/unicode.h"
#include "documents/detail/joining.h"
#include "documents/detail/pdf_text.h"

namespace panduan::documents::detail {
namespace {

constexpr std::string_view kSoftHyphen = "\u00AD";

bool is_capital_or_digit(char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

bool has_hyphen(std::string_view word) { return word.ends_with('-') || word.ends_with(kSoftHyphen); }

/// Without the marks of the sentence around it, in small letters.
std::string folded(std::string_view word) {
  const std::size_t begin = std::min(word.find_first_not_of("([{\"'"), word.size());
  const std::size_t end = word.find_last_not_of(".,;:!?)]}\"'") + 1;
  std::string small(begin < end ? word.substr(begin, end - begin) : std::string_view());
  for (char& c : small) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return small;
}

std::string whole(std::string_view before, std::string_view after) { return folded(std::string(before).append(after)); }
std::string without_hyphen(std::string_view before, std::string_view after) { return whole(before.substr(0, before.size() - 1), after); }

/// Calls `visit` for each word with the one that a line's end parts from it, or with nothing.
template <class Visit>
void each_word(const PdfLayout& layout, Visit&& visit) {
  for (const PdfLayout::Block& block : layout.blocks) {
    for (std::size_t index = block.first_line; index < block.end_line; ++index) {
      const PdfLayout::Line& line = layout.lines[index];
      if (line.is_running) continue;
      for (std::size_t word = line.first_word; word < line.end_word; ++word) {
        const PdfLayout::Word* next = nullptr;
        if (word + 1 < line.end_word) {
          const PdfLayout::Word& beside = layout.words[word + 1];
          if (block.is_table && !beside.begins_cell && !share_row(layout.words[word].box, beside.box)) next = &beside;
        } else if (!block.is_table && index + 1 < block.end_line && layout.lines[index + 1].first_word < layout.lines[index + 1].end_word) {
          next = &layout.words[layout.lines[index + 1].first_word];
        }
        visit(layout.text(layout.words[word]), next == nullptr ? std::string_view() : layout.text(*next));
      }
    }
  }
}

}  // namespace

Hyphenation::Hyphenation(const PdfLayout& layout) {
  struct LineEnds {
    std::string_view before, after;
  };
  std::vector<LineEnds> ends;
  each_word(layout, [&](std::string_view word, std::string_view next) {
    if (next.empty() || !(word.ends_with('-') || word.ends_with('/'))) return;
    counts_.try_emplace(whole(word, next), 0);
    if (word.ends_with('/')) return;
    counts_.try_emplace(without_hyphen(word, next), 0);
    ends.push_back({word, next});
  });
  if (counts_.empty()) return;
  each_word(layout, [&](std::string_view word, std::string_view /*next*/) {
    if (has_hyphen(word)) return;
    if (const auto found = counts_.find(folded(word)); found != counts_.end()) ++found->second;
  });
  for (const auto& [before, after] : ends) {
    const LineEnd told = known(before, after);
    if (told != LineEnd::None) cuts_ += told == LineEnd::Cut ? 1 : -1;
  }
}

std::size_t Hyphenation::count_of(const std::string& word) const {
  const auto found = counts_.find(word);
  return found == counts_.end() ? 0 : found->second;
}

LineEnd Hyphenation::known(std::string_view before, std::string_view after) const {
  const std::size_t hyphenated = count_of(whole(before, after));
  const std::size_t plain = count_of(without_hyphen(before, after));
  if (hyphenated == plain) return LineEnd::None;
  return hyphenated > plain ? LineEnd::Joint : LineEnd::Cut;
}

LineEnd Hyphenation::between(std::string_view before, std::string_view after, Place place) const {
  if (before.ends_with(kSoftHyphen)) return before.size() > kSoftHyphen.size() ? LineEnd::Cut : LineEnd::None;
  if (before.ends_with('/')) return !folded(after).empty() && count_of(whole(before, after)) > 0 ? LineEnd::Joint : LineEnd::None;
  if (!before.ends_with('-') || before.size() < 2 || after.empty()) return LineEnd::None;
  if (const LineEnd told = known(before, after); told != LineEnd::None) return told;
  if (!is_letter_or_digit(last_character(before.substr(0, before.size() - 1)))) return LineEnd::None;  // a dash of two hyphens
  static constexpr std::array<std::string_view, 8> kLinking{"and", "or", "to", "nor", "und", "oder", "et", "ou"};
  if (std::ranges::find(kLinking, after) != kLinking.end()) return LineEnd::None;  // "pre- and post-war"
  if (is_capital_or_digit(after.front())) return LineEnd::Joint;
  return cuts_ > 0 || (cuts_ == 0 && place == Place::Text) ? LineEnd::Cut : LineEnd::Joint;
}

}  // namespace panduan::documents::detail
