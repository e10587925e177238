#include "llm/copyable_text.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace panduan::llm {
namespace {

/// Whether the words can be copied from the text.
bool can_copy(std::string_view text, std::string_view words) {
  const CopyableText copyable(text);
  for (const std::size_t begin : copyable.beginnings()) {
    const std::size_t end = begin + words.size();
    if (copyable.text().compare(begin, words.size(), words) == 0 && end <= copyable.sentence_end(begin) && copyable.may_end(end)) return true;
  }
  return false;
}

TEST(CopyableText, GivesWholeWordsOfOneSentence) {
  const std::string text = "The bridge was opened in May 1932. Ada Kern had wanted a tunnel.";
  EXPECT_TRUE(can_copy(text, "The bridge was opened in May 1932"));
  EXPECT_TRUE(can_copy(text, "May 1932"));
  EXPECT_TRUE(can_copy(text, "Ada Kern"));
  EXPECT_FALSE(can_copy(text, "Ada Ker"));
  EXPECT_FALSE(can_copy(text, "pened"));
  EXPECT_FALSE(can_copy(text, "1932. Ada"));
  EXPECT_FALSE(can_copy(text, "1932\nAda"));
  EXPECT_FALSE(can_copy(text, "a tunnel."));
  EXPECT_FALSE(can_copy(text, "May "));
}
TEST(CopyableText, EndsNoSentenceBehindAnAbbreviation) {
  EXPECT_TRUE(can_copy("The Rams moved to St. Louis in 1995.", "St. Louis"));
  EXPECT_TRUE(can_copy("It honours Dr. Ada Kern.", "Dr. Ada Kern"));
  EXPECT_TRUE(can_copy("It was built by the U.S. Army in 1932.", "U.S. Army"));
}
TEST(CopyableText, GivesNoPartOfANumber) {
  const std::string text = "It cost 1,600.50 francs, in 1932, and carries 2.5 million cars.";
  EXPECT_TRUE(can_copy(text, "1,600.50 francs"));
  EXPECT_TRUE(can_copy(text, "1932"));
  for (const char* part : {"1", "1,600", "600.50", "50", "2", "5 million", ".50"}) EXPECT_FALSE(can_copy(text, part)) << part;
}
TEST(CopyableText, GivesAnyCharactersOfChinese) {
  const std::string text = "极光大桥于1932年通车，全长898米。设计师是林海！";
  EXPECT_TRUE(can_copy(text, "1932年"));
  EXPECT_TRUE(can_copy(text, "全长898米"));
  EXPECT_TRUE(can_copy(text, "大桥"));
  EXPECT_TRUE(can_copy(text, "林海"));
  EXPECT_FALSE(can_copy(text, "98米"));
  EXPECT_FALSE(can_copy(text, "米。设计师"));
  EXPECT_FALSE(can_copy(text, "\xB5"));
}
TEST(CopyableText, ReadsAnyWhiteSpaceAsOneSpace) {
  EXPECT_TRUE(can_copy("It is  898\tmetres long.", "898 metres"));
  EXPECT_EQ(CopyableText(" \n ").text(), "");
  EXPECT_THAT(CopyableText("").beginnings(), ::testing::IsEmpty());
}
TEST(CopyableText, TakesAnyBytes) {
  EXPECT_EQ(CopyableText("One. \n\n Two.").text(), "One\nTwo");
  const CopyableText copyable("a\xFF\xC3. b\x80");
  EXPECT_FALSE(copyable.beginnings().empty());
}

}  // namespace
}  // namespace panduan::llm
