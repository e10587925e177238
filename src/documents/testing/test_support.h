#pragma once
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "base/error.h"
#include "base/unicode.h"
#include "documents/document.h"
#include "documents/loader.h"

namespace panduan::documents {

/// The error that loading throws; the test fails when it throws none.
inline Error load_error(const std::filesystem::path& name, std::string_view bytes) {
  try {
    load_document(name, bytes);
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "loading " << name << " threw nothing";
  return {ErrorKind::Internal, "nothing was thrown"};
}

inline std::string_view text_at(const ParsedDocument& document, ByteRange range) { return std::string_view(document.text).substr(range.begin, range.size()); }

/// The header of a document's table; the test fails when there is no such table.
inline std::string_view header_of(const ParsedDocument& document, std::size_t table) {
  if (table < document.tables.size()) return text_at(document, document.tables[table].header);
  ADD_FAILURE() << "there are only " << document.tables.size() << " tables";
  return {};
}

/// What the contract of ParsedDocument promises of every document.
inline void expect_sound(const ParsedDocument& document) {
  const std::string& text = document.text;
  EXPECT_TRUE(is_valid_utf8(text));
  EXPECT_EQ(text.find('\0'), std::string::npos);
  EXPECT_EQ(text.find('\r'), std::string::npos);
  std::size_t end = 0;
  for (const Heading& heading : document.headings) {
    EXPECT_GE(heading.text.begin, end) << "headings overlap";
    EXPECT_LT(heading.text.begin, heading.text.end);
    EXPECT_GE(heading.level, 1);
    EXPECT_LE(heading.level, 6);
    end = heading.text.end;
    ASSERT_LE(end, text.size());
    EXPECT_TRUE(is_valid_utf8(text_at(document, heading.text)));
  }
  std::size_t table_end = 0;
  for (const Table& table : document.tables) {
    EXPECT_GE(table.text.begin, table_end) << "tables overlap";
    EXPECT_LT(table.text.begin, table.text.end);
    EXPECT_GE(table.header.begin, table.text.begin);
    EXPECT_LE(table.header.end, table.text.end);
    table_end = table.text.end;
  }
  EXPECT_LE(table_end, text.size());
  std::size_t page_end = 0;
  std::size_t word_end = 0;
  for (const Page& page : document.pages) {
    EXPECT_GE(page.text.begin, page_end) << "pages overlap";
    page_end = page.text.end;
    for (const WordBox& word : page.words) {
      EXPECT_GE(word.text.begin, std::max(word_end, page.text.begin)) << "words are out of order";
      EXPECT_LT(word.text.begin, word.text.end);
      word_end = word.text.end;
    }
    EXPECT_LE(word_end, page_end);
  }
  EXPECT_LE(page_end, text.size());
  std::size_t last = 0;
  for (const Picture& picture : document.pictures) {
    EXPECT_GE(picture.at, last) << "pictures are out of order";
    ASSERT_LE(picture.at, text.size());
    last = picture.at;
    EXPECT_TRUE(last == 0 || last == text.size() || text[last] == '\n' || text[last - 1] == '\n') << "a picture stands inside a line";
    EXPECT_EQ(picture.page == Picture::kNoPage, document.pages.empty());
  }
}

}  // namespace panduan::documents
