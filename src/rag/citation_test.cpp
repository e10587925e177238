#include "rag/citation.h"

#include <gtest/gtest.h>

namespace panduan::rag {
namespace {

std::string at(std::string_view text, const std::optional<documents::ByteRange>& range) {
  return range ? std::string(text.substr(range->begin, range->size())) : "(none)";
}

TEST(LocateWords, FindsNoPartOfAWordOfAnyAlphabet) {
  EXPECT_FALSE(locate_words("rich", "They met in Zürich."));
  EXPECT_FALSE(locate_words("он", "это закон"));
  EXPECT_FALSE(locate_words("600", "It is 1,600 mm wide."));
  EXPECT_TRUE(locate_words("закон", "это закон."));
  EXPECT_TRUE(locate_words("1932", "大桥于1932年通车"));
}
TEST(LocateQuote, FindsTheWordsAsTheyStand) { EXPECT_EQ(at("It opened in 1932.", locate_quote("opened in 1932", "It opened in 1932.")), "opened in 1932"); }
TEST(LocateQuote, LooksThroughLineBreaks) { EXPECT_EQ(at("opened\nin  1932", locate_quote("opened in 1932", "opened\nin  1932")), "opened\nin  1932"); }
TEST(LocateQuote, LooksThroughSpacesInChinese) { EXPECT_EQ(at("全长 898 米。", locate_quote("全长898米", "全长 898 米。")), "全长 898 米"); }
TEST(LocateQuote, DoesNotForgiveAnotherWord) { EXPECT_FALSE(locate_quote("opened in 1933", "It opened in 1932.")); }
TEST(LocateQuote, DoesNotForgiveAnotherCase) { EXPECT_FALSE(locate_quote("Opened", "It opened in 1932.")); }
TEST(LocateQuote, FindsNothingForNothing) { EXPECT_FALSE(locate_quote(" \n", "text")); }

std::string sentence(std::string_view words, std::string_view text, std::string_view question = "") {
  const auto found = locate_evidence(words, text, question);
  return found ? at(text, found->range) : "(none)";
}

TEST(LocateWords, LooksAtEveryPlace) { EXPECT_EQ(locate_words("art", "The party loved art.")->begin, 16U); }
TEST(LocateWords, DoesNotJoinWhatASpaceKeepsApart) {
  EXPECT_FALSE(locate_words("12", "Rooms 1 2 and 3."));
  EXPECT_FALSE(locate_words("1 2", "Room 12."));
  EXPECT_TRUE(locate_words("全长898米", "全长 898 米。"));
}
TEST(LocateSupport, GivesTheSentencesThatTheWordsStandIn) {
  EXPECT_EQ(
      at("It is old. Ada Kern designed it. It is long.", locate_support("Kern designed it", "It is old. Ada Kern designed it. It is long.", "an engineer")),
      "Ada Kern designed it.");
}

TEST(LocateEvidence, GivesTheWholeSentence) { EXPECT_EQ(sentence("1932", "It is long. It opened in 1932. It is old."), "It opened in 1932."); }
TEST(LocateEvidence, EndsAtTheChineseStop) { EXPECT_EQ(sentence("1932年", "很长。大桥于1932年通车。很旧。"), "大桥于1932年通车。"); }
TEST(LocateEvidence, WantsMoreThanOneLetter) { EXPECT_EQ(sentence("a", "a b c"), "(none)"); }
TEST(LocateEvidence, TakesASingleDigit) { EXPECT_EQ(sentence("4", "It has 4 lanes."), "It has 4 lanes."); }
TEST(LocateEvidence, DoesNotTakeAPartOfAWord) { EXPECT_EQ(sentence("17", "It opened in 1917."), "(none)"); }
TEST(LocateEvidence, PrefersTheSentenceThatIsNearTheQuestion) {
  EXPECT_EQ(sentence("1932", "The port closed in 1932. The bridge opened in 1932.", "When was the bridge opened?"), "The bridge opened in 1932.");
}

TEST(LocateEvidence, ForgivesTheStopThatTheModelAdded) { EXPECT_EQ(sentence("in 1932.", "It opened in 1932 or so."), "It opened in 1932 or so."); }
TEST(LocateEvidence, TakesTheSentenceThatSaysTheSameInAnotherOrder) {
  EXPECT_EQ(sentence("In 1932 the bridge opened.", "It is long. The bridge opened in 1932."), "The bridge opened in 1932.");
  EXPECT_EQ(sentence("大桥1932年通车", "很长。大桥于1932年通车。"), "大桥于1932年通车。");
}
TEST(LocateEvidence, PrefersWordsAsTheyStandToWordsInAnotherOrder) {
  EXPECT_EQ(sentence("opened in 1932", "In 1932 the old bridge opened. The port opened in 1932.", "When was the old bridge opened?"),
            "The port opened in 1932.");
}
TEST(LocateEvidence, DoesNotForgiveAnotherNumber) {
  EXPECT_EQ(sentence("the long bridge over the river was opened for all in 1933", "The long bridge over the river was opened for all in 1932."), "(none)");
}
TEST(LocateEvidence, DoesNotForgiveNewWords) { EXPECT_EQ(sentence("the bridge burnt down in 1932", "The bridge opened in 1932."), "(none)"); }

}  // namespace
}  // namespace panduan::rag
