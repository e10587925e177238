#include "documents/detail/picture_text.h"

#include <gmock/gmock.h>

#include "documents/detail/assembly.h"
#include "documents/detail/text_builder.h"
#include "documents/testing/test_support.h"

namespace panduan::documents {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

/// What a picture says, one page, a word of it with a place.
ParsedDocument said(std::string text) {
  ParsedDocument page;
  page.text = std::move(text);
  page.pages.push_back({.label = "1", .text = {0, page.text.size()}, .width = 100, .height = 50, .words = {}});
  page.pages[0].words.push_back({.text = {0, std::min(page.text.size(), page.text.find_first_of(" \n"))}, .left = 10, .top = 20, .right = 30, .bottom = 40});
  return page;
}

/// "Bridge" as a heading, a line with `inside` in it, a table of two rows with `in_table` in the first, and a last line.
ParsedDocument page_with(const std::string& inside, const std::string& in_table) {
  detail::TextBuilder builder;
  builder.begin_heading(1);
  builder.add_text("Bridge");
  builder.end_heading();
  builder.add_text("It is");
  builder.add_picture(inside);
  builder.add_text(" long.");
  builder.begin_table();
  for (const char* cell : {"Year", "1932"}) {
    builder.begin_row();
    builder.begin_cell();
    builder.add_text(cell);
    builder.add_picture(in_table);
    builder.begin_cell();
    builder.add_text("Toll");
    builder.end_row();
  }
  builder.end_table();
  builder.add_text("End.");
  return builder.finish();
}

TEST(PictureText, StandsBelowTheLineOrTheTableThatThePictureIsIn) {
  ParsedDocument document = page_with("a", "b");
  ASSERT_THAT(document.pictures, SizeIs(2));
  document = detail::with_pictures(std::move(document), {{0, said("898 metres")}, {1, said("Tolls\n\nof old")}});
  expect_sound(document);
  EXPECT_EQ(document.text, "Bridge\n\nIt is long.\n\n898 metres\n\nYear | Toll\n1932 | Toll\n\nTolls\n\nof old\n\nEnd.");
  EXPECT_EQ(text_at(document, document.headings.at(0).text), "Bridge");
  EXPECT_EQ(text_at(document, document.tables.at(0).text), "Year | Toll\n1932 | Toll");
  EXPECT_EQ(text_at(document, document.tables.at(0).header), "Year | Toll");
  EXPECT_EQ(document.read_pictures, 2U);
  EXPECT_THAT(document.pictures, SizeIs(0));
}

TEST(PictureText, OneThatWasNotReadIsStillToBeReadAndOneWithoutTextIsNot) {
  ParsedDocument document = page_with("a", "b");
  document = detail::with_pictures(std::move(document), {{1, said(" \n")}});
  EXPECT_EQ(document.text, "Bridge\n\nIt is long.\n\nYear | Toll\n1932 | Toll\n\nEnd.");
  EXPECT_EQ(document.read_pictures, 0U);
  ASSERT_THAT(document.pictures, SizeIs(1));
  EXPECT_EQ(document.pictures[0].part, "a");
  EXPECT_EQ(document.text.substr(0, document.pictures[0].at), "Bridge\n\nIt is long.");
}

TEST(PictureText, AboveAllTextItStandsFirst) {
  detail::TextBuilder builder;
  builder.add_picture("logo");
  builder.add_picture("title");
  builder.begin_heading(1);
  builder.add_text("Bridge");
  builder.end_heading();
  const ParsedDocument document = detail::with_pictures(builder.finish(), {{0, said("Kern")}, {1, said("The valley")}});
  expect_sound(document);
  EXPECT_EQ(document.text, "Kern\n\nThe valley\n\nBridge");
  EXPECT_EQ(text_at(document, document.headings.at(0).text), "Bridge");
}

TEST(PictureText, BelongsToItsPageAlsoWhereThatHasNothingElse) {
  ParsedDocument document;
  const auto add_slide = [&](std::string_view text, const std::string& picture) {
    detail::TextBuilder builder;
    builder.add_text(text);
    builder.break_paragraph();
    if (!picture.empty()) builder.add_picture(picture);
    detail::append_page(document, builder.finish(), std::to_string(document.pages.size() + 1));
  };
  add_slide("", "first");
  add_slide("Two", "second");
  add_slide("", "third");
  add_slide("Four", "second");  // as on the second: not again
  add_slide("", "");
  ASSERT_THAT(document.pages, SizeIs(4));
  ASSERT_THAT(document.pictures, SizeIs(3));
  document = detail::with_pictures(std::move(document), {{0, said("A")}, {1, said("B\nC")}, {2, said("D")}});
  expect_sound(document);
  EXPECT_EQ(document.text, "A\n\nTwo\n\nB\nC\n\nD\n\nFour");
  std::vector<std::string> pages;
  for (const Page& page : document.pages) {
    pages.emplace_back(text_at(document, page.text));
    EXPECT_THAT(page.words, SizeIs(0)) << "a slide has no measures for them";
  }
  EXPECT_THAT(pages, ElementsAre("A", "Two\n\nB\nC", "D", "Four"));
}

TEST(PictureText, WordsKeepTheirPlacesOnAPageWithMeasures) {
  ParsedDocument document = said("Printed words");
  document.pages.push_back({.label = "2", .text = {document.text.size() + 2, document.text.size() + 6}, .width = 100, .height = 50, .words = {}});
  document.pages[1].words.push_back({.text = document.pages[1].text});
  document.text += "\n\nMore";
  document.pictures = {{.part = "0 0", .at = 13, .page = 0}};
  document = detail::with_pictures(std::move(document), {{0, said("Drawn")}});
  expect_sound(document);
  EXPECT_EQ(document.text, "Printed words\n\nDrawn\n\nMore");
  ASSERT_THAT(document.pages[0].words, SizeIs(2));
  EXPECT_EQ(text_at(document, document.pages[0].words[1].text), "Drawn");
  EXPECT_EQ(document.pages[0].words[1].top, 20);
  EXPECT_EQ(text_at(document, document.pages[1].words[0].text), "More");
}

}  // namespace
}  // namespace panduan::documents
