#include "documents/detail/pdf_layout.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "documents/detail/pdf_text.h"
#include "documents/testing/test_support.h"

namespace panduan::documents::detail {
namespace {

std::string line(float left, float top, std::string_view words, float height = 10) {
  float x = left;
  std::string inner;
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    const float width = static_cast<float>(end) * 5;
    inner += fmt::format(R"(<word xMin="{}" yMin="{}" xMax="{}" yMax="{}">{}</word>)", x, top, x + width, top + height, words.substr(0, end)) + "\n";
    x += width + 4;
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return fmt::format(R"(<line xMin="{}" yMin="{}" xMax="{}" yMax="{}">{}</line>)", left, top, x - 4, top + height, inner) + "\n";
}

std::string block(const std::vector<std::string>& lines, float right = 500) {
  std::string xml = fmt::format(R"(<block xMin="50" yMin="0" xMax="{}" yMax="0">)", right);
  for (const auto& each : lines) xml += each;
  return xml + "</block>\n";
}

std::string page(std::string_view flows) { return fmt::format("<page width=\"600.0\" height=\"800.0\">\n{}</page>\n", flows); }
std::string flow(std::string_view blocks) { return fmt::format("<flow>{}</flow>\n", blocks); }
std::string xml_of(std::string_view pages) { return fmt::format("<html><head><title>A &amp; B</title></head><body><doc>\n{}</doc></body></html>", pages); }

PrintedText printed(std::string_view pages) {
  PdfLayout layout = parse_pdf_layout(xml_of(pages));
  mark_running_lines(layout);
  return build_printed_text(layout);
}

TEST(PdfLayout, ReadsTitleWordsAndEntities) {
  const PdfLayout layout = parse_pdf_layout(xml_of(page(flow(block({line(50, 100, "a&lt;b x&apos;s")})))));
  EXPECT_EQ(layout.title, "A & B");
  ASSERT_EQ(layout.words.size(), 2U);
  EXPECT_EQ(layout.text(layout.words[0]), "a<b");
  EXPECT_EQ(layout.text(layout.words[1]), "x's");
  EXPECT_FLOAT_EQ(layout.words[0].box.top, 100);
}

TEST(PdfLayout, RefusesWhatPdftotextDoesNotPrint) {
  const std::string good = xml_of(page(flow(block({line(50, 100, "word")}))));
  for (std::size_t size = 0; size + 15 < good.size(); size += 7) EXPECT_THROW(parse_pdf_layout(good.substr(0, size)), Error) << size;
  EXPECT_THROW(parse_pdf_layout(xml_of("<flow></flow>")), Error);
  EXPECT_THROW(parse_pdf_layout(xml_of(page("<word xMin=\"1\" yMin=\"1\" xMax=\"1\" yMax=\"1\">w</word>"))), Error);
  EXPECT_THROW(parse_pdf_layout(xml_of("<page width=\"x\" height=\"1\"></page>")), Error);
  EXPECT_THROW(parse_pdf_layout(xml_of("</page>")), Error);
}

TEST(PdfLayout, TakesInfiniteAndInvalidPiecesForWhatTheyAre) {
  const PdfLayout layout =
      parse_pdf_layout(xml_of(page(flow(block({"<line xMin=\"1\" yMin=\"nan\" xMax=\"inf\" yMax=\"1e99\"><word xMin=\"1\" yMin=\"1\" xMax=\"2\" "
                                               "yMax=\"2\">a\xFF\x01</word></line>"})))));
  EXPECT_EQ(layout.characters, "a\uFFFD");
  EXPECT_EQ(layout.lines[0].box.right, 0);
}

TEST(PrintedText, JoinsWrappedLinesAndKeepsDeliberateBreaks) {
  EXPECT_EQ(printed(page(flow(block({line(50, 100, "wrapped lines go to the right edge"), line(50, 112, "and on")}, 220)))).text,
            "wrapped lines go to the right edge and on");
  EXPECT_EQ(printed(page(flow(block({line(50, 100, "Tip"), line(50, 112, "short")}, 500)))).text, "Tip\nshort");
  EXPECT_EQ(printed(page(flow(block({line(50, 100, "判断"), line(50, 112, "是事")}, 82)))).text, "判断是事");
}

TEST(PrintedText, DropsHyphensWherePdftotextDoes) {
  EXPECT_EQ(printed(page(flow(block({line(50, 100, "a non-"), line(50, 112, "developer")}, 82)))).text, "a nondeveloper");
  EXPECT_EQ(printed(page(flow(block({line(50, 100, "last-")}) + block({line(50, 200, "next-")})))).text, "last\n\nnext-");
  EXPECT_EQ(printed(page(flow(block({line(50, 100, "-")}) + block({line(50, 200, "next")})))).text, "next");
}

TEST(PrintedText, ReadsASectionsNumberAndTitleAsOne) {
  EXPECT_EQ(printed(page(flow(block({line(50, 100, "1.1.4")})) + flow(block({line(90, 100, "The root shell")})))).text, "1.1.4 The root shell");
  EXPECT_EQ(printed(page(flow(block({line(50, 100, "1.1.4")})) + flow(block({line(50, 140, "Below")})))).text, "1.1.4\n\nBelow");
}

TEST(PrintedText, WritesDotLeadersWithoutSpaces) {
  const PrintedText text = printed(page(flow(block({line(50, 100, "Links . . . . . . 7")}))));
  EXPECT_EQ(text.text, "Links ...... 7");
  EXPECT_EQ(text.pages[0].words.size(), 3U);
}

TEST(RunningLines, AreLeftOutWhereTheyRepeatOrCountThePages) {
  std::string pages;
  for (int number = 1; number <= 6; ++number) {
    pages += page(flow(block({line(50, 20, fmt::format("Chapter {}", number < 4 ? "one" : "two"))})) +
                  flow(block({line(50, 300, fmt::format("Body of page {}.", number))})) + flow(block({line(300, 780, std::to_string(number + 11))})));
  }
  EXPECT_EQ(printed(pages).text, "Body of page 1.\n\nBody of page 2.\n\nBody of page 3.\n\nBody of page 4.\n\nBody of page 5.\n\nBody of page 6.");
}

TEST(RunningLines, AreNotATablesNumbersNorATextOfOneOrTwoPages) {
  std::string pages;
  for (const std::string_view number : {"90", "12", "55", "31"}) pages += page(flow(block({line(300, 780, number)})));
  EXPECT_EQ(printed(pages).text, "90\n\n12\n\n55\n\n31");
  EXPECT_EQ(printed(page(flow(block({line(50, 20, "Letter")}))) + page(flow(block({line(50, 20, "Letter")})))).text, "Letter\n\nLetter");
}

std::vector<std::string> headings_of(const std::string& pages) {
  const PrintedText text = printed(pages);
  std::vector<std::string> found;
  for (const Heading& heading : find_printed_headings(text)) {
    found.push_back(fmt::format("{} {}", heading.level, text.text.substr(heading.text.begin, heading.text.size())));
  }
  return found;
}

TEST(PrintedHeadings, TakeTheirLevelFromNumbersOrElseFromSizes) {
  const std::string body = block({line(50, 400, "Body text that is long enough to say what the usual size of this document is.")});
  EXPECT_THAT(headings_of(page(flow(block({line(50, 50, "2 Methods", 16)})) + flow(block({line(50, 150, "2.1 Data", 13)})) +
                               flow(block({line(50, 250, "Unnumbered", 13)})) + flow(body))),
              ::testing::ElementsAre("1 2 Methods", "2 2.1 Data", "2 Unnumbered"));
  EXPECT_THAT(headings_of(page(flow(block({line(50, 50, "Large", 20)})) + flow(block({line(50, 150, "Middle", 14)})) + flow(body))),
              ::testing::ElementsAre("1 Large", "2 Middle"));
}

TEST(PrintedHeadings, AreFoundInTheBodysSizeWhenTheyAreNumberedTitles) {
  const std::string body = block({line(50, 400, "Body text that is long enough to say what the usual size of this document is.")});
  EXPECT_THAT(headings_of(page(flow(block({line(50, 50, "2.1 Related work")})) + flow(block({line(50, 150, "1.5 litres of water")})) +
                               flow(block({line(50, 250, "3.2 This is a sentence.")})) + flow(body))),
              ::testing::ElementsAre("2 2.1 Related work"));
}

}  // namespace
}  // namespace panduan::documents::detail
