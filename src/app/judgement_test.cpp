#include <gtest/gtest.h>

#include "app/evaluation.h"

namespace panduan::app {
namespace {

const SuiteQuestion kEnglish{.question = "When did it open?", .answers = {"in 1932", "1932"}};
const SuiteQuestion kChinese{.question = "大桥何时通车？", .answers = {"1932 年"}};
const SuiteQuestion kUnanswerable{.question = "Who?", .unanswerable = true};

TEST(Judge, FoldsCaseWidthSpacesAndPunctuation) {
  EXPECT_EQ(judge(kEnglish, "In １９３２."), Outcome::Right);
  EXPECT_EQ(judge(kChinese, "1932年。"), Outcome::Right);
}
TEST(Judge, DoesNotCountAnEchoOfThePassage) {
  EXPECT_EQ(judge(kEnglish, "1932" + std::string(60, 'x')), Outcome::Right);
  EXPECT_EQ(judge(kEnglish, "in 1932" + std::string(61, 'x')), Outcome::Wrong);
  EXPECT_EQ(judge(kChinese, "这座大桥在许多年以前的1932年由当时的工程师们建成并且通车"), Outcome::Wrong);
}
TEST(Judge, TellsSilenceFromRightSilence) {
  EXPECT_EQ(judge(kEnglish, std::nullopt), Outcome::Silent);
  EXPECT_EQ(judge(kUnanswerable, std::nullopt), Outcome::RightlySilent);
  EXPECT_EQ(judge(kUnanswerable, "Ada"), Outcome::Wrong);
}
TEST(F1, IsOneForTheSameWordsAndCountsEachOnce) {
  EXPECT_DOUBLE_EQ(f1(kEnglish, "1932"), 1);
  EXPECT_DOUBLE_EQ(f1(kEnglish, "in 1932 1932"), 0.8);
  EXPECT_DOUBLE_EQ(f1(kEnglish, "never"), 0);
}

}  // namespace
}  // namespace panduan::app
