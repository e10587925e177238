#include "documents/pdf_loader.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>

#include "base/clock.h"
#include "base/file.h"
#include "base/process.h"
#include "documents/testing/test_support.h"

namespace panduan::documents {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kDebianReference = "/usr/share/debian-reference/debian-reference.";

std::string test_pdf(std::string_view name) { return read_file(std::filesystem::path(PANDUAN_TEST_DATA) / "documents" / name, 1U << 20U); }

/// A long real document, in English or Chinese.
class RealPdf : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    path_ = std::string(kDebianReference) + GetParam() + ".pdf";
    if (!std::filesystem::exists(path_)) GTEST_SKIP() << path_ << " is missing: run tools/setup test";
    const Stopwatch watch;
    document_ = load_document(path_, read_file(path_, 64U << 20U));
    load_ms_ = watch.elapsed_ms();
  }
  std::string path_;
  ParsedDocument document_;
  double load_ms_ = 0;
};

std::vector<std::string_view> paragraphs_of(std::string_view text) {
  std::vector<std::string_view> paragraphs;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find("\n\n", begin), text.size());
    paragraphs.push_back(text.substr(begin, end - begin));
    begin = end + 2;
  }
  return paragraphs;
}

/// The text without its tables, which pdftotext reads in another order.
std::string without_tables(const ParsedDocument& document) {
  std::string text;
  std::size_t at = 0;
  for (const Table& table : document.tables) {
    text.append(document.text, at, table.text.begin - at);
    at = table.text.end;
  }
  return text.append(document.text, at);
}

TEST_P(RealPdf, NearlyEveryParagraphStandsInPlainPdftotextOutput) {
  Command command;
  command.arguments = {"pdftotext", path_, "-"};
  const std::string plain = remove_white_space(run_command(command).output);
  std::size_t standing = 0;
  const std::string text = without_tables(document_);
  const auto paragraphs = paragraphs_of(text);
  for (const std::string_view paragraph : paragraphs) standing += plain.find(remove_white_space(paragraph)) != std::string::npos ? 1 : 0;
  EXPECT_GT(paragraphs.size(), 2000U);
  EXPECT_GE(static_cast<double>(standing), 0.97 * static_cast<double>(paragraphs.size())) << standing << " of " << paragraphs.size();
  RecordProperty("standing", std::to_string(standing) + " of " + std::to_string(paragraphs.size()));
  RecordProperty("load_ms", std::to_string(load_ms_));
}

TEST_P(RealPdf, TablesAreReadRowByRow) {
  EXPECT_GT(document_.tables.size(), 100U);
  const bool chinese = GetParam() == "zh-cn";
  EXPECT_THAT(document_.text, HasSubstr(chinese ? "0022 | -rw-r--r-- | -rwxr-xr-x |" : "0022 | -rw-r--r-- | -rwxr-xr-x | writable only by the user\n"));
}

TEST_P(RealPdf, WordBoxesCoverTheWholeTextInOrder) {
  expect_sound(document_);
  std::string boxed;
  for (const Page& page : document_.pages) {
    for (const WordBox& word : page.words) {
      boxed.append(text_at(document_, word.text));
      EXPECT_LE(word.left, word.right);
      EXPECT_LT(word.top, word.bottom);
      EXPECT_LE(word.bottom, page.height);
    }
  }
  std::string text;  // the marks between cells have no box
  for (const char c : remove_white_space(document_.text)) text.append(c == '|' ? 0 : 1, c);
  std::erase(boxed, '|');
  EXPECT_EQ(remove_white_space(boxed), text);
}

TEST_P(RealPdf, RunningHeadersAndPageNumbersAreLeftOut) {
  EXPECT_GT(document_.pages.size(), 250U);
  const auto paragraphs = paragraphs_of(document_.text);
  const auto is_page_number = [](std::string_view paragraph) { return paragraph.find(" / 2") != std::string_view::npos && paragraph.size() < 12; };
  EXPECT_EQ(std::count_if(paragraphs.begin(), paragraphs.end(), is_page_number), 0);
  EXPECT_LT(std::count(paragraphs.begin(), paragraphs.end(), document_.title), 5);
}

TEST_P(RealPdf, HeadingsAreFoundWithTheirLevelsAndNotOnContentsPages) {
  const auto level_of = [&](std::string_view name) {
    for (const Heading& heading : document_.headings) {
      if (remove_white_space(text_at(document_, heading.text)) == remove_white_space(name)) return heading.level;
    }
    return 0;
  };
  const bool chinese = GetParam() == "zh-cn";
  EXPECT_EQ(level_of(chinese ? "1.2 类 Unix 文件系统" : "1.2 Unix-like filesystem"), 2);
  EXPECT_EQ(level_of(chinese ? "1.2.3 文件系统权限" : "1.2.3 Filesystem permissions"), 3);
  EXPECT_EQ(level_of(chinese ? "Chapter 1 GNU/Linux 教程" : "Chapter 1 GNU/Linux tutorials"), 1);
  EXPECT_EQ(level_of(chinese ? "序言" : "Preface"), 1);
  EXPECT_GT(document_.headings.size(), 400U);
  EXPECT_LT(document_.headings.size(), 500U);
  for (const Heading& heading : document_.headings) EXPECT_EQ(text_at(document_, heading.text).find("...."), std::string_view::npos);
}

INSTANTIATE_TEST_SUITE_P(Languages, RealPdf, ::testing::Values("en", "zh-cn"),
                         [](const auto& parameter) { return parameter.param == "en" ? "English" : "Chinese"; });

TEST(PdfLoader, PlacesWordsOnTheirPage) {
  const ParsedDocument document = load_document("a.pdf", test_pdf("one-sentence.pdf"));
  EXPECT_EQ(document.text, "The lighthouse keeper counts the ships.");
  ASSERT_EQ(document.pages.size(), 1U);
  EXPECT_EQ(document.pages[0].label, "1");
  EXPECT_FLOAT_EQ(document.pages[0].width, 612);
  ASSERT_EQ(document.pages[0].words.size(), 6U);
  EXPECT_EQ(text_at(document, document.pages[0].words[1].text), "lighthouse");
  EXPECT_GT(document.pages[0].words[1].left, 90);
  EXPECT_LT(document.pages[0].words[1].bottom, 100);
}

TEST(PdfLoader, SaysWhatToDoWithAnEncryptedPdf) {
  const Error error = load_error("a.pdf", test_pdf("encrypted.pdf"));
  EXPECT_EQ(error.kind(), ErrorKind::Unsupported);
  EXPECT_THAT(error.what(), HasSubstr("password"));
}

TEST(PdfLoader, SaysThatAnEmptyPageHasNoText) {
  const Error error = load_error("a.pdf", test_pdf("only-a-picture.pdf"));
  EXPECT_EQ(error.kind(), ErrorKind::InvalidInput);
  EXPECT_THAT(error.what(), HasSubstr("neither text nor a picture"));
}

TEST(PdfLoader, CallsBrokenBytesCorrupt) {
  for (const std::string& bytes : {std::string("%PDF-1.7\n"), std::string("not a PDF at all"), "%PDF-1.4\n" + std::string(1U << 20U, '\x01')}) {
    const Error error = load_error("a.pdf", bytes);
    EXPECT_EQ(error.kind(), ErrorKind::Corrupt) << error.what();
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
  }
}

TEST(PdfLoader, CanBeStopped) {
  std::stop_source source;
  source.request_stop();
  try {
    load_document("a.pdf", test_pdf("one-sentence.pdf"), source.get_token());
    FAIL() << "it was not stopped";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::Cancelled);
  }
}

std::string sample(std::string_view name) { return read_file(std::filesystem::path(PANDUAN_TEST_DATA) / "pdf" / name, 1U << 20U); }

TEST(PdfLayoutOfPages, ColumnsAreReadOneAfterTheOther) {
  const ParsedDocument document = load_document("a.pdf", sample("columns.pdf"));
  expect_sound(document);
  EXPECT_EQ(
      document.text,
      "Bridges and tunnels of the northern valley\n\nThe bridge over the river was opened in 1932 after nine years of work. It is 898 metres long, and its two towers are the tallest "
      "buildings of the valley.\n\nTolls were taken until 1961. A cart paid two pence, a rider one, and walkers went free.\n\nA tunnel beside it was dug in 1978. It takes the trains, "
      "which had shaken the bridge until then, and is closed for one night of every month.\n\nToday forty thousand cars cross each day, and a path for cycles was added in 2004.\n\n"
      "Both columns end here, and this line goes across the whole page to its right edge.");
  ASSERT_EQ(document.headings.size(), 1U);
  EXPECT_EQ(document.title, "Bridges");
}

TEST(PdfLayoutOfPages, WhatNobodySeesIsLeftOutAndCounted) {
  const ParsedDocument document = load_document("a.pdf", sample("hidden.pdf"));
  EXPECT_EQ(document.text, "Everyone sees this line.\n\nWhite words on a blue bar are seen.");
  EXPECT_EQ(document.hidden_words, 25U);
}

TEST(PdfLayoutOfPages, WhatWasRecognisedAboveAScanIsItsText) {
  const ParsedDocument document = load_document("a.pdf", sample("searchable-scan.pdf"));
  EXPECT_EQ(document.text, "The scanner read this line.");
  EXPECT_EQ(document.hidden_words, 0U);
  EXPECT_TRUE(document.picture_pages.empty());
}

TEST(PdfLayoutOfPages, TurnedPagesAndLinesAreReadAsTheyAreShown) {
  const ParsedDocument document = load_document("a.pdf", sample("turned.pdf"));
  expect_sound(document);
  ASSERT_EQ(document.pages.size(), 3U);
  EXPECT_EQ(text_at(document, document.pages[0].text), "This page is turned by its entry, and its lines still read from the top.");
  EXPECT_EQ(document.pages[0].width, 842);
  EXPECT_EQ(text_at(document, document.pages[1].text), "A line that runs up the page.\n\nAn upright line.");
  EXPECT_EQ(text_at(document, document.pages[2].text), "First upside down, then the second line.");
  const WordBox& up = document.pages[1].words.front();
  EXPECT_NEAR(up.left, 92, 1);
  EXPECT_NEAR(up.bottom, 542, 1);
}

TEST(PdfLayoutOfPages, LabelsAreThoseOfTheDocument) {
  const ParsedDocument document = load_document("a.pdf", sample("labels.pdf"));
  ASSERT_EQ(document.pages.size(), 4U);
  EXPECT_EQ(document.pages[0].label, "i");
  EXPECT_EQ(document.pages[1].label, "ii");
  EXPECT_EQ(document.pages[2].label, "1");
  EXPECT_EQ(document.pages[3].label, "A-7");
}

TEST(PdfLayoutOfPages, ARowOfATableIsReadableAlone) {
  const ParsedDocument document = load_document("a.pdf", sample("table.pdf"));
  expect_sound(document);
  ASSERT_EQ(document.tables.size(), 1U);
  EXPECT_EQ(text_at(document, document.tables[0].text),
            "Crossing | Length | Opened\nOld bridge, for walkers and carts | 898 | 1932\nRail tunnel | 1240 | 1978\nRail tunnel | | 2031");
  EXPECT_EQ(text_at(document, document.tables[0].header), "Crossing | Length | Opened");
}

TEST(PdfLayoutOfPages, TextThatFillsItsCellEndsAtTheRuleBesideIt) {
  const ParsedDocument document = load_document("a.pdf", sample("narrow-table.pdf"));
  expect_sound(document);
  EXPECT_EQ(document.text, "Crossing | Span | Opened\nRail tunnel No 31 | 1240 metres. | in 1978");
  EXPECT_EQ(header_of(document, 0), "Crossing | Span | Opened");
}

TEST(PdfLayoutOfPages, AHeadingThatIsOnlyBoldIsNoPartOfWhatStandsBelowIt) {
  const ParsedDocument document = load_document("a.pdf", sample("bold-headings.pdf"));
  expect_sound(document);
  EXPECT_THAT(document.text, HasSubstr("bridge\n\nA cart paid two pence, a rider one. Walkers went free.\n\n2.2 the tunnel of 1978\n\nIt takes the trains."));
  ASSERT_EQ(document.headings.size(), 2U);
  EXPECT_EQ(text_at(document, document.headings[0].text), "2.1 Tolls of the old bridge");
  EXPECT_EQ(text_at(document, document.headings[1].text), "2.2 the tunnel of 1978");
}

TEST(PdfLayoutOfPages, ATableGoesOnOverAPagesEndUntilItsColumnsAreNamedAnew) {
  const ParsedDocument document = load_document("a.pdf", sample("long-table.pdf"));
  expect_sound(document);
  ASSERT_EQ(document.tables.size(), 3U);
  EXPECT_EQ(text_at(document, document.tables[0].text), "Bridge | Country\nLupu | China\nSevern | England\n\nOresund | Denmark\nForth Road | Scotland");
  EXPECT_EQ(header_of(document, 0), "Bridge | Country");
  EXPECT_EQ(text_at(document, document.tables[1].text), "Tunnel | Country\nSeikan | Japan");
  EXPECT_EQ(text_at(document, document.tables[2].text), "Tunnel | Country\nGotthard | Switzerland");
  EXPECT_EQ(header_of(document, 2), "Tunnel | Country");
}

TEST(PdfLoader, PageTreesThatLieAreRefused) {
  EXPECT_EQ(load_error("a.pdf", sample("loop.pdf")).kind(), ErrorKind::Corrupt);
  const Error claims = load_error("a.pdf", sample("claims.pdf"));
  EXPECT_EQ(claims.kind(), ErrorKind::TooLarge);
  EXPECT_THAT(claims.what(), HasSubstr("1000000 pages"));
  EXPECT_EQ(load_document("a.pdf", sample("huge.pdf")).text, "A small line on a huge page.");
}

/// Two pages of lines in one size, and the bookmarks "Tolls" and, below it, "At night"; `next` is what follows the latter.
std::string pdf_with_outline(const std::string& next) {
  const auto page = [](int number, std::string_view lines) {
    const std::string content = "BT /F 10 Tf 14 TL 60 780 Td " + std::string(lines) + " ET";
    return std::to_string(number) + " 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F 3 0 R >> >> /Contents " +
           std::to_string(number + 1) + " 0 R >>\nendobj\n" + std::to_string(number + 1) + " 0 obj\n<< /Length " + std::to_string(content.size()) +
           " >>\nstream\n" + content + "\nendstream\nendobj\n";
  };
  return "%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R /Outlines 8 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Count 2 /Kids [4 0 R 6 0 R] >>\nendobj\n"
         "3 0 obj\n<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>\nendobj\n" +
         page(4, "(Tolls) Tj T* T* T* (Whoever crosses the bridge by day pays a tenth of a crown.) Tj") +
         page(6, "(At night) Tj T* T* T* (Nobody pays after the lamps are lit, and nobody asks.) Tj") +
         "8 0 obj\n<< /Type /Outlines /First 9 0 R /Last 9 0 R /Count 2 >>\nendobj\n"
         "9 0 obj\n<< /Title (Tolls) /Parent 8 0 R /Dest [4 0 R /Fit] /First 10 0 R /Last 10 0 R /Count 1 >>\nendobj\n"
         "10 0 obj\n<< /Title (At night) /Parent 9 0 R /Dest [6 0 R /Fit] " +
         next + " >>\nendobj\ntrailer\n<< /Size 11 /Root 1 0 R >>\n%%EOF\n";
}

TEST(PdfLoader, ItsOutlineSaysWhatIsAHeading) {
  const ParsedDocument document = load_document("a.pdf", pdf_with_outline(""));
  expect_sound(document);
  ASSERT_EQ(document.headings.size(), 2U) << document.text;
  EXPECT_EQ(text_at(document, document.headings[0].text), "Tolls");
  EXPECT_EQ(document.headings[0].level, 1);
  EXPECT_EQ(text_at(document, document.headings[1].text), "At night");
  EXPECT_EQ(document.headings[1].level, 2);
}

TEST(PdfLoader, AnOutlineThatLeadsInCirclesHasAnEnd) {
  const ParsedDocument document = load_document("a.pdf", pdf_with_outline("/Next 10 0 R"));
  EXPECT_THAT(document.text, HasSubstr("after the lamps are lit"));
}

}  // namespace
}  // namespace panduan::documents
