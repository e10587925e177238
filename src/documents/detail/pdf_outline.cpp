#include "documents/detail/pdf_outline.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/unicode.h"
#include "documents/detail/section_number.h"

namespace panduan::documents::detail {
namespace {

constexpr std::size_t kMostRows = 4;  // of a title
constexpr double kTold = 0.5;         // share of the outline that has to be found, to believe it

/// Its letters and digits, for what is printed has other marks, spaces and capitals than the outline.
std::string letters_of(std::string_view text) {
  const std::string folded = nfkc_casefold(text);
  std::string letters;
  for (std::size_t offset = 0; offset < folded.size();) {
    const Character c = character_at(folded, offset);
    if (is_letter_or_digit(c.code_point)) letters.append(folded, offset, c.bytes);
    offset += c.bytes;
  }
  return letters;
}

std::string letters_without_number(std::string_view text) {
  const auto number = read_section_number(text);
  return letters_of(number ? text.substr(number->bytes) : text);
}

/// One without a number may be printed with one, and the other way round.
bool is_title(std::string_view printed, std::string_view title) {
  const std::string wanted = letters_without_number(title);
  return !wanted.empty() && (letters_without_number(printed) == wanted || letters_of(printed) == letters_of(title));
}

class Outline {
 public:
  Outline(const PrintedText& printed, const std::vector<PdfLayout::OutlineEntry>& entries) : printed_(printed) {
    first_of_page_.assign(printed.pages.size() + 1, printed.paragraphs.size());
    for (std::size_t index = printed.paragraphs.size(); index-- > 0;) first_of_page_[printed.paragraphs[index].page] = index;
    for (std::size_t page = printed.pages.size(); page-- > 0;) first_of_page_[page] = std::min(first_of_page_[page], first_of_page_[page + 1]);
    for (const auto& entry : entries) {
      if (const auto place = place_of(entry)) headings_.push_back({.level = std::clamp(entry.level, 1, kDeepestSection), .text = *place});
    }
    is_told_ = !entries.empty() && static_cast<double>(headings_.size()) >= kTold * static_cast<double>(entries.size());
  }

  bool is_told() const { return is_told_; }

  /// All in text order.
  std::vector<Heading> with(const std::vector<Heading>& found) const {
    std::vector<Heading> all;
    std::set<std::string> titles;
    auto next = headings_.begin();
    int level = 0;
    const auto take_until = [&](std::size_t end) {
      for (; next != headings_.end() && next->text.begin < end; ++next) {
        all.push_back(*next);
        level = next->level;
        titles.insert(letters_without_number(text(next->text)));
      }
    };
    for (Heading heading : found) {
      take_until(heading.text.end);
      if (next != headings_.end() && is_ornament(heading.text, next->text)) continue;
      const bool is_named = !all.empty() && all.back().text.end > heading.text.begin;
      if (is_named || titles.contains(letters_without_number(text(heading.text)))) continue;  // a running title says again where one is
      if (level > 0) heading.level = std::min(std::max(heading.level, level + 1), kDeepestSection);
      all.push_back(heading);
    }
    take_until(printed_.text.size() + 1);
    return all;
  }

 private:
  /// "FIVE" above the name of the fifth chapter.
  bool is_ornament(const ByteRange& heading, const ByteRange& title) const {
    const std::string_view between = text({heading.end, title.begin});
    return between.find_first_not_of('\n') == std::string_view::npos && text(heading).find_first_of(" \n") == std::string_view::npos;
  }

  std::string_view text(ByteRange range) const { return std::string_view(printed_.text).substr(range.begin, range.size()); }

  /// On the page that the outline names, below the entry before; a title alone, or its number and it in two paragraphs.
  std::optional<ByteRange> place_of(const PdfLayout::OutlineEntry& entry) {
    if (entry.page >= printed_.pages.size()) return std::nullopt;
    for (std::size_t index = std::max(next_, first_of_page_[entry.page]); index < first_of_page_[entry.page + 1]; ++index) {
      const PrintedParagraph& paragraph = printed_.paragraphs[index];
      if (paragraph.is_table || paragraph.rows > kMostRows) continue;
      ByteRange place = paragraph.text;
      bool is_here = is_title(text(place), entry.title);
      if (!is_here && index + 1 < first_of_page_[entry.page + 1]) {
        place.end = printed_.paragraphs[index + 1].text.end;
        is_here = is_number(text(paragraph.text)) && is_title(text(place), entry.title);
      }
      if (!is_here) continue;
      next_ = index + 1;
      return place;
    }
    return std::nullopt;
  }

  static bool is_number(std::string_view text) {
    const auto number = read_section_number(text);
    return number && number->bytes == text.size();
  }

  const PrintedText& printed_;
  std::vector<std::size_t> first_of_page_;  ///< index of its first paragraph, or of the next page's where it has none
  std::size_t next_ = 0;                    ///< paragraph
  std::vector<Heading> headings_;
  bool is_told_ = false;
};

}  // namespace

std::vector<Heading> with_outline(std::vector<Heading> found, const PrintedText& printed, const std::vector<PdfLayout::OutlineEntry>& entries) {
  const Outline outline(printed, entries);
  return outline.is_told() ? outline.with(found) : std::move(found);
}

}  // namespace panduan::documents::detail
