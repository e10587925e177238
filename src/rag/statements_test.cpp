#include "rag/statements.h"

#include <gmock/gmock.h>

namespace panduan::rag {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> texts(std::string_view answer) {
  std::vector<std::string> texts;
  for (const StatementText& statement : split_statements(answer)) texts.push_back(statement.text);
  return texts;
}

TEST(SplitStatements, CutsSentencesOfBothLanguages) {
  EXPECT_THAT(texts("It opened in 1932. Dr. Kern designed it! It cost 3.5 million."),
              ElementsAre("It opened in 1932.", "Dr. Kern designed it!", "It cost 3.5 million."));
  EXPECT_THAT(texts("大桥于1932年通车。设计者是林海；全长898米。"), ElementsAre("大桥于1932年通车。", "设计者是林海；", "全长898米。"));
}
TEST(SplitStatements, TakesItemsAndRowsApart) {
  EXPECT_THAT(texts("The bridge:\n\n- opened in 1932\n* is 898 m long\n1. has four lanes\n2) is red"),
              ElementsAre("opened in 1932", "is 898 m long", "has four lanes", "is red"));
  EXPECT_THAT(texts("情况如下：\n1、1932年通车\n（二）全长898米"), ElementsAre("1932年通车", "全长898米"));
  EXPECT_THAT(texts("| Length | 898 m |\n|---|:--|\n| Opened | 1932 |"), ElementsAre("Length, 898 m", "Opened, 1932"));
}
TEST(SplitStatements, AYearAtALinesBeginningIsNoItem) { EXPECT_THAT(texts("It opened in\n1932 and closed."), ElementsAre("It opened in 1932 and closed.")); }
TEST(SplitStatements, LeavesMarkupAndCitationMarksOut) {
  EXPECT_THAT(texts("**Ada Kern** designed _it_ [1][2, 3]. See `a_b` in [the list](http://x/y)【4†source】."),
              ElementsAre("Ada Kern designed it.", "See a_b in the list."));
  EXPECT_THAT(texts("> It is *old*.[^1]\n> It is red."), ElementsAre("It is old.", "It is red."));
  EXPECT_THAT(texts("2 * 3 is 6 and [sic] stays."), ElementsAre("2 * 3 is 6 and [sic] stays."));
}
TEST(SplitStatements, LeavesOutWhatStatesNothing) {
  EXPECT_THAT(texts("# The bridge\nWhen was it opened? As follows:\n---\n```\n"), IsEmpty());
  EXPECT_THAT(texts(""), IsEmpty());
  EXPECT_THAT(texts("… !"), IsEmpty());
  EXPECT_THAT(texts("何时通车？"), IsEmpty());
}
TEST(SplitStatements, KnowsWhereEachStood) {
  constexpr std::string_view kAnswer = "Yes.\n- It **opened** in 1932 [1].\n- 全长898米。";
  const auto statements = split_statements(kAnswer);
  ASSERT_EQ(statements.size(), 3U);
  EXPECT_EQ(kAnswer.substr(statements[1].range.begin, statements[1].range.size()), "It **opened** in 1932 [1].");
  EXPECT_EQ(kAnswer.substr(statements[2].range.begin, statements[2].range.size()), "全长898米。");
}
TEST(SplitStatements, SurvivesWhatIsNoMarkdownAtAll) {
  for (const std::string_view odd : {"[", "](", "【", "**", "_", "|", "- ", "\r\n", "[1", "![", "1.", "（", "a_"})
    EXPECT_LE(split_statements(odd).size(), 1U) << odd;
}

}  // namespace
}  // namespace panduan::rag
