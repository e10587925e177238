#include "cli/terminal.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <sstream>

#include "base/unicode.h"

namespace panduan::cli {
namespace {

TEST(Wrap, BreaksAtSpaces) {
  EXPECT_EQ(wrap("one two three four", 9, ""), "one two\nthree\nfour");
  EXPECT_EQ(wrap("one two", 7, ""), "one two");
  EXPECT_EQ(wrap("one two", 6, ""), "one\ntwo");
}

TEST(Wrap, LaterLinesGetTheIndentAndItCounts) { EXPECT_EQ(wrap("one two three four", 11, "    "), "one two\n    three\n    four"); }

TEST(Wrap, WhiteSpaceIsOneSpaceAndNoneAtTheEnds) {
  EXPECT_EQ(wrap("  one \n\t two\u3000three  ", 80, ""), "one two three");
  EXPECT_EQ(wrap("", 80, "  "), "");
  EXPECT_EQ(wrap(" \n ", 80, "  "), "");
}

TEST(Wrap, BreaksBetweenChineseCharactersOfTwoColumnsEach) {
  EXPECT_EQ(wrap("今天天气很好", 6, ""), "今天天\n气很好");
  EXPECT_EQ(wrap("今天天气很好", 7, ""), "今天天\n气很好");
  EXPECT_EQ(wrap("今天天气很好", 8, "  "), "今天天气\n  很好");
}

TEST(Wrap, DoesNotBeginALineWithTheMarkThatEndsASentence) { EXPECT_EQ(wrap("今天下雨。明天呢", 8, ""), "今天下\n雨。明天\n呢"); }

TEST(Wrap, MixesBothAndKeepsWordsWhole) {
  EXPECT_EQ(wrap("安装 unattended 软件包", 12, ""), "安装\nunattended\n软件包");
  EXPECT_EQ(wrap("用apt安装", 6, ""), "用apt\n安装");
}

TEST(Wrap, NoLineIsWiderThanItMayBe) {
  const std::string text =
      "unattended-upgrades 软件包主要用于 stable 系统的安全更新，它在后台运行（每天一次）。The package is mainly intended for 安全 upgrade。";
  for (std::size_t width = 22; width < 100; ++width) {
    std::istringstream lines(wrap(text, width, "    "));
    std::string joined;
    for (std::string line; std::getline(lines, line);) {
      std::size_t columns = 0;
      for (std::size_t offset = 0; offset < line.size(); offset += character_at(line, offset).bytes)
        columns += static_cast<unsigned char>(line[offset]) < 0x80 ? 1 : 2;
      EXPECT_LE(columns, width) << line;
      joined += line;
    }
    EXPECT_EQ(remove_white_space(joined), remove_white_space(text));
  }
}

TEST(Printable, LeavesTextAsItIs) {
  EXPECT_EQ(printable("plain, 判断。é 👍"), "plain, 判断。é 👍");
  EXPECT_EQ(printable(""), "");
}

TEST(Printable, ReplacesWhatSteersATerminal) {
  EXPECT_EQ(printable("\x1b[31mred\x1b[0m"), "\uFFFD[31mred\uFFFD[0m");
  EXPECT_EQ(printable("a\rb\bc\x7F"), "a\uFFFDb\uFFFDc\uFFFD");
  EXPECT_EQ(printable(std::string_view("a\0b", 3)), "a\uFFFDb");
  EXPECT_EQ(printable("\u009B31m"), "\uFFFD31m");
}

TEST(Printable, ReplacesWhatTurnsTheDirectionOfText) { EXPECT_EQ(printable("gpj\u202Eexe.\u2066x\u2069"), "gpj\uFFFDexe.\uFFFDx\uFFFD"); }

TEST(Printable, ReplacesBytesThatAreNoText) {
  EXPECT_EQ(printable("a\x9B"
                      "31m"),
            "a\uFFFD31m");
  EXPECT_TRUE(is_valid_utf8(printable("\xFF\xE5\x88\xC0\x80")));
}

TEST(Printable, MakesOneLineOfSeveral) { EXPECT_EQ(printable("a\nb\tc"), "a b c"); }

TEST(HumanBytes, HasThreeDigitsOrSo) {
  EXPECT_EQ(human_bytes(0), "0 B");
  EXPECT_EQ(human_bytes(999), "999 B");
  EXPECT_EQ(human_bytes(1000), "1 kB");
  EXPECT_EQ(human_bytes(123'456), "123 kB");
  EXPECT_EQ(human_bytes(1'000'000), "1.0 MB");
  EXPECT_EQ(human_bytes(12'345'678), "12.3 MB");
  EXPECT_EQ(human_bytes(1'234'567'890), "1.23 GB");
  EXPECT_EQ(human_bytes(12'345'000'000'000), "12345.00 GB");
}

TEST(HumanBytes, RoundsIntoTheNextUnit) {
  EXPECT_EQ(human_bytes(999'499), "999 kB");
  EXPECT_EQ(human_bytes(999'999), "1.0 MB");
  EXPECT_EQ(human_bytes(999'949'999), "999.9 MB");
  EXPECT_EQ(human_bytes(999'999'999), "1.00 GB");
}

TEST(HumanDuration, GoesFromMillisecondsToMinutes) {
  EXPECT_EQ(human_duration(0), "0 ms");
  EXPECT_EQ(human_duration(0.4), "0 ms");
  EXPECT_EQ(human_duration(999), "999 ms");
  EXPECT_EQ(human_duration(1000), "1.0 s");
  EXPECT_EQ(human_duration(59'000), "59.0 s");
  EXPECT_EQ(human_duration(60'000), "1 min 00 s");
  EXPECT_EQ(human_duration(3'661'000), "61 min 01 s");
}

TEST(HumanDuration, RoundsIntoTheNextUnit) {
  EXPECT_EQ(human_duration(999.7), "1.0 s");
  EXPECT_EQ(human_duration(59'970), "1 min 00 s");
  EXPECT_EQ(human_duration(119'700), "2 min 00 s");
}

TEST(Styled, HasTheCodesOfItsStyle) { EXPECT_EQ(in_style("text", Style::Red), "\x1b[31mtext\x1b[0m"); }

TEST(Styled, IsPlainWhereNoTerminalIs) {
  const int file = ::open("/dev/null", O_WRONLY);
  EXPECT_FALSE(wants_colours(file));
  ::close(file);
}

TEST(Styled, HasColourOnATerminalUnlessNoColorIsSet) {
  const int controller = ::posix_openpt(O_RDWR | O_NOCTTY);
  if (controller < 0 || ::grantpt(controller) != 0 || ::unlockpt(controller) != 0) GTEST_SKIP() << "no pseudo-terminals here";
  const int terminal = ::open(::ptsname(controller), O_RDWR | O_NOCTTY);
  ASSERT_GE(terminal, 0);
  const char* set = std::getenv("NO_COLOR");
  const std::optional<std::string> before = set == nullptr ? std::nullopt : std::optional<std::string>(set);
  ::unsetenv("NO_COLOR");
  EXPECT_TRUE(wants_colours(terminal));
  ::setenv("NO_COLOR", "", 1);
  EXPECT_TRUE(wants_colours(terminal));
  ::setenv("NO_COLOR", "1", 1);
  EXPECT_FALSE(wants_colours(terminal));
  if (before) ::setenv("NO_COLOR", before->c_str(), 1);
  else ::unsetenv("NO_COLOR");
  ::close(terminal);
  ::close(controller);
}

TEST(StatusLine, PrintsNothingWhenStandardErrorIsNoTerminal) {
  ::testing::internal::CaptureStderr();
  {
    StatusLine line;
    line.set("working");
    line.clear();
    line.set("still working");
  }
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace panduan::cli
