#include "documents/detail/pdf_layout.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "documents/detail/pdf_outline.h"
#include "documents/detail/pdf_text.h"
#include "documents/testing/test_support.h"

namespace panduan::documents::detail {
namespace {

struct TestLine {
  float left, top;
  std::string words;
  float height;
};
struct TestBlock {
  std::vector<TestLine> lines;
  float right;
};

template <class T>
std::vector<T> operator+(std::vector<T> first, const std::vector<T>& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}
template <class T>
void operator+=(std::vector<T>& first, const std::vector<T>& second) {
  first = first + second;
}

using TestPage = std::vector<TestBlock>;

TestLine line(float left, float top, std::string_view words, float height = 10) {
  return {.left = left, .top = top, .words = std::string(words), .height = height};
}
TestPage block(std::vector<TestLine> lines, float right = 500) { return {{.lines = std::move(lines), .right = right}}; }
std::vector<TestPage> page(TestPage blocks) { return {std::move(blocks)}; }

void add_line(PdfLayout& layout, const TestLine& from) {
  PdfLayout::Line made{.first_word = layout.words.size()};
  float x = from.left;
  for (std::string_view rest = from.words; !rest.empty();) {
    const std::string_view word = rest.substr(0, rest.find(' '));
    const float width = static_cast<float>(word.size()) * 5;
    const std::size_t begin = layout.characters.size();
    layout.characters += word;
    layout.words.push_back(
        {.begin = begin, .end = layout.characters.size(), .box = {.left = x, .top = from.top, .right = x + width, .bottom = from.top + from.height}});
    x += width + 4;
    rest.remove_prefix(std::min(word.size() + 1, rest.size()));
  }
  made.end_word = layout.words.size();
  made.box = {.left = from.left, .top = from.top, .right = x - 4, .bottom = from.top + from.height};
  layout.lines.push_back(made);
}

PdfLayout layout_of(const std::vector<TestPage>& pages) {
  PdfLayout layout;
  for (const TestPage& from : pages) {
    PdfLayout::Page made{.first_block = layout.blocks.size(), .width = 600, .height = 800};
    for (const TestBlock& each : from) {
      layout.blocks.push_back({.first_line = layout.lines.size(), .box = {.left = 50, .top = 0, .right = each.right, .bottom = 0}});
      for (const TestLine& one : each.lines) add_line(layout, one);
      layout.blocks.back().end_line = layout.lines.size();
    }
    made.end_block = layout.blocks.size();
    layout.pages.push_back(made);
  }
  return layout;
}

PrintedText printed(const std::vector<TestPage>& pages) {
  PdfLayout layout = layout_of(pages);
  mark_running_lines(layout);
  return build_printed_text(layout);
}

TEST(PrintedText, JoinsWrappedLinesAndKeepsDeliberateBreaks) {
  EXPECT_EQ(printed(page(block({line(50, 100, "wrapped lines go to the right edge"), line(50, 112, "and on")}, 220))).text,
            "wrapped lines go to the right edge and on");
  EXPECT_EQ(printed(page(block({line(50, 100, "Tip"), line(50, 112, "short")}, 500))).text, "Tip\nshort");
  EXPECT_EQ(printed(page(block({line(50, 100, "判断"), line(50, 112, "是事")}, 82))).text, "判断是事");
}

TEST(PrintedText, DropsAHyphenWhereItCutsAWord) {
  EXPECT_EQ(printed(page(block({line(50, 100, "a non-"), line(50, 112, "developer")}, 82))).text, "a nondeveloper");
  EXPECT_EQ(printed(page(block({line(50, 100, "last-")}) + block({line(50, 200, "next-")}))).text, "last-\n\nnext-");
  EXPECT_EQ(printed(page(block({line(50, 100, "-")}) + block({line(50, 200, "next")}))).text, "-\n\nnext");
}

TEST(PrintedText, KeepsAHyphenThatTheDocumentPrintsInsideThatWord) {
  const auto text_of = [](std::string_view elsewhere, std::string_view first, std::string_view second) {
    return printed(page(block({line(50, 60, elsewhere)}) + block({line(50, 100, first), line(50, 112, second)}, 82))).text;
  };
  EXPECT_EQ(text_of("Non-free packages.", "a non-", "free one"), "Non-free packages.\n\na non-free one");
  EXPECT_EQ(text_of("Nonfree packages.", "a non-", "free one"), "Nonfree packages.\n\na nonfree one");
  EXPECT_EQ(text_of("Use --delayed here.", "is --", "delayed."), "Use --delayed here.\n\nis --delayed.");
  EXPECT_EQ(text_of("Others.", "a dash --", "and on"), "Others.\n\na dash -- and on");
  EXPECT_EQ(text_of("Others.", "the pre-", "and post-war"), "Others.\n\nthe pre- and post-war");
  EXPECT_EQ(text_of("Others.", "in 1990-", "1995 too"), "Others.\n\nin 1990-1995 too");
  EXPECT_EQ(text_of("See /usr/share/doc.", "in /usr/share/", "doc and"), "See /usr/share/doc.\n\nin /usr/share/doc and");
  EXPECT_EQ(text_of("See dists/main/ too.", "dists/main/", "... and"), "See dists/main/ too.\n\ndists/main/ ... and");
  EXPECT_EQ(text_of("Others.", "in /usr/share/", "and below"), "Others.\n\nin /usr/share/ and below");
}

TEST(PrintedText, TakesAnUnknownHyphenAsMostOthersOfTheDocumentAre) {
  const TestPage unknown = block({line(50, 200, "a space-"), line(50, 212, "separated")}, 82);
  const TestPage own = block({line(50, 60, "The non-free and the re-use.")}) + block({line(50, 100, "is non-"), line(50, 112, "free")}, 82);
  EXPECT_THAT(printed(page(own + unknown)).text, ::testing::EndsWith("is non-free\n\na space-separated"));
  const TestPage cut = block({line(50, 60, "The document and the chapter.")}) + block({line(50, 100, "is docu-"), line(50, 112, "ment")}, 82);
  EXPECT_THAT(printed(page(cut + unknown)).text, ::testing::EndsWith("is document\n\na spaceseparated"));
}

TEST(PrintedText, KeepsAnUnknownHyphenInACell) {
  PdfLayout layout = layout_of(page(block({line(50, 100, "use safe- upgrade")})));
  layout.blocks[0].is_table = true;
  Box& second = layout.words[2].box;
  second.top += 12;
  second.bottom += 12;
  EXPECT_EQ(build_printed_text(layout).text, "use safe-upgrade");
}

TEST(PrintedText, ReadsASectionsNumberAndTitleAsOne) {
  EXPECT_EQ(printed(page(block({line(50, 100, "1.1.4")}) + block({line(90, 100, "The root shell")}))).text, "1.1.4 The root shell");
  EXPECT_EQ(printed(page(block({line(50, 100, "1.1.4")}) + block({line(50, 140, "Below")}))).text, "1.1.4\n\nBelow");
}

TEST(PrintedText, WritesDotLeadersWithoutSpaces) {
  const PrintedText text = printed(page(block({line(50, 100, "Links . . . . . . 7")})));
  EXPECT_EQ(text.text, "Links ...... 7");
  EXPECT_EQ(text.pages[0].words.size(), 3U);
}

TEST(RunningLines, AreLeftOutWhereTheyRepeatOrCountThePages) {
  std::vector<TestPage> pages;
  for (int number = 1; number <= 6; ++number) {
    pages += page(block({line(50, 20, fmt::format("Chapter {}", number < 4 ? "one" : "two"))}) +
                  block({line(50, 300, fmt::format("Body of page {}.", number))}) + block({line(300, 780, std::to_string(number + 11))}));
  }
  EXPECT_EQ(printed(pages).text, "Body of page 1.\n\nBody of page 2.\n\nBody of page 3.\n\nBody of page 4.\n\nBody of page 5.\n\nBody of page 6.");
}

TEST(RunningLines, AreNotATablesNumbersNorATextOfOneOrTwoPages) {
  std::vector<TestPage> pages;
  for (const std::string_view number : {"90", "12", "55", "31"}) pages += page(block({line(300, 780, number)}));
  EXPECT_EQ(printed(pages).text, "90\n\n12\n\n55\n\n31");
  EXPECT_EQ(printed(page(block({line(50, 20, "Letter")})) + page(block({line(50, 20, "Letter")}))).text, "Letter\n\nLetter");
}

std::vector<std::string> headings_of(const std::vector<TestPage>& pages) {
  const PrintedText text = printed(pages);
  std::vector<std::string> found;
  for (const Heading& heading : find_printed_headings(text)) {
    found.push_back(fmt::format("{} {}", heading.level, text.text.substr(heading.text.begin, heading.text.size())));
  }
  return found;
}

TEST(PrintedHeadings, TakeTheirLevelFromNumbersOrElseFromSizes) {
  const TestPage body = block({line(50, 400, "Body text that is long enough to say what the usual size of this document is.")});
  EXPECT_THAT(
      headings_of(page(block({line(50, 50, "2 Methods", 16)}) + block({line(50, 150, "2.1 Data", 13)}) + block({line(50, 250, "Unnumbered", 13)}) + body)),
      ::testing::ElementsAre("1 2 Methods", "2 2.1 Data", "2 Unnumbered"));
  EXPECT_THAT(headings_of(page(block({line(50, 50, "Large", 20)}) + block({line(50, 150, "Middle", 14)}) + body)),
              ::testing::ElementsAre("1 Large", "2 Middle"));
}

TEST(PrintedHeadings, AreFoundInTheBodysSizeWhenTheyAreNumberedTitles) {
  const TestPage body = block({line(50, 400, "Body text that is long enough to say what the usual size of this document is.")});
  EXPECT_THAT(headings_of(page(block({line(50, 50, "2.1 Related work")}) + block({line(50, 150, "1.5 litres of water")}) +
                               block({line(50, 250, "3.2 This is a sentence.")}) + body)),
              ::testing::ElementsAre("2 2.1 Related work"));
}

std::vector<std::string> headings_with(const std::vector<TestPage>& pages, const std::vector<PdfLayout::OutlineEntry>& outline) {
  const PrintedText text = printed(pages);
  std::vector<std::string> found;
  for (const Heading& heading : with_outline(find_printed_headings(text), text, outline))
    found.push_back(fmt::format("{} {}", heading.level, text.text.substr(heading.text.begin, heading.text.size())));
  return found;
}

/// A book whose cover has the largest letters, and whose left pages say the chapter's name again.
std::vector<TestPage> book() {
  const TestPage body = block({line(50, 400, "Body text that is long enough to say what the usual size of this document is.")});
  return page(block({line(50, 100, "The Policy", 30)})) +
         page(block({line(50, 50, "THREE", 14)}) + block({line(50, 90, "BINARY PACKAGES", 20)}) + block({line(50, 200, "3.1 The name", 13)}) + body) +
         page(block({line(50, 50, "Binary packages", 12)}) + block({line(50, 200, "A remark", 13)}) + body);
}

TEST(Outline, SaysWhichHeadingsThereAreAndHowHighTheyStand) {
  EXPECT_THAT(headings_with(book(), {{.title = "3 Binary packages", .level = 1, .page = 1}, {.title = "The name", .level = 2, .page = 1}}),
              ::testing::ElementsAre("1 The Policy", "1 BINARY PACKAGES", "2 3.1 The name", "3 A remark"));
}

TEST(Outline, IsNotBelievedWhereItsTitlesAreNotPrinted) {
  const std::vector<PdfLayout::OutlineEntry> wrong{
      {.title = "Slide 1", .level = 1, .page = 0}, {.title = "Slide 2", .level = 1, .page = 1}, {.title = "The Policy", .level = 3, .page = 7}};
  EXPECT_EQ(headings_with(book(), wrong), headings_of(book()));
  EXPECT_EQ(headings_with(book(), {}), headings_of(book()));
}

}  // namespace
}  // namespace panduan::documents::detail
