#include "rag/follow_up.h"

#include <gtest/gtest.h>

namespace panduan::rag {
namespace {

constexpr std::string_view kBefore = "Question: Who built the Aurora bridge?\nAnswer: Ada Kern\n";

void expect_cue(Cue cue, std::initializer_list<std::string_view> questions) {
  for (const std::string_view question : questions) EXPECT_EQ(find_cue(question, kBefore), cue) << question;
}
void expect_complete(std::initializer_list<std::string_view> questions) {
  for (const std::string_view question : questions) EXPECT_EQ(find_cue(question, kBefore), std::nullopt) << question;
}

TEST(FindCue, WithoutAConversationThereIsNone) { EXPECT_EQ(find_cue("When was it opened?", ""), std::nullopt); }

TEST(FindCue, APronounWithoutANounInTheQuestion) {
  expect_cue(Cue::Pronoun, {"When was it opened?", "Who was its architect?", "Where did she live?", "Why did Tesla sell it?", "它是什么时候通车的？",
                            "他是哪年去世的？", "是谁设计了它？"});
}
TEST(FindCue, APronounWithItsNounInTheQuestionIsNone) {
  expect_complete({"Why did Tesla leave his company?", "Which university has its origins in a school of medicine?",
                   "When did Holden announce that it would close its plant?", "How long does it take to cross the bridge of Aurora?",
                   "Which university won the IT award?", "特斯拉为什么离开他的公司？"});
}
TEST(FindCue, AWordThatPoints) {
  expect_cue(Cue::Demonstrative, {"Who built that bridge?", "How many people live there?", "What is this edict called?", "When was the other one opened?",
                                  "这座桥是谁建的？", "谁建了那桥？"});
  expect_complete({"What is the name of the river that flows through Paris?", "How many lakes are there in Sweden?", "What happened in Warsaw this year?",
                   "What is another name for oxygen?", "加那利群岛在哪个大陆沿岸？", "土耳其和其他国家的边界有多长？"});
}
TEST(FindCue, WhatIsLeftOut) {
  expect_cue(Cue::Ellipsis,
             {"And the second one?", "What about its cost?", "By whom?", "In which year?", "那成本呢？", "南京的呢？", "还有哪些桥梁是她设计的？"});
  expect_complete({"通货膨胀为什么会上升呢？", "In which year was the Suez Canal opened?"});
}
TEST(FindCue, ACorrection) {
  expect_cue(Cue::Correction, {"I meant the other bridge.", "No, the western one.", "不对，我问的是南京的。", "我是说南京长江大桥。"});
}
TEST(FindCue, AThingThatWasSpokenOf) {
  expect_cue(Cue::Definite, {"How long is the bridge?", "When was the bridge opened?"});
  expect_complete({"How long is the bridge of Remagen?", "What is the capital of France?"});
}
TEST(FindCue, AQuestionOfAWordOrTwo) { expect_cue(Cue::Short, {"How many were there?", "Define photosynthesis.", "在哪里？", "人口多少？"}); }
TEST(FindCue, AShortQuestionMayBeComplete) { expect_complete({"What is photosynthesis?", "Who founded Google?", "Internet2是什么？", "什么是熵？"}); }

TEST(JoiningBytes, CountsOnlyWhatJoins) {
  EXPECT_EQ(joining_bytes("And when was it opened?"), 4U);
  EXPECT_EQ(joining_bytes("When was it opened?"), 0U);
  EXPECT_EQ(joining_bytes("那么它呢？"), 6U);
  EXPECT_EQ(joining_bytes("那座桥呢？"), 0U);
}

TEST(FindPronoun, SaysWhereItStands) {
  const std::string_view english = "How old was he when he played?";
  const auto range = find_pronoun(english);
  ASSERT_TRUE(range);
  EXPECT_EQ(english.substr(range->begin, range->size()), "he");
  EXPECT_EQ(range->begin, 12U);
  const std::string_view chinese = "其他国家，他们怎么看？";
  EXPECT_EQ(chinese.substr(find_pronoun(chinese)->begin, 6), "他们");
  EXPECT_FALSE(find_pronoun("What is the capital of France?"));
}

}  // namespace
}  // namespace panduan::rag
