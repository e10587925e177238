#include "base/unicode.h"

#include <gtest/gtest.h>

#include <array>

namespace panduan {
namespace {

using Sentences = std::vector<std::string>;

/// The text cut at its sentence ends, white space after a sentence left out.
Sentences sentences_of(std::string_view text) {
  Sentences sentences;
  std::size_t begin = 0;
  for (const std::size_t end : sentence_ends(text)) {
    std::string sentence(text.substr(begin, end - begin));
    sentence.erase(sentence.find_last_not_of(" \n") + 1);
    sentences.push_back(sentence);
    begin = end;
  }
  return sentences;
}

TEST(Utf8, TakesTextOfAllLengths) {
  for (const std::string_view text : {"", "plain", "é", "判断", "👩‍💻", "\x7F", "\xEF\xBF\xBF", "\xF4\x8F\xBF\xBF", "\xED\x9F\xBF", "\xEE\x80\x80"}) {
    EXPECT_TRUE(is_valid_utf8(text)) << text;
  }
  EXPECT_TRUE(is_valid_utf8(std::string_view("\0", 1)));
}

TEST(Utf8, RefusesOverlongFormsSurrogatesAndWhatIsCut) {
  const std::array<std::string_view, 12> wrong{
      "\xC0\x80",          // NUL in two bytes
      "\xC1\xBF",          // overlong DEL
      "\xE0\x80\xAF",      // overlong /
      "\xF0\x80\x80\xAF",  // overlong /
      "\xED\xA0\x80",      // a high surrogate
      "\xED\xBF\xBF",      // a low surrogate
      "\xF4\x90\x80\x80",  // above U+10FFFF
      "\xF5\x80\x80\x80",  // a lead byte that there is not
      "\xFF",
      "\x80",          // a trail byte alone
      "\xE5\x88",      // cut
      "\xE5\x88 more"  // cut, and the text goes on
  };
  for (const std::string_view text : wrong) {
    EXPECT_FALSE(is_valid_utf8(text));
    EXPECT_EQ(first_invalid_utf8(text), 0U);
    const std::string inside = "文" + std::string(text);
    EXPECT_EQ(first_invalid_utf8(inside), 3U);
  }
}

TEST(Utf8, CountsCharactersNotBytes) {
  EXPECT_EQ(count_characters(""), 0U);
  EXPECT_EQ(count_characters("aé判👍"), 4U);
}

TEST(Utf8, TruncatesOnACharacterBoundary) {
  const std::string_view text = "a判断";
  EXPECT_EQ(truncate_utf8(text, 0), "");
  EXPECT_EQ(truncate_utf8(text, 1), "a");
  EXPECT_EQ(truncate_utf8(text, 3), "a");
  EXPECT_EQ(truncate_utf8(text, 4), "a判");
  EXPECT_EQ(truncate_utf8(text, 6), "a判");
  EXPECT_EQ(truncate_utf8(text, 7), text);
  EXPECT_EQ(truncate_utf8(text, 100), text);
  EXPECT_EQ(truncate_utf8("👍", 3), "");
}

TEST(CharacterAt, GivesTheCharacterAndWhereItStands) {
  const std::string_view text = "a判👍";
  const Character han = character_at(text, 1);
  EXPECT_EQ(han.code_point, U'判');
  EXPECT_EQ(han.offset, 1U);
  EXPECT_EQ(han.bytes, 3U);
  EXPECT_EQ(character_at(text, 4).code_point, U'👍');
  EXPECT_EQ(character_at(text, 4).bytes, 4U);
}

TEST(CharacterAt, PassesOverAMalformedTextByteByByte) {
  const std::string_view text = "\xE5\x88";
  for (std::size_t offset = 0; offset < text.size(); ++offset) {
    EXPECT_EQ(character_at(text, offset).code_point, U'\uFFFD');
    EXPECT_EQ(character_at(text, offset).bytes, 1U);
  }
}

TEST(Nfkc, MakesFullAndHalfWidthOne) {
  EXPECT_EQ(nfkc("ＡＢＣ１２３！"), "ABC123!");
  EXPECT_EQ(nfkc("ﾊﾟﾝ"), "パン");
  EXPECT_EQ(nfkc("a　b"), "a b");
  EXPECT_EQ(nfkc("ﬁle ½ Å"), "file 1⁄2 Å");
  EXPECT_EQ(nfkc("e\u0301"), "é");
  EXPECT_EQ(nfkc("Case 判断"), "Case 判断");
}

TEST(NfkcCasefold, IsTheSameForEveryWayToWriteAWord) {
  EXPECT_EQ(nfkc_casefold("ＳＴＲＡＳＳＥ"), "strasse");
  EXPECT_EQ(nfkc_casefold("Straße"), "strasse");
  EXPECT_EQ(nfkc_casefold("ΣΊΣΥΦΟΣ"), nfkc_casefold("σίσυφος"));
  EXPECT_EQ(nfkc_casefold("co\u00ADop"), "coop");
}

TEST(FoldToLettersAndDigits, LeavesOutAllElse) {
  EXPECT_EQ(fold_to_letters_and_digits("“Unattended-Upgrades”, v２.7!"), "unattendedupgradesv27");
  EXPECT_EQ(fold_to_letters_and_digits("软件包（APT）。"), "软件包apt");
  EXPECT_EQ(fold_to_letters_and_digits("…！ \n"), "");
}

TEST(RemoveWhiteSpace, KeepsAllElseAsItIs) {
  EXPECT_EQ(remove_white_space(" A\tb\n判\u3000断\u00A0Ａ. "), "Ab判断Ａ.");
  EXPECT_EQ(remove_white_space("a \xFF b"),
            "a\xFF"
            "b");
}

TEST(IsCjk, HoldsForScriptsWithoutSpacesBetweenWords) {
  for (const char32_t c : {U'判', U'𠀀', U'々', U'あ', U'カ', U'ｶ', U'한', U'ㄅ'}) EXPECT_TRUE(is_cjk(c)) << static_cast<std::uint32_t>(c);
  for (const char32_t c : {U'a', U'é', U'я', U'1', U'。', U'，', U'Ａ', U' ', U'👍'}) EXPECT_FALSE(is_cjk(c)) << static_cast<std::uint32_t>(c);
}

TEST(IsWhiteSpace, KnowsTheSpacesOfUnicode) {
  for (const char32_t c : {U' ', U'\n', U'\t', U'\u00A0', U'\u2003', U'\u3000'}) EXPECT_TRUE(is_white_space(c)) << static_cast<std::uint32_t>(c);
  for (const char32_t c : {U'a', U'\u200B', U'判'}) EXPECT_FALSE(is_white_space(c)) << static_cast<std::uint32_t>(c);
}

TEST(IsLetterOrDigit, CountsMarksAndNoPunctuation) {
  for (const char32_t c : {U'a', U'9', U'判', U'Ⅷ', U'\u0301'}) EXPECT_TRUE(is_letter_or_digit(c)) << static_cast<std::uint32_t>(c);
  for (const char32_t c : {U'.', U'。', U'_', U'+', U'€', U' '}) EXPECT_FALSE(is_letter_or_digit(c)) << static_cast<std::uint32_t>(c);
}

TEST(IsInsideWord, KnowsWordsOfAnyAlphabetAndNumbers) {
  auto inside = [](std::string_view before, std::string_view after) { return is_inside_word(std::string(before) + std::string(after), before.size()); };
  EXPECT_TRUE(inside("brid", "ge"));
  EXPECT_TRUE(inside("Zü", "rich"));
  EXPECT_TRUE(inside("зак", "он"));
  EXPECT_TRUE(inside("1", ",600"));
  EXPECT_TRUE(inside("1,", "600"));
  EXPECT_TRUE(inside("2.", "5"));
  EXPECT_FALSE(inside("1932", ", in May"));
  EXPECT_FALSE(inside("1932", "年"));
  EXPECT_FALSE(inside("大", "桥"));
  EXPECT_FALSE(inside("the", " bridge"));
  EXPECT_FALSE(inside("", "bridge"));
  EXPECT_FALSE(inside("bridge", ""));
  EXPECT_FALSE(inside(".", "5"));
}
TEST(SentenceEnds, OfEnglish) {
  EXPECT_EQ(sentences_of("It works. Does it? It does! Good"), (Sentences{"It works.", "Does it?", "It does!", "Good"}));
  EXPECT_EQ(sentences_of("He said: “It works.” She left."), (Sentences{"He said: “It works.”", "She left."}));
}

TEST(SentenceEnds, AreNotInNumbersNamesOfFilesAndWhatGoesOnInSmallLetters) {
  EXPECT_EQ(sentences_of("Version 2.7.8 takes 3.5 seconds. Next"), (Sentences{"Version 2.7.8 takes 3.5 seconds.", "Next"}));
  EXPECT_EQ(sentences_of("See sources.list for it."), (Sentences{"See sources.list for it."}));
  EXPECT_EQ(sentences_of("Some tools, e.g. apt, help. More"), (Sentences{"Some tools, e.g. apt, help.", "More"}));
  EXPECT_EQ(sentences_of("The U.S. agency, etc. and so on."), (Sentences{"The U.S. agency, etc. and so on."}));
}

TEST(SentenceEnds, AreNotBehindTitlesAndInitials) {
  EXPECT_EQ(sentences_of("It moved to St. Louis. Dr. J. K. Kern saw it. The U.S. Army came."),
            (Sentences{"It moved to St. Louis.", "Dr. J. K. Kern saw it.", "The U.S. Army came."}));
}
TEST(SentenceEnds, OfChineseNeedNoSpace) {
  EXPECT_EQ(sentences_of("今天下雨。明天呢？好！一；二"), (Sentences{"今天下雨。", "明天呢？", "好！", "一；", "二"}));
  EXPECT_EQ(sentences_of("版本 2.7 用了 3.5 秒。然后重启"), (Sentences{"版本 2.7 用了 3.5 秒。", "然后重启"}));
  EXPECT_EQ(sentences_of("使用 APT。It works. 完成。"), (Sentences{"使用 APT。", "It works.", "完成。"}));
  EXPECT_EQ(sentences_of("一。 二；　三"), (Sentences{"一。", "二；　", "三"}));
}

TEST(SentenceEnds, OfChineseTakeWhatClosesWithThem) {
  EXPECT_EQ(sentences_of("他说：“下雨了。”我走了。"), (Sentences{"他说：“下雨了。”", "我走了。"}));
  EXPECT_EQ(sentences_of("（见下文。）「好！」』完"), (Sentences{"（见下文。）", "「好！」』", "完"}));
  EXPECT_EQ(sentences_of("他说\"下雨了。\"我走了。"), (Sentences{"他说\"下雨了。\"", "我走了。"}));
  EXPECT_EQ(sentences_of("【注意！】请看。"), (Sentences{"【注意！】", "请看。"}));
}

TEST(SentenceEnds, LeaveWhatOpensToTheNextSentence) {
  EXPECT_EQ(sentences_of("他走了。“下雨了。”她说。"), (Sentences{"他走了。", "“下雨了。”", "她说。"}));
  EXPECT_EQ(sentences_of("他说：“"), (Sentences{"他说：“"}));
  EXPECT_EQ(sentences_of("他走了。（下雨）"), (Sentences{"他走了。", "（下雨）"}));
  EXPECT_EQ(sentences_of("It rains. “Go,” she said. (Now.) Yes."), (Sentences{"It rains.", "“Go,” she said.", "(Now.)", "Yes."}));
}

TEST(SentenceEnds, AreOneForSeveralMarksTogether) {
  EXPECT_EQ(sentences_of("真的吗？！是的。"), (Sentences{"真的吗？！", "是的。"}));
  EXPECT_EQ(sentences_of("Really?! Yes."), (Sentences{"Really?!", "Yes."}));
}

TEST(SentenceEnds, AreAscendingOnCharactersAndEndWithTheText) {
  for (const std::string_view text : {"a", "。", "a. ", "一。\n\n二", "。。”” b. 👍！x", "A line\nanother line", "\xFF。\xE5"}) {
    const auto ends = sentence_ends(text);
    ASSERT_FALSE(ends.empty());
    EXPECT_EQ(ends.back(), text.size());
    EXPECT_GT(ends.front(), 0U);
    for (std::size_t i = 1; i < ends.size(); ++i) EXPECT_LT(ends[i - 1], ends[i]);
    for (const std::size_t end : ends) EXPECT_TRUE(end == text.size() || !is_valid_utf8(text) || is_valid_utf8(text.substr(end)));
  }
  EXPECT_TRUE(sentence_ends("").empty());
}

TEST(IsMostlyChinese, WeighsACharacterAsAWord) {
  EXPECT_TRUE(is_mostly_chinese("软件包是什么？"));
  EXPECT_TRUE(is_mostly_chinese("用 unattended-upgrades 安装"));
  EXPECT_TRUE(is_mostly_chinese("ＡＰＴ是什么"));
  EXPECT_FALSE(is_mostly_chinese("What does 判断 mean in English?"));
  EXPECT_FALSE(is_mostly_chinese("What is it?"));
}

TEST(IsMostlyChinese, IsNotSaidOfTextWithoutLettersOrInOtherScripts) {
  EXPECT_FALSE(is_mostly_chinese(""));
  EXPECT_FALSE(is_mostly_chinese("。！？ 👍"));
  EXPECT_FALSE(is_mostly_chinese("이것은 무엇입니까?"));
  EXPECT_FALSE(is_mostly_chinese("これはなんですか"));
}

TEST(RemoveInvisible, TakesOutWhatNobodySeesAndKeepsWhatJoins) {
  EXPECT_EQ(remove_invisible("a\u200Bb\u2060c\uFEFFd\u00ADe\U000E0041f"), "abcdef");
  EXPECT_EQ(remove_invisible("\U0001F468\u200D\U0001F469 \u200F汉字"), "\U0001F468\u200D\U0001F469 \u200F汉字");
}

}  // namespace
}  // namespace panduan
