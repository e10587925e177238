#include "rag/phrase.h"

#include <gtest/gtest.h>

namespace panduan::rag {
namespace {

TEST(CompletePhrase, KeepsWhatBoundsANumber) {
  EXPECT_EQ(complete_phrase("5,100", "A petition had over 5,100 names."), "over 5,100");
  EXPECT_EQ(complete_phrase("40", "It needs more than 40 people."), "more than 40");
  EXPECT_EQ(complete_phrase("300", "这里有超过 300 人。"), "超过 300");
  EXPECT_EQ(complete_phrase("1932", "It opened in 1932."), "1932");
  EXPECT_EQ(complete_phrase("7", "They moved over 7 miles."), "over 7");
  EXPECT_EQ(complete_phrase("7", "A stopover 7 miles away."), "7");
}
TEST(CompletePhrase, KeepsTheRestOfAPathOrARatio) {
  EXPECT_EQ(complete_phrase("sudo rm -rf /var/lib/apt", "Run \"sudo rm -rf /var/lib/apt/*\" and try again.", Complete::Meaning), "sudo rm -rf /var/lib/apt/*");
  EXPECT_EQ(complete_phrase("lib/apt", "It is in /var/lib/apt/lists.", Complete::Meaning), "/var/lib/apt/lists");
  EXPECT_EQ(complete_phrase("10 km", "The limit is 10 km/h.", Complete::Meaning), "10 km/h");
  EXPECT_EQ(complete_phrase("/etc/fstab", "See /etc/fstab.", Complete::Meaning), "/etc/fstab");
}
TEST(CompletePhrase, KeepsTheSignOfANumber) {
  EXPECT_EQ(complete_phrase("$300", "It cost less than $300."), "less than $300");
  EXPECT_EQ(complete_phrase("300", "It cost less than $300."), "less than $300");
  EXPECT_EQ(complete_phrase("40 °C", "The minimum is -40 °C."), "-40 °C");
  EXPECT_EQ(complete_phrase("40", "最低气温为−40度。"), "−40");
  EXPECT_EQ(complete_phrase("45", "It took in 1939-45 men."), "45") << "a hyphen";
}
TEST(CompletePhrase, NeverLosesANegation) {
  EXPECT_EQ(complete_phrase("30 days", "The tenant must give not less than 30 days' notice."), "not less than 30 days");
  EXPECT_EQ(complete_phrase("300", "It holds no more than 300 people."), "no more than 300");
  EXPECT_EQ(complete_phrase("300", "这里不超过300人。"), "不超过300");
  EXPECT_EQ(complete_phrase("5年", "租期不少于5年。"), "不少于5年");
}
TEST(CompletePhrase, KeepsTheRestOfAName) {
  EXPECT_EQ(complete_phrase("Liberal", "There the Liberal Party is strongest."), "Liberal Party");
  EXPECT_EQ(complete_phrase("Miller", "It was won by Von Miller, again."), "Von Miller");
  EXPECT_EQ(complete_phrase("Kern", "Then Kern designed it."), "Kern") << "the sentence's first word is in capitals anyway";
}
TEST(CompletePhrase, KeepsWhatModifiesANoun) {
  EXPECT_EQ(complete_phrase("difficulty", "They are sorted by their inherent difficulty."), "their inherent difficulty");
  EXPECT_EQ(complete_phrase("stadium", "It was played in the new stadium."), "new stadium");
  EXPECT_EQ(complete_phrase("Difficulty.", "They are sorted by their inherent difficulty."), "their inherent difficulty");
  EXPECT_EQ(complete_phrase("observation", "It follows from his observation."), "his observation");
}
TEST(CompletePhrase, AddsNoVerbNorAnotherPhrase) {
  EXPECT_EQ(complete_phrase("steel", "The bridge carries steel."), "steel");
  EXPECT_EQ(complete_phrase("Twitter", "The company that acquired Twitter is new."), "Twitter");
  EXPECT_EQ(complete_phrase("fire", "The smoke of fire rose."), "fire");
  EXPECT_EQ(complete_phrase("wood", "The house, wood and stone, burnt."), "wood");
  EXPECT_EQ(complete_phrase("the bridge", "They built the bridge."), "the bridge");
}
TEST(CompletePhrase, AddsOnlyWhatTheMeaningNeedsWhereNoMoreIsAskedFor) {
  EXPECT_EQ(complete_phrase("difficulty", "They are sorted by their inherent difficulty.", Complete::Meaning), "difficulty");
  EXPECT_EQ(complete_phrase("Miller", "It was won by Von Miller, again.", Complete::Meaning), "Miller");
  EXPECT_EQ(complete_phrase("30 days", "It must be not less than 30 days.", Complete::Meaning), "not less than 30 days");
}
TEST(CompletePhrase, ClosesWhatItOpens) {
  EXPECT_EQ(complete_phrase("1600毫米（5英寸3英尺", "轨距是1600毫米（5英寸3英尺）宽轨。"), "1600毫米（5英寸3英尺）");
  EXPECT_EQ(complete_phrase("1,600 mm (5 ft", "The gauge is 1,600 mm (5 ft 3 in)."), "1,600 mm");
  EXPECT_EQ(complete_phrase("“单系的", "它们不是“单系的”。"), "“单系的”");
  EXPECT_EQ(complete_phrase("Aurora (1932)", "It was the Aurora (1932) of old."), "Aurora (1932)");
}
TEST(CompletePhrase, LeavesWhatDoesNotStandThere) {
  EXPECT_EQ(complete_phrase("Six", "There are five."), "Six");
  EXPECT_EQ(complete_phrase("", "There are five."), "");
}

}  // namespace
}  // namespace panduan::rag
