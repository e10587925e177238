#include <algorithm>
#include <cctype>
#include <cmath>
#include <optional>
#include <set>

#include "base/unicode.h"
#include "documents/detail/joining.h"
#include "documents/detail/pdf_text.h"
#include "documents/detail/section_number.h"

// A PDF says where words stand and how tall they are, not what they are. A heading is a short paragraph that is taller than the
// body, or one that begins with a section number. Its level is the depth of that number; one without a number takes the level
// of the numbered headings of its size, or, where none are numbered, the rank of its size.

namespace panduan::documents::detail {
namespace {

constexpr float kTaller = 1.1F;        // than the body's median: a heading
constexpr float kMuchTaller = 1.3F;    // a contents page's own heading
constexpr float kSameSize = 0.04F;     // share by which the heights of one font size differ
constexpr std::size_t kMaxBytes = 240;
constexpr std::size_t kMaxRows = 3;
constexpr std::size_t kContentsLines = 4;  // so many dot leaders make a contents page
constexpr int kMaxLevel = kDeepestSection;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool has_dot_leader(std::string_view text) { return text.find("....") != std::string_view::npos; }

bool has_letter(std::string_view text) {
  for (std::size_t offset = 0; offset < text.size();) {
    const Character c = character_at(text, offset);
    if (is_letter_or_digit(c.code_point) && !(c.code_point < 0x80 && is_digit(static_cast<char>(c.code_point)))) return true;
    offset += c.bytes;
  }
  return false;
}

bool ends_like_a_sentence(std::string_view text) {
  static constexpr std::string_view kAscii = ".,;:-";
  const char32_t last = last_character(text);
  return (last < 0x80 && kAscii.find(static_cast<char>(last)) != std::string_view::npos) || last == U'。' || last == U'，' || last == U'；' || last == U'：';
}

class Finder {
 public:
  explicit Finder(const PrintedText& printed) : printed_(printed) {
    std::vector<std::pair<float, std::size_t>> heights;
    std::vector<std::size_t> leaders(printed.pages.size());
    for (const auto& paragraph : printed.paragraphs) {
      heights.emplace_back(paragraph.word_height, paragraph.text.size());
      leaders[paragraph.page] += has_dot_leader(text(paragraph)) ? 1 : 0;
    }
    body_height_ = weighted_median(std::move(heights));
    for (const std::size_t count : leaders) is_contents_page_.push_back(count >= kContentsLines);
  }

  std::vector<Heading> find() {
    const auto& paragraphs = printed_.paragraphs;
    for (std::size_t index = 0; index < paragraphs.size(); ++index) {
      const PrintedParagraph& first = paragraphs[index];
      if (!could_be_heading(first)) continue;
      const PrintedParagraph* second = index + 1 < paragraphs.size() ? &paragraphs[index + 1] : nullptr;
      const auto numbering = read_section_number(text(first));
      if (second != nullptr && are_number_and_title(first, *second)) {
        add(first, *second, is_number(first) ? first : *second);
        ++index;
      } else if (!is_number(first) && (is_tall(first) ? has_letter(text(first)) : numbering && is_plain_numbered_title(first, *numbering))) {
        add(first, first, first);
      }
    }
    return levelled();
  }

 private:
  struct Found {
    ByteRange text;
    float height = 0;
    int depth = 0;  ///< 0: without a number
  };

  std::string_view text(const PrintedParagraph& paragraph) const { return std::string_view(printed_.text).substr(paragraph.text.begin, paragraph.text.size()); }

  bool is_tall(const PrintedParagraph& paragraph) const { return paragraph.word_height >= kTaller * body_height_; }

  bool is_number(const PrintedParagraph& paragraph) const {
    const auto numbering = read_section_number(text(paragraph));
    return numbering && numbering->bytes == paragraph.text.size();
  }

  /// "2.1.3" and its title are often two paragraphs: side by side in either order, or a chapter's number above its name.
  bool are_number_and_title(const PrintedParagraph& first, const PrintedParagraph& second) const {
    if (second.page != first.page || !is_tall(first) || !is_tall(second) || !could_be_heading(second)) return false;
    if (is_number(first)) return !is_number(second) && has_letter(text(second));
    return is_number(second) && has_letter(text(first)) && share_row(first.box, second.box) && second.box.right < first.box.left;
  }

  bool could_be_heading(const PrintedParagraph& paragraph) const {
    if (paragraph.is_table || paragraph.rows > kMaxRows || paragraph.text.size() > kMaxBytes || has_dot_leader(text(paragraph))) return false;
    return !is_contents_page_[paragraph.page] || paragraph.word_height >= kMuchTaller * body_height_;
  }

  /// Papers set "2.1 Related work" in the body's size, as tables set "1.2 litres": a title is one line and starts like one, or it is bold.
  bool is_plain_numbered_title(const PrintedParagraph& paragraph, const SectionNumber& numbering) const {
    if (numbering.depth < 2 || paragraph.word_height < 0.97F * body_height_) return false;
    const std::string_view title = text(paragraph).substr(numbering.bytes);
    if (paragraph.is_bold) return has_letter(title) && !ends_like_a_sentence(title);
    if (paragraph.rows > 1) return false;
    const char32_t start = first_character(title);
    const bool starts_like_a_title = (start >= U'A' && start <= U'Z') || is_spaceless(start);
    return starts_like_a_title && has_letter(title) && count_characters(title) <= 80 && !ends_like_a_sentence(title) && !is_digit(title.back());
  }

  void add(const PrintedParagraph& first, const PrintedParagraph& last, const PrintedParagraph& numbered) {
    const auto numbering = read_section_number(text(numbered));
    found_.push_back(
        {.text = {first.text.begin, last.text.end}, .height = std::max(first.word_height, last.word_height), .depth = numbering ? numbering->depth : 0});
  }

  std::vector<Heading> levelled() const {
    std::vector<Heading> headings;
    const bool any_numbered = std::any_of(found_.begin(), found_.end(), [](const Found& heading) { return heading.depth > 0; });
    std::set<float, std::greater<>> sizes;
    for (const Found& heading : found_) sizes.insert(heading.height);
    for (const Found& heading : found_) {
      const int level = heading.depth > 0 ? heading.depth : any_numbered ? level_beside_numbered(heading.height) : rank(sizes, heading.height);
      headings.push_back({.level = std::clamp(level, 1, kMaxLevel), .text = heading.text});
    }
    return headings;
  }

  int level_beside_numbered(float height) const {
    int level = kMaxLevel;
    bool is_largest = true;
    for (const Found& heading : found_) {
      if (heading.depth == 0) continue;
      if (heading.height <= height * (1 + kSameSize)) level = std::min(level, heading.depth);
      if (heading.height >= height * (1 - kSameSize)) is_largest = false;
    }
    return is_largest ? 1 : level;
  }

  static int rank(const std::set<float, std::greater<>>& sizes, float height) {
    int level = 0;
    float last = 0;
    for (const float size : sizes) {
      if (level == 0 || size < last * (1 - kSameSize)) {
        ++level;
        last = size;
      }
      if (size <= height) break;
    }
    return level;
  }

  const PrintedText& printed_;
  float body_height_ = 0;
  std::vector<bool> is_contents_page_;
  std::vector<Found> found_;
};

}  // namespace

std::vector<Heading> find_printed_headings(const PrintedText& printed) { return Finder(printed).find(); }

}  // namespace panduan::documents::detail
