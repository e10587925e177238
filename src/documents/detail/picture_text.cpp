#include "documents/detail/picture_text.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "documents/detail/source_text.h"

namespace panduan::documents::detail {
namespace {

/// A text that is put into another one.
struct Insertion {
  const Picture* picture = nullptr;
  const ParsedDocument* read = nullptr;
  ByteRange text;              ///< in the new text
  std::size_t grown_by = 0;    ///< the new text, by it and all before it, the empty lines around it too
};

class Insertions {
 public:
  Insertions(const ParsedDocument& document, const std::map<std::size_t, ParsedDocument>& read) {
    for (const auto& [index, picture] : read) {
      if (has_visible_text(picture.text)) list_.push_back({.picture = &document.pictures[index], .read = &picture, .text = {}});
    }
    write(document.text);
  }

  bool empty() const { return list_.empty(); }
  const std::vector<Insertion>& list() const { return list_; }
  std::string take_text() { return std::move(text_); }

  /// Where what begins there begins now: below a picture of the same place.
  std::size_t begin(std::size_t old) const { return old + grown_by(std::ranges::upper_bound(list_, old, {}, at)); }
  /// Where what ends there ends now: above it.
  std::size_t end(std::size_t old) const { return old + grown_by(std::ranges::lower_bound(list_, old, {}, at)); }
  ByteRange range(const ByteRange& old) const {
    return old.size() == 0 ? ByteRange{begin(old.begin), begin(old.begin)} : ByteRange{begin(old.begin), end(old.end)};
  }

  /// A page with the pictures on it.
  ByteRange page(std::size_t index, const ByteRange& old) const {
    const auto [first, last] = std::ranges::equal_range(list_, index, {}, [](const Insertion& one) { return one.picture->page; });
    ByteRange made = old.size() > 0 ? range(old) : ByteRange{old.begin + grown_by(first), old.begin + grown_by(first)};
    if (first == last) return made;
    if (old.size() == 0) return {first->text.begin, std::prev(last)->text.end};
    made.begin = std::min(made.begin, first->text.begin);
    made.end = std::max(made.end, std::prev(last)->text.end);
    return made;
  }

 private:
  static std::size_t at(const Insertion& insertion) { return insertion.picture->at; }
  std::size_t grown_by(std::vector<Insertion>::const_iterator behind) const { return behind == list_.begin() ? 0 : std::prev(behind)->grown_by; }

  void write(std::string_view old) {
    std::size_t from = 0;
    for (std::size_t index = 0; index < list_.size(); ++index) {
      Insertion& one = list_[index];
      text_.append(old, from, at(one) - from);
      from = at(one);
      end_paragraph();
      one.text.begin = text_.size();
      text_ += one.read->text;
      one.text.end = text_.size();
      const bool is_last_here = index + 1 == list_.size() || at(list_[index + 1]) != from;
      const std::string_view rest = old.substr(from);
      if (is_last_here && !rest.empty() && !rest.starts_with("\n\n")) text_ += rest.starts_with('\n') ? "\n" : "\n\n";
      one.grown_by = text_.size() - from;
    }
    text_.append(old, from);
  }

  void end_paragraph() {
    if (text_.empty() || text_.ends_with("\n\n")) return;
    text_ += text_.ends_with('\n') ? "\n" : "\n\n";
  }

  std::vector<Insertion> list_;  ///< by place, which is by page too
  std::string text_;
};

ByteRange moved(const ByteRange& range, std::size_t by) { return {range.begin + by, range.end + by}; }

void add_words(Page& page, const Insertion& insertion) {
  if (page.width <= 0) return;  // a slide or a sheet, on which nobody says where the picture is
  for (WordBox word : insertion.read->pages.front().words) {
    word.text = moved(word.text, insertion.text.begin);
    page.words.push_back(word);
  }
  std::ranges::sort(page.words, {}, [](const WordBox& word) { return word.text.begin; });
}

}  // namespace

void add_picture(std::vector<Picture>& pictures, Picture picture) {
  constexpr std::size_t kLongestPart = 1000;  // bytes
  if (picture.part.empty() || picture.part.size() > kLongestPart || pictures.size() >= kMostPictures) return;
  if (std::ranges::find(pictures, picture.part, &Picture::part) == pictures.end()) pictures.push_back(std::move(picture));
}

ParsedDocument with_pictures(ParsedDocument document, const std::map<std::size_t, ParsedDocument>& read) {
  Insertions insertions(document, read);
  for (std::size_t index = 0; index < document.pages.size(); ++index) {
    Page& page = document.pages[index];
    page.text = insertions.page(index, page.text);
    for (WordBox& word : page.words) word.text = insertions.range(word.text);
  }
  for (Heading& heading : document.headings) heading.text = insertions.range(heading.text);
  for (Table& table : document.tables) {
    table.text = insertions.range(table.text);
    table.header = table.header.size() > 0 ? insertions.range(table.header) : ByteRange{table.text.begin, table.text.begin};
  }
  for (const Insertion& one : insertions.list()) {
    for (const Table& table : one.read->tables)
      document.tables.push_back({.text = moved(table.text, one.text.begin), .header = moved(table.header, one.text.begin)});
    if (one.picture->page < document.pages.size()) add_words(document.pages[one.picture->page], one);
  }
  std::ranges::sort(document.tables, {}, [](const Table& table) { return table.text.begin; });
  document.read_pictures += insertions.list().size();
  std::vector<Picture> unread;  // in their order
  for (std::size_t index = 0; index < document.pictures.size(); ++index) {
    if (read.contains(index)) continue;
    unread.push_back(document.pictures[index]);
    unread.back().at = insertions.end(unread.back().at);
  }
  document.text = insertions.take_text();
  document.pictures = std::move(unread);
  return document;
}

}  // namespace panduan::documents::detail
