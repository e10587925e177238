#include "rag/prompt.h"

#include <gmock/gmock.h>

namespace panduan::rag {
namespace {

TEST(ParseReply, ReadsQuoteAndAnswerInAnyOrder) {
  const Reply reply = parse_reply("Quote [2]: It opened in 1932.\nAnswer: 1932");
  ASSERT_THAT(reply.quotes, testing::SizeIs(1));
  EXPECT_EQ(reply.quotes[0].passage, 2U);
  EXPECT_EQ(reply.quotes[0].text, "It opened in 1932.");
  EXPECT_EQ(reply.answer, "1932");
}
TEST(ParseReply, ReadsTheChineseForm) {
  const Reply reply = parse_reply("引文[1]：大桥于1932年通车。\n答案：1932年");
  ASSERT_THAT(reply.quotes, testing::SizeIs(1));
  EXPECT_EQ(reply.quotes[0].text, "大桥于1932年通车。");
  EXPECT_EQ(reply.answer, "1932年");
}
TEST(ParseReply, TakesOffQuoteMarksThatTheModelAdded) { EXPECT_EQ(parse_reply("Quote [1]: \"It opened.\"\n").quotes.at(0).text, "It opened."); }
TEST(ParseReply, FindsNothingInOtherText) {
  const Reply reply = parse_reply("I think it is 1932.");
  EXPECT_THAT(reply.quotes, testing::IsEmpty());
  EXPECT_EQ(reply.answer, "");
}
TEST(MakePrompt, SpeaksTheQuestionsLanguage) {
  const std::vector<PassageRead> passages{{.number = 1, .heading_path = "标题", .text = "内容"}};
  EXPECT_THAT(make_prompt({.text = "大桥何时通车？"}, passages).messages.back().content, testing::HasSubstr("问题：大桥何时通车？"));
  EXPECT_THAT(make_prompt({.text = "When did it open?"}, passages).messages.back().content,
              testing::AllOf(testing::HasSubstr("Question: When"), testing::HasSubstr("[1] (标题) 内容")));
}

}  // namespace
}  // namespace panduan::rag
