#include "rag/prompt.h"

#include <gmock/gmock.h>

#include <map>

#include "base/error.h"
#include "base/hash.h"

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
TEST(IsCutOff, DependsOnTheLanguage) {
  const Question english{.text = "When did it open?"};
  const Question chinese{.text = "大桥何时通车？"};
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

TEST(MakePrompt, AWorkspacesVoiceStandsWhereTheModelWritesFreely) {
  const Question question{.text = "When did it open?"};
  const Prompt plain = make_statement_prompt(question, kPassages[0], "1932", {});
  const Prompt voiced = make_statement_prompt(question, kPassages[0], "1932", {.role = "You are a librarian.", .tone = "Be {formal}."});
  EXPECT_EQ(voiced.messages[0].content, plain.messages[0].content) << "or what was computed for the passage is of no use";
  EXPECT_EQ(voiced.messages[1].shared_bytes, plain.messages[1].shared_bytes);
  const std::string request = plain.messages[1].content.substr(plain.messages[1].shared_bytes);
  EXPECT_EQ(voiced.messages[1].content.substr(voiced.messages[1].shared_bytes), "You are a librarian.\n" + request + "\nBe {formal}.");
}
TEST(MakePrompt, ATextIsNoTemplate) {
  EXPECT_THAT(make_answer_prompt({.text = "What is {passages}?"}, kPassages).messages.back().content, HasSubstr("Question: What is {passages}?"));
  EXPECT_THROW(fill_in("{nobody}", {{"question", "x"}}), Error);
}
TEST(PromptFiles, KnowWhatTheySay) {
  for (const std::string& name : prompt_names()) {
    for (const bool chinese : {false, true}) EXPECT_EQ(prompt_text(name, chinese).request.empty(), name == "reading") << name << ": the others begin with it";
  }
  EXPECT_THROW(prompt_text("nobody", false), Error);
}
TEST(PromptFiles, HaveANewVersionWhenTheyChange) {
  // Who changes a prompt raises its version, measures what rests on it anew (bench/README.md), and writes the new digest here.
  const std::map<std::string, std::pair<int, std::string>> known{
      {"answer", {2, "093966bb96705543"}},    {"entailment", {1, "c90dd0d3ba8a864a"}}, {"question", {2, "fb159b37d8cf9e5f"}},
      {"quote", {1, "9ef91f1de38ad03b"}},     {"shorter", {1, "6128de403a0e631a"}},    {"standalone", {1, "b1e697d15a469aba"}},
      {"statement", {3, "083287186bc4cac9"}}, {"reading", {1, "22b793b270893b95"}},    {"sufficiency", {2, "baee608f2c76d662"}},
  };
  for (const std::string& name : prompt_names()) {
    std::string all;
    for (const bool chinese : {false, true}) {
      const PromptText& text = prompt_text(name, chinese);
      for (const auto* part : {&text.system, &text.shared, &text.no_passage, &text.request, &text.begun, &text.continues, &text.grammar}) all += *part + '\n';
      for (const auto* list : {&text.yes, &text.no, &text.labels}) {
        for (const std::string& one : *list) all += one + '\n';
      }
    }
    ASSERT_TRUE(known.contains(name)) << name;
    const auto& [version, digest] = known.at(name);
    EXPECT_EQ(prompt_text(name, false).version, version) << name;
    EXPECT_EQ(to_hex(sha256(all)).substr(0, 16), digest) << name;
  }
}

}  // namespace
}  // namespace panduan::rag
