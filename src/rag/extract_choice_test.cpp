#include "rag/extract_choice.h"

#include <gmock/gmock.h>

#include <cmath>
#include <vector>

namespace panduan::rag {
namespace {

llm::Extract extract(const std::string& text, double probability) { return {text, std::log(probability)}; }

TEST(IsShort, CountsCharactersByTheLanguageOfTheAnswer) {
  EXPECT_TRUE(is_short(std::string(60, 'a')));
  EXPECT_FALSE(is_short(std::string(61, 'a')));
  EXPECT_TRUE(is_short("第一座跨越萨尔姆河的大桥"));
  EXPECT_FALSE(is_short("这座桥由艾达·科恩设计，一九三二年五月建成通车"));
}

std::string chosen(const std::vector<llm::Extract>& extracts) { return choose_extract(extracts).text; }

TEST(ChooseExtract, TakesTheLikeliestOfThoseThatShareNothing) { EXPECT_EQ(chosen({extract("1932", 0.6), extract("1957", 0.3)}), "1932"); }
TEST(ChooseExtract, TakesTheWordWithItsModifierWhereTheModelIsTorn) {
  EXPECT_EQ(chosen({extract("纤毛", 0.5), extract("又大又硬的纤毛", 0.4)}), "又大又硬的纤毛");
  EXPECT_EQ(chosen({extract("pasture", 0.5), extract("Pasture for cattle", 0.3)}), "Pasture for cattle");
}
TEST(ChooseExtract, AddsNoWordsThatTheModelHardlyMeant) { EXPECT_EQ(chosen({extract("1932", 0.9), extract("May of the year 1932", 0.02)}), "1932"); }
TEST(ChooseExtract, TakesALongOneOnlyWhereThereIsNoOther) {
  const std::string sentence = "Ada Kern designed the bridge over the Salm between both banks of it";
  EXPECT_EQ(chosen({extract(sentence, 0.7), extract("Ada Kern", 0.1)}), "Ada Kern");
  EXPECT_EQ(chosen({extract(sentence, 0.7)}), sentence);
}
TEST(ChooseExtract, MeasuresANameInTheOtherLanguageByThatLanguage) {
  EXPECT_EQ(chosen({extract("Flung to the Heedless Winds", 0.3), extract("约翰·梅信格", 0.02)}), "Flung to the Heedless Winds");
}
TEST(ChooseExtract, TakesNoneWhereTheModelMeansSomethingElse) {
  EXPECT_EQ(chosen({extract("1932", 0.005), extract("1957", 0.004)}), "");
  EXPECT_EQ(chosen({extract("—", 0.9)}), "");
  EXPECT_EQ(chosen({}), "");
}
TEST(ChooseExtract, SaysHowLikelyOneOfThemIsMeant) {
  const std::vector<llm::Extract> extracts{extract("1932", 0.3), extract("1957", 0.2)};
  EXPECT_NEAR(choose_extract(extracts).log_prob, std::log(0.5), 1e-9);
  EXPECT_TRUE(std::isfinite(choose_extract({}).log_prob));
}
TEST(ChooseExtract, SaysHowMuchOfItAgrees) {
  EXPECT_NEAR(choose_extract(std::vector<llm::Extract>{extract("1932", 0.3), extract("May 1932", 0.2), extract("1957", 0.1)}).agreement, 5.0 / 6, 1e-9);
  EXPECT_NEAR(choose_extract(std::vector<llm::Extract>{extract("1932", 0.003)}).agreement, 1, 1e-9) << "unlikely, but of one mind";
  EXPECT_EQ(choose_extract({}).agreement, 0);
}

}  // namespace
}  // namespace panduan::rag
