#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "documents/loader.h"
#include "documents/testing/test_support.h"

// Against files that LibreOffice's and Microsoft's formats are written with by others: tests/data/office/make-samples.
namespace panduan::documents {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::string bytes_of(const std::string& name) { return read_file(std::filesystem::path(PANDUAN_TEST_DATA) / "office" / name, 64U << 20U); }

ParsedDocument loaded(const std::string& name) {
  ParsedDocument document = load_document(name, bytes_of(name));
  expect_sound(document);
  return document;
}

std::vector<std::string> headings_of(const ParsedDocument& document) {
  std::vector<std::string> headings;
  for (const Heading& heading : document.headings) headings.push_back(std::to_string(heading.level) + " " + std::string(text_at(document, heading.text)));
  return headings;
}
std::vector<std::string> labels_of(const ParsedDocument& document) {
  std::vector<std::string> labels;
  for (const Page& page : document.pages) labels.push_back(page.label);
  return labels;
}

constexpr std::string_view kStory =
    "The Aurora bridge\n\nIt was designed by Ada Kern and opened in 1932.\n\nCost\n\nBuilding it cost 4.2 million crowns.\n\nSteel: 2.1 million\nStone: 0.9 million\n\n"
    "Year | Crossings | Toll\n1932 | 12,000 | 0.10\n1957 | 98,000 | 0.25\n\n极光大桥\n\n大桥由艾达·克恩设计，于1932年开放。\n\n全长898米。\n\nSeen.";

TEST(DocxLoader, TextHeadingsListsAndTablesStandAsTheyAreRead) {
  const ParsedDocument document = loaded("bridge.docx");
  EXPECT_EQ(document.text, kStory);
  EXPECT_EQ(document.title, "Bridges of Kern");
  EXPECT_THAT(headings_of(document), ElementsAre("1 The Aurora bridge", "2 Cost", "1 极光大桥"));
}
TEST(DocxLoader, WhatNobodySeesIsNotRead) {
  EXPECT_THAT(loaded("bridge.docx").text, Not(HasSubstr("Hidden")));
  EXPECT_THAT(loaded("bridge.docx").text, Not(HasSubstr("White")));
}
TEST(OpenDocumentLoader, ATextIsTheSameAndItsFootnotesStandBehindTheirParagraph) {
  const ParsedDocument document = loaded("bridge.odt");
  EXPECT_EQ(document.text, std::string(kStory) + "\n\nA footnote of the bridge.");
  EXPECT_EQ(document.title, "Bridges of Kern");
  EXPECT_THAT(headings_of(document), ElementsAre("1 The Aurora bridge", "2 Cost", "1 极光大桥"));
}
TEST(XlsxLoader, ASheetIsAPageAndARowALine) {
  const ParsedDocument document = loaded("crossings.xlsx");
  EXPECT_THAT(document.text, HasSubstr("Day | Crossings | Share | Note\n1932-05-01 | 12000 | 25% | opening day\n"));
  EXPECT_THAT(document.text, HasSubstr("1957-12-31 23:30:00 | 98000.5 | 75%\n"));
  EXPECT_THAT(document.text, HasSubstr("极光大桥 | 898"));
  EXPECT_THAT(labels_of(document), ElementsAre("1", "2"));
  EXPECT_THAT(headings_of(document), ElementsAre("1 Crossings", "1 桥梁"));
  EXPECT_THAT(document.text, Not(HasSubstr("hidden sheet")));
}
TEST(PptxLoader, ASlideIsAPageWithItsNotes) {
  const ParsedDocument document = loaded("bridge.pptx");
  EXPECT_EQ(document.text,
            "The Aurora bridge\n\nOpened in 1932\nDesigned by Ada Kern\n\nSay that it cost 4.2 million.\n\n通行量\n\n年份 | 车次\n1957 | 98,000");
  EXPECT_THAT(labels_of(document), ElementsAre("1", "2"));
  EXPECT_EQ(document.title, "Bridges");
}
TEST(OfficeLoaders, TablesNameTheirColumns) {
  EXPECT_EQ(header_of(loaded("bridge.docx"), 0), "Year | Crossings | Toll");
  EXPECT_EQ(header_of(loaded("bridge.odt"), 0), "Year | Crossings | Toll");
  EXPECT_EQ(header_of(loaded("bridge.pptx"), 0), "年份 | 车次");
  EXPECT_EQ(header_of(loaded("bridge.odp"), 0), "年份 | 车次");
  EXPECT_EQ(header_of(loaded("crossings.xlsx"), 0), "Day | Crossings | Share | Note");
}
TEST(OpenDocumentLoader, ASlideThatLibreOfficeWroteIsTheSame) {
  const ParsedDocument document = loaded("bridge.odp");
  EXPECT_EQ(document.text, loaded("bridge.pptx").text) << "white on a coloured cell is read";
  EXPECT_THAT(labels_of(document), ElementsAre("1", "2"));
}
TEST(EpubLoader, TheChaptersStandInReadingOrder) {
  const ParsedDocument document = loaded("bridge.epub");
  EXPECT_EQ(document.text, "The Aurora bridge\n\nIt was designed by Ada Kern and opened in 1932.\n\n极光大桥\n\n大桥由艾达·克恩设计，于1932年开放。");
  EXPECT_EQ(document.title, "Bridges of Kern");
}

TEST(DocxLoader, WhatOtherWritersCallTheirPartsAndHeadings) {
  const ParsedDocument document = loaded("other-writer.docx");
  EXPECT_EQ(document.text, "A heading by its name\n\nWhite on blue\n\nInserted words.\n\nFirst note.\n\nSecond note.")
      << "notes that refer to each other end, and tags that nobody sees are gone";
  EXPECT_THAT(headings_of(document), ElementsAre("2 A heading by its name"));
}
TEST(EpubLoader, AnEmptyTitleSwallowsNoChapter) { EXPECT_EQ(loaded("other-writer.epub").text, "Not swallowed."); }
TEST(OpenDocumentLoader, EmptyCellsAndHiddenSheetsSayNothing) { EXPECT_EQ(loaded("other-writer.ods").text, "Seen\n\n| second"); }

TEST(PptxLoader, ADiagramIsReadAndWhatNobodySeesIsCounted) {
  const ParsedDocument document = loaded("other-writer.pptx");
  EXPECT_EQ(document.text, "Steps\n\nSurvey the river\n架桥");
  EXPECT_EQ(document.hidden_words, 5U) << "of a hidden shape and a hidden slide";
}
TEST(DocxLoader, ADiagramStandsInItsPlace) {
  const ParsedDocument document = loaded("diagram.docx");
  EXPECT_EQ(document.text, "Before\n\nSurvey the river\n架桥\n\nAfter");
  EXPECT_EQ(document.hidden_words, 5U);
}
TEST(XlsxLoader, EscapesAreDecodedAndHiddenRowsAndSheetsCounted) {
  const ParsedDocument document = loaded("other-writer.xlsx");
  EXPECT_EQ(document.text, "Seen\n\none two_x0041_ AB | _x12");
  EXPECT_EQ(document.hidden_words, 5U) << "three of a row, the sheet's name and what is in it";
}
TEST(EpubLoader, WhatItsStyleSheetHidesIsCounted) {
  const ParsedDocument document = loaded("styled.epub");
  EXPECT_EQ(document.text, "Seen.");
  EXPECT_EQ(document.hidden_words, 2U);
}
TEST(OfficeLoaders, HiddenWordsOfOtherFormatsAreCounted) {
  EXPECT_GT(loaded("bridge.docx").hidden_words, 0U);
  EXPECT_EQ(loaded("bridge.odt").hidden_words, 2U);
  EXPECT_GT(loaded("other-writer.ods").hidden_words, 0U);
}

TEST(OfficeLoaders, WhatIsCutOffOrBrokenIsRefusedWithTheReason) {
  for (const std::string name : {"bridge.docx", "crossings.xlsx", "bridge.pptx", "bridge.odt", "bridge.epub"}) {
    const std::string bytes = bytes_of(name);
    for (const std::size_t part : {2U, 3U, 10U})
      EXPECT_EQ(load_error(name, std::string_view(bytes).substr(0, bytes.size() / part)).kind(), ErrorKind::Corrupt) << name;
  }
  EXPECT_THAT(load_error("a.docx", bytes_of("bad-xml.docx")).what(), HasSubstr("broken"));
  EXPECT_THAT(load_error("a.docx", bytes_of("bad-empty.docx")).what(), HasSubstr("no text document in it"));
  EXPECT_THAT(load_error("a.pptx", bytes_of("bridge.docx")).what(), HasSubstr("no presentation in it"));
}
TEST(OfficeLoaders, AMemberThatCannotBeUnpackedSaysWhatToDo) {
  std::string bytes = bytes_of("bad-xml.docx");
  constexpr std::size_t kPacked = 60;  // behind the member's header
  bytes[kPacked] = static_cast<char>(bytes[kPacked] ^ 0x55);
  const Error error = load_error("a.docx", bytes);
  EXPECT_EQ(error.kind(), ErrorKind::Corrupt);
  EXPECT_THAT(error.what(), HasSubstr("'word/document.xml'"));
  EXPECT_THAT(error.what(), HasSubstr("fetch or save it anew"));
}
TEST(OfficeLoaders, WhatHasAPasswordIsRefusedAndSaysWhatToDo) {
  const Error error = load_error("a.odt", bytes_of("bad-password.odt"));
  EXPECT_EQ(error.kind(), ErrorKind::Unsupported);
  EXPECT_THAT(error.what(), HasSubstr("password"));
  for (const std::string name : {"a.docx", "a.xlsx", "a.pptx", "a.doc"}) {
    const Error old = load_error(name, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + std::string(600, '\0'));
    EXPECT_EQ(old.kind(), ErrorKind::Unsupported);
    EXPECT_THAT(old.what(), HasSubstr("password"));
  }
}
TEST(OfficeLoaders, EntitiesDoNotGrow) { EXPECT_EQ(load_document("a.docx", bytes_of("bad-entities.docx")).text, "Seen &j; words"); }
TEST(OfficeLoaders, WhatNestsWithoutEndIsReadOrRefused) {
  try {
    EXPECT_EQ(load_document("a.docx", bytes_of("bad-nested.docx")).text, "deep");
  } catch (const Error& error) {
    EXPECT_NE(error.kind(), ErrorKind::Internal) << error.what();
  }
}
TEST(OfficeLoaders, ABombIsTooLarge) { EXPECT_EQ(load_error("a.docx", bytes_of("bad-bomb.docx")).kind(), ErrorKind::TooLarge); }
TEST(OfficeLoaders, APathOutOfABookLeadsNowhere) { EXPECT_EQ(load_document("a.epub", bytes_of("bad-paths.epub")).text, "Only this."); }

}  // namespace
}  // namespace panduan::documents
