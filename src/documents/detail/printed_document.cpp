#include "documents/detail/printed_document.h"

#include <algorithm>
#include <utility>

#include "documents/detail/pdf_outline.h"
#include "documents/detail/pdf_text.h"

namespace panduan::documents::detail {
namespace {

ByteRange moved(const ByteRange& range, std::size_t from, std::size_t to) { return {range.begin - from + to, range.end - from + to}; }

bool is_within(const ByteRange& inner, const ByteRange& outer) { return inner.begin >= outer.begin && inner.end <= outer.end && outer.size() > 0; }

void append(ParsedDocument& whole, const ParsedDocument& from, std::size_t page_index) {
  const Page& page = from.pages[page_index];
  if (page.text.size() > 0 && !whole.text.empty()) whole.text += "\n\n";
  const std::size_t begin = whole.text.size();
  whole.text.append(from.text, page.text.begin, page.text.size());
  Page& made = whole.pages.emplace_back(page);
  made.text = {begin, whole.text.size()};
  for (WordBox& word : made.words) word.text = moved(word.text, page.text.begin, begin);
  for (const Heading& heading : from.headings) {
    if (is_within(heading.text, page.text)) whole.headings.push_back({.level = heading.level, .text = moved(heading.text, page.text.begin, begin)});
  }
  for (const Table& table : from.tables) {  // of one that goes over pages: what stands on this one
    const ByteRange here{std::max(table.text.begin, page.text.begin), std::min(table.text.end, page.text.end)};
    if (here.begin >= here.end) continue;
    const ByteRange header = is_within(table.header, here) ? table.header : ByteRange{here.begin, here.begin};
    whole.tables.push_back({.text = moved(here, page.text.begin, begin), .header = moved(header, page.text.begin, begin)});
  }
}

}  // namespace

ParsedDocument printed_document(PdfLayout layout, std::string_view media_type) {
  mark_running_lines(layout);
  PrintedText printed = build_printed_text(layout);
  ParsedDocument document;
  document.media_type = media_type;
  document.headings = with_outline(find_printed_headings(printed), printed, layout.outline);
  document.tables = std::move(printed.tables);
  document.text = std::move(printed.text);
  document.pages = std::move(printed.pages);
  return document;
}

ParsedDocument with_recognised(const ParsedDocument& document, const std::map<std::size_t, ParsedDocument>& recognised) {
  ParsedDocument whole;
  whole.media_type = document.media_type;
  whole.title = document.title;
  whole.hidden_words = document.hidden_words;
  for (std::size_t index = 0; index < document.pages.size(); ++index) {
    const auto found = recognised.find(index);
    if (found == recognised.end()) {
      append(whole, document, index);
      continue;
    }
    append(whole, found->second, 0);
    whole.pages.back().label = document.pages[index].label;
    if (whole.pages.back().text.size() > 0) ++whole.recognised_pages;
  }
  for (const std::size_t page : document.picture_pages) {
    if (!recognised.contains(page)) whole.picture_pages.push_back(page);
  }
  whole.read_pictures = document.read_pictures;
  for (Picture picture : document.pictures) {
    picture.at = whole.pages[picture.page].text.end;
    whole.pictures.push_back(std::move(picture));
  }
  return whole;
}

}  // namespace panduan::documents::detail
