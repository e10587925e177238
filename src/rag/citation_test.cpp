#include "rag/citation.h"

#include <gtest/gtest.h>

namespace panduan::rag {
namespace {

std::string at(std::string_view text, const std::optional<documents::ByteRange>& range) { return range ? std::string(text.substr(range->begin, range->size())) : "(none)"; }

TEST(LocateQuote, FindsTheWordsAsTheyStand) { EXPECT_EQ(at("It opened in 1932.", locate_quote("opened in 1932", "It opened in 1932.")), "opened in 1932"); }
TEST(LocateQuote, LooksThroughLineBreaks) { EXPECT_EQ(at("opened\nin  1932", locate_quote("opened in 1932", "opened\nin  1932")), "opened\nin  1932"); }
TEST(LocateQuote, LooksThroughSpacesInChinese) { EXPECT_EQ(at("全长 898 米。", locate_quote("全长898米", "全长 898 米。")), "全长 898 米"); }
TEST(LocateQuote, DoesNotForgiveAnotherWord) { EXPECT_FALSE(locate_quote("opened in 1933", "It opened in 1932.")); }
TEST(LocateQuote, DoesNotForgiveAnotherCase) { EXPECT_FALSE(locate_quote("Opened", "It opened in 1932.")); }
TEST(LocateQuote, FindsNothingForNothing) { EXPECT_FALSE(locate_quote(" \n", "text")); }

TEST(LocateSentence, GivesTheWholeSentence) {
  constexpr std::string_view kText = "It is long. It opened in 1932. It is old.";
  EXPECT_EQ(at(kText, locate_sentence_with("1932", kText)), "It opened in 1932.");
}
TEST(LocateSentence, EndsAtTheChineseStop) {
  constexpr std::string_view kText = "很长。大桥于1932年通车。很旧。";
  EXPECT_EQ(at(kText, locate_sentence_with("1932年", kText)), "大桥于1932年通车。");
}
TEST(LocateSentence, WantsMoreThanOneLetter) { EXPECT_FALSE(locate_sentence_with("a", "a b c")); }

}  // namespace
}  // namespace panduan::rag
