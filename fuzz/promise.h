#pragma once
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

#include "base/unicode.h"
#include "documents/chunker.h"
#include "documents/detail/picture_text.h"
#include "documents/document.h"

// What the targets check.
namespace panduan::fuzz {

inline void require(bool holds, const char* promise) {
  if (holds) return;
  std::fprintf(stderr, "broken promise: %s\n", promise);
  std::abort();
}

/// What document.h promises.
inline void check(const documents::ParsedDocument& document) {
  require(is_valid_utf8(document.text), "text is UTF-8");
  require(document.text.find('\0') == std::string::npos, "text has no NUL");
  require(document.text.find('\r') == std::string::npos, "line ends are \\n");
  require(is_valid_utf8(document.title), "the title is UTF-8");
  std::size_t end = 0;
  for (const documents::Heading& heading : document.headings) {
    require(heading.text.begin >= end && heading.text.begin < heading.text.end && heading.text.end <= document.text.size(), "headings are in order");
    require(heading.lead <= heading.text.begin - end, "a lead stands behind the heading before");
    require(is_valid_utf8(document.text.substr(heading.text.begin, heading.text.size())), "headings are whole characters");
    end = heading.text.end;
  }
  end = 0;
  for (const documents::Table& table : document.tables) {
    require(table.text.begin >= end && table.text.end <= document.text.size(), "tables are in order");
    require(table.header.begin >= table.text.begin && table.header.begin <= table.header.end && table.header.end <= table.text.end, "a header is in its table");
    end = table.text.end;
  }
  end = 0;
  for (const documents::Page& page : document.pages) {
    for (const documents::WordBox& word : page.words) {
      require(word.text.begin >= end && word.text.begin < word.text.end && word.text.end <= document.text.size(), "words are in order");
      end = word.text.end;
    }
    require(page.text.begin <= page.text.end && page.text.end >= end, "pages hold their words");
  }
}

/// What picture_text.h promises, of pictures that all say the same.
inline void check_pictures(const documents::ParsedDocument& document) {
  std::size_t last = 0;
  std::map<std::size_t, documents::ParsedDocument> read;
  for (std::size_t index = 0; index < document.pictures.size(); ++index) {
    const documents::Picture& picture = document.pictures[index];
    require(picture.at >= last && picture.at <= document.text.size(), "pictures are in order");
    require((picture.page == documents::Picture::kNoPage) == document.pages.empty(), "a picture is on a page where there are any");
    last = picture.at;
    read[index].text = "drawn";
    read[index].pages.push_back({.label = "1", .text = {0, 5}, .width = 1, .height = 1, .words = {{.text = {0, 5}}}});
  }
  if (read.empty()) return;
  const documents::ParsedDocument whole = documents::detail::with_pictures(document, read);
  check(whole);
  require(whole.read_pictures == read.size() && whole.pictures.empty(), "all pictures were put in");
}

/// What chunker.h promises.
inline void check_chunks(const documents::ParsedDocument& document) {
  constexpr std::size_t kMaxTokens = 40;
  const auto count = [](std::string_view text) { return count_characters(text) / 2 + 1; };
  std::size_t end = 0;
  std::string held;
  for (const documents::Chunk& chunk : documents::chunk_document(document, {.target_tokens = 25, .max_tokens = kMaxTokens, .count_tokens = count})) {
    require(chunk.text.begin >= end && chunk.text.begin < chunk.text.end && chunk.text.end <= document.text.size(), "chunks are in order");
    end = chunk.text.end;
    const std::string text = document.text.substr(chunk.text.begin, chunk.text.size());
    require(is_valid_utf8(text) && is_valid_utf8(chunk.heading_path), "chunks are whole characters");
    require(chunk.tokens == count(text) && chunk.tokens <= kMaxTokens, "chunks keep to the limit");
    held += text;
  }
  require(remove_white_space(held) == remove_white_space(document.text), "chunks hold all text");
}

}  // namespace panduan::fuzz
