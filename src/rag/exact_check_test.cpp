#include "rag/exact_check.h"

#include <gmock/gmock.h>

#include <array>

namespace panduan::rag {
namespace {

using ::testing::IsEmpty;

std::vector<Finding> check(std::string_view statement, std::string_view sentence) { return check_exactly(statement, std::vector{sentence}); }
bool agree(std::string_view statement, std::string_view sentence) { return check(statement, sentence).empty(); }
/// Kind, what the statement says and what the source says of the only finding.
std::string finding(std::string_view statement, std::string_view sentence) {
  constexpr std::array<const char*, 7> kKinds{"number", "unit", "date", "name", "negation", "words", "meaning"};
  const auto findings = check(statement, sentence);
  if (findings.empty()) return "none";
  std::string text;
  for (const Finding& one : findings)
    text += std::string(text.empty() ? "" : "; ") + kKinds.at(static_cast<std::size_t>(one.kind)) + ": " + one.said + "/" + one.in_source;
  return text;
}

TEST(CheckExactly, ANumberHasToStandInTheSource) {
  EXPECT_EQ(finding("The bridge was opened in 1923.", "The Aurora bridge was opened in 1932."), "number: 1923/1932");
  EXPECT_EQ(finding("They scored 24 points.", "They scored 28 points and had 11 sacks."), "number: 24/28");
  EXPECT_EQ(finding("They had 12 sacks.", "They scored 28 points and had 11 sacks."), "number: 12/11");
  EXPECT_EQ(finding("大桥全长989米。", "大桥全长898米。"), "number: 989米/898米");
  EXPECT_EQ(finding("It has three towers.", "It has two towers."), "number: three/two");
  EXPECT_EQ(finding("共有三座塔。", "共有两座塔。"), "number: 三/");
  EXPECT_EQ(finding("Version 3.11.2 is needed.", "Version 3.11.3 is needed."), "number: 3.11.2/3.11.3");
}
TEST(CheckExactly, ANumberMayBeWrittenInAnotherForm) {
  EXPECT_TRUE(agree("It cost 5,100,000 dollars.", "It cost $5.1 million."));
  EXPECT_TRUE(agree("There are twelve lanes.", "There are 12 lanes."));
  EXPECT_TRUE(agree("There are 12 lanes.", "There are twelve lanes."));
  EXPECT_TRUE(agree("Twenty-four people came.", "24 people came."));
  EXPECT_TRUE(agree("About three hundred people came.", "Some 300 people came."));
  EXPECT_TRUE(agree("人口为510万。", "人口为5,100,000。"));
  EXPECT_TRUE(agree("人口1亿2000万。", "人口有1.2亿。"));
  EXPECT_TRUE(agree("共三百二十人。", "共320人。"));
  EXPECT_TRUE(agree("占百分之五十。", "占50%。"));
  EXPECT_TRUE(agree("占 ５０％。", "占50%。"));
  EXPECT_TRUE(agree("He made 6.5 sacks.", "He made 6½ sacks."));
  EXPECT_TRUE(agree("Between 20 % and 30 % agreed.", "20–30% agreed."));
  EXPECT_TRUE(agree("第3章讲了这个。", "第三章讲了这个。"));
  EXPECT_TRUE(agree("in the 19th century", "in the nineteenth century"));
  EXPECT_TRUE(agree("五个州参加。", "5个州参加。"));
}
TEST(CheckExactly, NoNumberIsSeenWhereThereIsNone) {
  EXPECT_TRUE(agree("One of them is a bridge, the first in its kind.", "It is a bridge like no other, and new."));
  EXPECT_TRUE(agree("它是一座统一的三角形建筑，千万要记住。", "这座建筑是三角形的，请记住。"));
  EXPECT_TRUE(agree("四川有一些山。", "四川多山。"));
  EXPECT_TRUE(agree("The A320 is a plane.", "A320: a plane."));
}
TEST(CheckExactly, TheUnitBesideANumberHasToAgree) {
  EXPECT_EQ(finding("It is 5 km long.", "It is 5 m long."), "unit: 5 km/5 m");
  EXPECT_EQ(finding("全长5公里。", "全长5米。"), "unit: 5公里/5米");
  EXPECT_EQ(finding("It cost 5 million euros.", "It cost $5 million."), "unit: 5 million euros/5 million");
  EXPECT_EQ(finding("It grew by 5 percent.", "It grew by 5 tonnes."), "unit: 5 percent/5 tonnes");
  EXPECT_TRUE(agree("It is 5 kilometres long.", "It is 5km long."));
  EXPECT_TRUE(agree("全长5千米。", "全长 5 公里。"));
  EXPECT_TRUE(agree("全长898米。", "The length is 898 m."));
  EXPECT_TRUE(agree("5 to 10 km", "between 5 km and 10 km"));
}
TEST(CheckExactly, ANumberStandsWithWhatItIsSaidOf) {
  constexpr std::string_view kPort = "It is the second busiest port of the coast by ships and the third busiest by tonnage.";
  EXPECT_EQ(finding("It is the second busiest port by tonnage.", kPort), "number: second/third");
  EXPECT_EQ(finding("It is the second busiest port of the coast by ships.", kPort), "none");
  EXPECT_EQ(finding("It is the second busiest port of the coast.", kPort), "none") << "nothing tells what it is said of";
  constexpr std::string_view kFaiths = "In 1909 there were 281,754 Jews (36.9%), 18,189 Protestants (2.4%) and 2,818 Mariavites (0.4%).";
  EXPECT_EQ(finding("Mariavites were 2.4% of all in 1909.", kFaiths), "number: 2.4%/0.4%");
  EXPECT_EQ(finding("Protestants were 2.4% of all in 1909, Mariavites 0.4%.", kFaiths), "none");
  EXPECT_EQ(finding("In 1909 there were 2.4% Protestants.", kFaiths), "none");
  EXPECT_EQ(finding("2.4% were of that faith in 1909.", kFaiths), "none") << "the year is said of all";
  EXPECT_EQ(finding("There were 12 floods in 2011.", "In 2010 there were 12 floods and in 2011 there were 15 floods."), "number: 12/15");
  EXPECT_EQ(finding("There were 12 floods in 2010.", "In 2010 there were 12 floods and in 2011 there were 15 floods."), "none");
  EXPECT_EQ(finding("货运量居第二位。", "客运量居第二位，货运量居第三位。"), "number: 第二/第三");
  EXPECT_EQ(finding("客运量居第二位。", "客运量居第二位，货运量居第三位。"), "none");
}
TEST(CheckExactly, ADateMayBeWrittenInAnotherForm) {
  for (const char* source : {"It opened on 12 May 1932.", "It opened on May 12, 1932.", "Opened: 1932-05-12.", "It opened on the 12th of May, 1932.",
                             "于1932年5月12日通车。", "于一九三二年五月十二日通车。"}) {
    EXPECT_TRUE(agree("It opened on 12 May 1932.", source)) << source;
    EXPECT_TRUE(agree("It opened in May 1932.", source)) << source;
    EXPECT_TRUE(agree("它于1932年5月12日通车。", source)) << source;
    EXPECT_TRUE(agree("它于1932年通车。", source)) << source;
    EXPECT_TRUE(agree("It opened in 1932.", source)) << source;
  }
  EXPECT_TRUE(agree("in the 1990s", "20世纪90年代"));
  EXPECT_TRUE(agree("上世纪的1990年代。", "在二十世纪九十年代。"));
  EXPECT_TRUE(agree("They may march.", "They might march."));
}
TEST(CheckExactly, AnotherDateIsFound) {
  EXPECT_EQ(finding("It opened on 12 May 1932.", "It opened on 21 May 1932."), "date: 12 May 1932/21 May 1932");
  EXPECT_EQ(finding("It opened on May 12, 1932.", "It opened on June 12, 1932."), "date: May 12, 1932/June 12, 1932");
  EXPECT_EQ(finding("它于1932年5月12日通车。", "它于1932年5月21日通车。"), "date: 1932年5月12日/1932年5月21日");
  EXPECT_EQ(finding("它于1923年通车。", "它于1932年通车。"), "date: 1923年/1932年");
  EXPECT_EQ(finding("It opened in the 1920s.", "It opened in the 1930s."), "date: 1920s/1930s");
  EXPECT_EQ(finding("It opened in 1930.", "It opened in the 1930s."), "none") << "the decade holds the year; the model may see more";
}
TEST(CheckExactly, ANameHasToStandInTheSource) {
  EXPECT_EQ(finding("It was designed by Ada Lovelace.", "It was designed by Ada Kern."), "name: Lovelace/Kern");
  EXPECT_EQ(finding("The bridge is in Southern Bavaria.", "It is a bridge."), "name: Southern Bavaria/");
  EXPECT_EQ(finding("他效力于NBA。", "他效力于NFL。"), "name: NBA/NFL");
  EXPECT_EQ(finding("他写了《家》。", "他写了《春》。"), "name: 《家》/《春》");
  EXPECT_EQ(finding("科特·科尔曼是队长。", "科特·沃伦是队长。"), "name: 特·科/特·沃");
}
TEST(CheckExactly, ANameMayStandInAnotherForm) {
  EXPECT_TRUE(agree("The Italian city has Kern's bridge.", "Kern built a bridge in Italy."));
  EXPECT_TRUE(agree("They live in France, with the Romans.", "a French and Roman people"));
  EXPECT_TRUE(agree("The bridge was paid for by the UN.", "The United Nations paid for the bridge."));
  EXPECT_TRUE(agree("He lives in the U.S. now.", "He lives in the US."));
  EXPECT_TRUE(agree("Bridges were built in May.", "They built bridges in May 1932."));
  EXPECT_TRUE(agree("He played for the broncos.", "He played for the Broncos."));
  EXPECT_TRUE(
      check_exactly("The Aurora bridge is long.", std::vector<std::string_view>{"It is long."}, std::vector<std::string_view>{"The Aurora bridge"}).empty());
  EXPECT_TRUE(agree("大桥由 Ada Kern 设计。", "Ada Kern设计了大桥。"));
}
TEST(CheckExactly, ANegationOfOneSideOnlyIsFound) {
  EXPECT_EQ(finding("The bridge was not opened in 1932.", "The bridge was opened in 1932."), "negation: not/");
  EXPECT_EQ(finding("The bridge was opened in 1932.", "The bridge was never opened in 1932."), "negation: /never");
  EXPECT_EQ(finding("They don't play.", "They play."), "negation: don't/");
  EXPECT_EQ(finding("大桥没有通车。", "大桥已经通车。"), "negation: 没有/");
  EXPECT_EQ(finding("大桥已通车。", "大桥未通车。"), "negation: /未");
  EXPECT_EQ(finding("The tasks cannot be recast as games.", "This is not really so, since the tasks can be recast as games."), "negation: cannot/");
  EXPECT_EQ(finding("函数问题不可以重新定义。", "实际情况并非如此，因为函数问题可以重新定义。"), "negation: 不/");
  EXPECT_EQ(finding("氧气不可燃。", "氧气可燃。"), "negation: 不/");
}
TEST(CheckExactly, AWordThatOnlyHoldsANegationIsNone) {
  EXPECT_TRUE(agree("It is not only old but red.", "It is old and red."));
  EXPECT_TRUE(agree("It did not open until 1932.", "It opened in 1932."));
  EXPECT_TRUE(agree("大桥非常长，不过很窄，与众不同。", "大桥很长，但很窄，也很特别。"));
  EXPECT_TRUE(agree("无论如何，它位于非洲南部，未来会更长。", "它位于非洲南部，以后会更长。"));
  EXPECT_TRUE(agree("It did not succeed.", "It failed."));
  EXPECT_TRUE(agree("They have no eyes.", "They have no brain, stomach or eyes."));
  EXPECT_TRUE(agree("They were not allowed to play.", "They were banned."));
  EXPECT_TRUE(agree("It opened in 1932.", "It was not opened in 1931 but opened in 1932."));
}
TEST(CheckExactly, ASentenceAgreesWithItself) {
  for (const std::string_view sentence :
       {"The long Aurora bridge was opened in 1932 by Kern, but not finished.", "大桥于1932年通车，由林海设计，当时还没有完工。",
        "Neither 5 km nor 12 May 1932 is right, said Ada Kern's U.S. agent.", "约20％的人（1亿2000万）不同意《家》中第三章的说法。"}) {
    EXPECT_EQ(finding(sentence, sentence), "none") << sentence;
  }
}
TEST(CheckExactly, LanguagesAreComparedByTheirFigures) {
  EXPECT_TRUE(agree("The Aurora bridge was not opened before 1932.", "极光大桥于1932年通车。"));
  EXPECT_EQ(finding("The Aurora bridge was opened in 1923.", "极光大桥于1932年通车。"), "number: 1923/1932年");
}
TEST(CheckExactly, NothingStandsInNoSource) {
  EXPECT_THAT(check_exactly("It opened in 1932 in Rome.", {}).size(), 2U);
  EXPECT_THAT(check_exactly("", {}), IsEmpty());
  EXPECT_THAT(check_exactly("½ 第 百分之 《 · No. 公元前 1932-13-40 99999999999999999999999 0,0,0", std::vector<std::string_view>{"《·》"}).empty(), false);
}
TEST(SharedWords, AreCountedWithoutTheirEndings) {
  EXPECT_EQ(shared_words("The bridges opened.", std::vector<std::string_view>{"Opening the bridge"}), 1);
  EXPECT_EQ(shared_words("The bridges closed.", std::vector<std::string_view>{"Opening the bridge"}), 0.5);
  EXPECT_EQ(shared_words("the", std::vector<std::string_view>{"the"}), 0);
}

}  // namespace
}  // namespace panduan::rag
