#include "rag/prompt.h"

#include <gmock/gmock.h>

namespace panduan::rag {
namespace {

using testing::AllOf;
using testing::HasSubstr;

const std::vector<PassageRead> kPassages{{.number = 1, .heading_path = "标题", .text = "内容"}};

TEST(ParseLine, TakesOffTheLabel) {
  EXPECT_EQ(parse_line("Answer: 1932\n"), "1932");
  EXPECT_EQ(parse_line("答案：1932年"), "1932年");
}
TEST(ParseLine, TakesOffQuoteMarksThatTheModelAdded) {
  EXPECT_EQ(parse_line("\"It opened.\"\n"), "It opened.");
  EXPECT_EQ(parse_line("“大桥通车。”"), "大桥通车。");
  EXPECT_EQ(parse_line("\"A\" and B"), "\"A\" and B");
}
TEST(ParseLine, TakesTheFirstLineOfAModelThatGoesOn) { EXPECT_EQ(parse_line("\n1932\nIt opened then."), "1932"); }
TEST(ParseLine, FindsNothingInNothing) {
  EXPECT_EQ(parse_line(""), "");
  EXPECT_EQ(parse_line("Answer: "), "");
}

TEST(MakePrompt, SpeaksTheQuestionsLanguage) {
  EXPECT_THAT(make_answer_prompt({.text = "大桥何时通车？"}, kPassages).messages.back().content, HasSubstr("问题：大桥何时通车？"));
  EXPECT_THAT(make_answer_prompt({.text = "When did it open?"}, kPassages).messages.back().content,
              AllOf(HasSubstr("Question: When"), HasSubstr("(标题) 内容")));
}
TEST(MakePrompt, HoldsTheAnswerToALineWithABound) {
  EXPECT_EQ(make_answer_prompt({.text = "When did it open?"}, kPassages).grammar, R"(root ::= "Answer: " [^\n]{1,200})");
  EXPECT_EQ(make_answer_prompt({.text = "大桥何时通车？"}, kPassages).grammar, R"(root ::= "答案：" [^\n]{1,80})");
}
TEST(AnswerLength, DependsOnTheLanguage) {
  const Question english{.text = "When did it open?"};
  const Question chinese{.text = "大桥何时通车？"};
  EXPECT_TRUE(is_short(english, std::string(60, 'a')));
  EXPECT_FALSE(is_short(english, std::string(61, 'a')));
  EXPECT_FALSE(is_short(chinese, std::string(21, 'a')));
  EXPECT_TRUE(is_cut_off(english, std::string(200, 'a')));
  EXPECT_FALSE(is_cut_off(english, std::string(150, 'a')));
  EXPECT_TRUE(is_cut_off(chinese, std::string(80, 'a')));
}
TEST(MakePrompt, AsksForTheQuoteBehindTheAnswer) {
  const Question question{.text = "When did it open?"};
  const Prompt asked = make_answer_prompt(question, kPassages);
  const Prompt quote = make_quote_prompt(asked, question, "Answer: 1932");
  ASSERT_EQ(quote.messages.size(), asked.messages.size() + 2);
  EXPECT_EQ(quote.messages[asked.messages.size() - 1].content, asked.messages.back().content) << "or what the model has read is read again";
  EXPECT_EQ(quote.messages[asked.messages.size()].content, "Answer: 1932");
}

}  // namespace
}  // namespace panduan::rag
