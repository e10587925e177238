#include "documents/data/delimited_loader.h"

#include <gmock/gmock.h>

#include "documents/testing/test_support.h"

namespace panduan::documents {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

ParsedDocument csv(std::string_view bytes) {
  ParsedDocument document = load_document("table.csv", bytes);
  expect_sound(document);
  EXPECT_EQ(document.media_type, "text/csv");
  return document;
}
std::vector<std::string> headers_of(const ParsedDocument& document) {
  std::vector<std::string> headers;
  for (const Table& table : document.tables) headers.emplace_back(text_at(document, table.header));
  return headers;
}

TEST(DelimitedLoader, ARecordIsALineAndTheFirstNamesTheColumns) {
  const ParsedDocument document = csv("Bridge,Opened,Cost\r\nAurora,1932,4.2 million\r\n极光大桥,1957,\"1,600\"\r\n");
  EXPECT_EQ(document.text, "Bridge | Opened | Cost\nAurora | 1932 | 4.2 million\n极光大桥 | 1957 | 1,600");
  ASSERT_EQ(document.tables.size(), 1U);
  EXPECT_EQ(text_at(document, document.tables[0].text), document.text);
  EXPECT_THAT(headers_of(document), ElementsAre("Bridge | Opened | Cost"));
}
TEST(DelimitedLoader, TheDelimiterIsSeenFromTheRecords) {
  EXPECT_EQ(csv("Name;Preis\nBrot;3,20\nMilch;1,10\n").text, "Name | Preis\nBrot | 3,20\nMilch | 1,10");
  EXPECT_EQ(csv("name\tnote\na\tone, two; three\nb\tfour, five\n").text, "name | note\na | one, two; three\nb | four, five");
  EXPECT_EQ(csv("a|b\n1|2\n").text, "a | b\n1 | 2");
  EXPECT_EQ(csv("sep=;\na;b,c\n1;2,3\n").text, "a | b,c\n1 | 2,3") << "as it says itself";
  EXPECT_EQ(csv("one column\nof words, one with a comma\n").text, "one column\nof words | one with a comma");
}
TEST(DelimitedLoader, QuotesHoldDelimitersLineEndsAndQuotes) {
  EXPECT_EQ(csv("name,said\nAda,\"It \"\"stands\"\",\nand holds.\"\nBo, \"x, y\" \n").text, "name | said\nAda | It \"stands\", and holds.\nBo | \"x | y\"")
      << "white space behind a quote makes it a character";
  EXPECT_EQ(csv("size,thing\n\"5\" pipe\",a\n3,b\n").text, "size | thing\n5\" pipe | a\n3 | b");
}
TEST(DelimitedLoader, AQuoteThatNothingClosesSwallowsNothing) { EXPECT_EQ(csv("size,thing\n\"5,pipe\n3,rod\n").text, "size | thing\n\"5 | pipe\n3 | rod"); }
TEST(DelimitedLoader, RaggedRecordsKeepTheirCells) {
  EXPECT_EQ(csv("a,b,c\n1\n1,,3\n1,2,3,4\n,2\n1,2,3,,,\n").text, "a | b | c\n1\n1 | | 3\n1 | 2 | 3 | 4\n| 2\n1 | 2 | 3");
}
TEST(DelimitedLoader, AnEmptyLineEndsATable) {
  const ParsedDocument document = csv("name,year\nAda,1932\n\nplace,length\nKern,898\n");
  EXPECT_EQ(document.text, "name | year\nAda | 1932\n\nplace | length\nKern | 898");
  EXPECT_THAT(headers_of(document), ElementsAre("name | year", "place | length"));
}
TEST(DelimitedLoader, AHeaderMayHoldYearsOrNoNameForTheRows) {
  EXPECT_THAT(headers_of(csv("country,2019,2020\nFrance,67.1,67.4\nSpain,46.9,47.3\n")), ElementsAre("country | 2019 | 2020"));
  EXPECT_THAT(headers_of(csv(",height,weight\nAda,170,60\nBo,180,80\n")), ElementsAre("| height | weight"));
  EXPECT_THAT(headers_of(csv("1,2,3\n4,5,6\n")), ElementsAre("")) << "numbers are no names";
}
TEST(DelimitedLoader, OtherEncodingsAreRead) {
  EXPECT_EQ(load_document("a.tsv", std::string("\xFF\xFE\x24\x52\t\0\xAD\x65\n\0", 10)).text, "判 | 断") << "UTF-16, as Excel saves it";
  EXPECT_EQ(csv("\xC5\xD0\xB6\xCF,\xC7\xC5\n1,2\n").text, "判断 | 桥\n1 | 2") << "GB2312";
}
TEST(DelimitedLoader, WithoutAnyTextItIsRefused) {
  EXPECT_THAT(load_error("a.csv", ",,\n , \n").what(), HasSubstr("there is no text in it"));
  EXPECT_EQ(load_error("a.csv", std::string_view("PK\x03\x04\0", 5)).kind(), ErrorKind::Unsupported);
}

}  // namespace
}  // namespace panduan::documents
