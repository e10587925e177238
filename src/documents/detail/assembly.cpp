#include "documents/detail/assembly.h"

#include <utility>

#include "documents/detail/picture_text.h"
#include "documents/detail/source_text.h"
#include "documents/detail/text_builder.h"

namespace panduan::documents::detail {

bool is_only_a_heading(const ParsedDocument& page) {
  return page.pictures.empty() && page.headings.size() == 1 && page.headings.front().text.size() == page.text.size();
}

void append_page(ParsedDocument& whole, const ParsedDocument& part, std::string label) {
  if (part.text.empty() && part.pictures.empty()) return;
  if (!part.text.empty() && !whole.text.empty()) whole.text += "\n\n";
  const std::size_t begin = whole.text.size();
  whole.text += part.text;
  for (const Heading& heading : part.headings)
    whole.headings.push_back({.level = heading.level, .text = {begin + heading.text.begin, begin + heading.text.end}});
  for (const Table& table : part.tables) {
    whole.tables.push_back({.text = {begin + table.text.begin, begin + table.text.end}, .header = {begin + table.header.begin, begin + table.header.end}});
  }
  for (const Picture& picture : part.pictures) add_picture(whole.pictures, {.part = picture.part, .at = begin + picture.at, .page = whole.pages.size()});
  whole.hidden_words += part.hidden_words;
  whole.pages.push_back({.label = std::move(label), .text = {begin, whole.text.size()}, .width = 0, .height = 0, .words = {}});
}

ParsedDocument finished(ParsedDocument document, std::string_view media_type, std::string title) {
  if (document.pictures.empty()) require_visible_text(document.text);
  document.media_type = media_type;
  document.title = std::move(title);
  if (document.title.empty() && !document.headings.empty()) {
    const ByteRange& first = document.headings.front().text;
    document.title = one_line(std::string_view(document.text).substr(first.begin, first.size()));
  }
  return document;
}

}  // namespace panduan::documents::detail
