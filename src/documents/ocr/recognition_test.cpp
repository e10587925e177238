#include <gmock/gmock.h>

#include <filesystem>

#include "base/file.h"
#include "base/process.h"
#include "base/unicode.h"
#include "documents/detail/page_recognition.h"
#include "documents/detail/printed_document.h"
#include "documents/ocr/recognised_words.h"
#include "documents/testing/test_support.h"
#include "documents/worker.h"

namespace panduan::documents {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// The first page of a PDF as a scanner would give it; empty where the program is not installed.
std::string picture_of(const std::string& pdf, const std::string& format, const std::string& dots = "200") {
  if (!program_exists("pdftoppm")) return {};
  Command command;
  command.arguments = {"pdftoppm", "-gray", "-singlefile", "-r", dots, format, "-"};
  command.input = pdf;
  return run_command(command).output;
}

std::string sample(std::string_view name) { return read_file(std::filesystem::path(PANDUAN_TEST_DATA) / "pdf" / name, 1U << 20U); }

std::string with_entry(std::string pdf, std::string_view entry) {
  const std::string_view page = "/Type /Page /Parent";
  return pdf.replace(pdf.find(page), page.size(), std::string("/Type /Page ") + std::string(entry) + " /Parent");
}

/// A picture of 200 dots an inch on a page of its own, between two pages of text.
std::string mixed_pdf(const std::string& jpeg) {
  const auto text_page = [](int number, std::string_view words) {
    const std::string content = "BT /F 10 Tf 60 780 Td (" + std::string(words) + ") Tj ET";
    return std::to_string(number) + " 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F 3 0 R >> >> /Contents " +
           std::to_string(number + 1) + " 0 R >>\nendobj\n" + std::to_string(number + 1) + " 0 obj\n<< /Length " + std::to_string(content.size()) +
           " >>\nstream\n" + content + "\nendstream\nendobj\n";
  };
  const std::string drawing = "q 595 0 0 842 0 0 cm /Scan Do Q";
  return "%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Count 3 /Kids [4 0 R 6 0 R 9 0 R] >>\nendobj\n"
         "3 0 obj\n<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>\nendobj\n" +
         text_page(4, "The page before the scan.") +
         "6 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /XObject << /Scan 8 0 R >> >> /Contents 7 0 R >>\nendobj\n7 0 obj\n<< /Length " +
         std::to_string(drawing.size()) + " >>\nstream\n" + drawing +
         "\nendstream\nendobj\n8 0 obj\n<< /Type /XObject /Subtype /Image /Width 1653 /Height 2339 /ColorSpace /DeviceRGB " +
         "/BitsPerComponent 8 /Filter /DCTDecode /Length " + std::to_string(jpeg.size()) + " >>\nstream\n" + jpeg + "\nendstream\nendobj\n" +
         text_page(9, "The page behind the scan.") + "trailer\n<< /Size 11 /Root 1 0 R >>\n%%EOF\n";
}

/// Two pages, each with a line of text and below it the same picture, 300 points wide.
std::string pdf_with_pictures(const std::string& jpeg) {
  const auto page = [](int number, std::string_view words) {
    const std::string content = "BT /F 10 Tf 60 780 Td (" + std::string(words) + ") Tj ET q 300 0 0 424 100 200 cm /Drawing Do Q";
    return std::to_string(number) +
           " 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F 3 0 R >> /XObject << /Drawing 8 0 R >> >> /Contents " +
           std::to_string(number + 1) + " 0 R >>\nendobj\n" + std::to_string(number + 1) + " 0 obj\n<< /Length " + std::to_string(content.size()) +
           " >>\nstream\n" + content + "\nendstream\nendobj\n";
  };
  return "%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Count 2 /Kids [4 0 R 6 0 R] >>\nendobj\n"
         "3 0 obj\n<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>\nendobj\n" +
         page(4, "A page with a drawing that the text is about, and that stands below it.") + page(6, "The other page has the same drawing once more.") +
         "8 0 obj\n<< /Type /XObject /Subtype /Image /Width 1653 /Height 2339 /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode /Length " +
         std::to_string(jpeg.size()) + " >>\nstream\n" + jpeg + "\nendstream\nendobj\ntrailer\n<< /Size 9 /Root 1 0 R >>\n%%EOF\n";
}

class Recognition : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!missing_for_pictures().empty()) GTEST_SKIP() << missing_for_pictures();
    if (!program_exists("pdftoppm")) GTEST_SKIP() << "pdftoppm is missing: run tools/setup test";
  }
};

std::string base64(std::string_view bytes) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i) bits = bits << 8U | (at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0U);
    for (const unsigned shift : {18U, 12U, 6U, 0U}) text += kAlphabet[(bits >> shift) & 63U];
  }
  return text;
}

const WordBox* word(const ParsedDocument& document, std::string_view text) {
  for (const Page& page : document.pages) {
    for (const WordBox& box : page.words) {
      if (text_at(document, box.text) == text) return &box;
    }
  }
  ADD_FAILURE() << text << " is not in: " << document.text;
  return nullptr;
}

TEST_F(Recognition, APictureIsReadInTheOrderOfItsColumns) {
  const ParsedDocument document = load_document("scan.png", picture_of(sample("columns.pdf"), "-png"));
  expect_sound(document);
  EXPECT_EQ(document.media_type, "image/png");
  EXPECT_EQ(document.recognised_pages, 1U);
  EXPECT_TRUE(document.picture_pages.empty());
  EXPECT_THAT(document.text, HasSubstr("nine years of work. It is 898 metres long"));
  EXPECT_LT(document.text.find("walkers went free"), document.text.find("A tunnel beside it"));
  const WordBox* tunnel = word(document, "tunnel");
  ASSERT_NE(tunnel, nullptr);
  EXPECT_NEAR(tunnel->left, 319, 4) << "as on the page it was drawn from";
  EXPECT_NEAR(tunnel->bottom, 124, 4);
}

TEST_F(Recognition, ATableBetweenRulingLinesIsReadRowByRow) {
  for (const char* turn : {"/Rotate 0", "/Rotate 90"}) {
    const ParsedDocument document = load_document("scan.png", picture_of(with_entry(sample("table.pdf"), turn), "-png"));
    expect_sound(document);
    ASSERT_EQ(document.tables.size(), 1U) << document.text;
    EXPECT_EQ(text_at(document, document.tables[0].text),
              "Crossing | Length | Opened\nOld bridge, for walkers and carts | 898 | 1932\nRail tunnel | 1240 | 1978\nRail tunnel | | 2031");
    EXPECT_EQ(text_at(document, document.tables[0].header), "Crossing | Length | Opened");
    EXPECT_LT(document.text.find("Crossings of the valley"), document.text.find("Crossing | Length"));
    EXPECT_GT(document.text.find("The text goes on"), document.text.find("Rail tunnel | | 2031"));
  }
}

TEST(MendLatin, WordsOfTheEnglishModelStandInLatinRuns) {
  const auto word = [](const char* text, float left, float right, float confidence) {
    return ocr::ReadWord{.text = text, .box = {.left = left, .top = 0, .right = right, .bottom = 10}, .confidence = confidence};
  };
  const std::vector<ocr::ReadLine> english{
      {.words = {word("AH", 0, 18, 30), word("aptitude", 20, 50, 90), word("search", 52, 80, 90), word("xyz", 100, 120, 40)}}};
  ocr::ReadLine line{.words = {word("使用", 0, 18, 90), word("aptitudesearch", 20, 80, 70), word("查找", 82, 98, 90), word("abc", 100, 120, 80)}};
  ocr::mend_latin(line, english);
  std::string text;
  for (const auto& one : line.words) text += one.text + " ";
  EXPECT_EQ(text, "使用 aptitude search 查找 abc ") << "where the English model is not sure, nothing is changed";
}

TEST_F(Recognition, EveryFormatOfPicturesIsRead) {
  const std::string pdf = sample("columns.pdf");
  EXPECT_THAT(load_document("scan.jpg", picture_of(pdf, "-jpeg")).text, HasSubstr("Tolls were taken"));
  Command plain;
  plain.arguments = {"pdftoppm", "-gray", "-singlefile", "-r", "200", "-"};
  plain.input = pdf;
  EXPECT_EQ(load_document("scan.pgm", run_command(plain).output).media_type, "image/x-portable-anymap");
}

TEST_F(Recognition, APageOnItsSideIsRightedAndItsWordsStayWhereTheyAre) {
  const ParsedDocument document = load_document("scan.png", picture_of(with_entry(sample("columns.pdf"), "/Rotate 90"), "-png"));
  EXPECT_THAT(document.text, HasSubstr("nine years of work"));
  ASSERT_EQ(document.pages.size(), 1U);
  EXPECT_GT(document.pages[0].width, document.pages[0].height);
  const WordBox* tunnel = word(document, "tunnel");
  ASSERT_NE(tunnel, nullptr);
  EXPECT_GT(tunnel->bottom - tunnel->top, tunnel->right - tunnel->left) << "its line runs down the page";
  EXPECT_NEAR(tunnel->top, 319, 4);
}

TEST_F(Recognition, APageIsRightedWhicheverWayItLies) {
  for (const char* turn : {"/Rotate 180", "/Rotate 270"}) {
    const ParsedDocument document = load_document("scan.png", picture_of(with_entry(sample("columns.pdf"), turn), "-png"));
    EXPECT_THAT(document.text, HasSubstr("nine years of work")) << turn;
    expect_sound(document);
  }
}

TEST_F(Recognition, AScannedPageStandsBetweenItsNeighbours) {
  const ParsedDocument document = load_document("mixed.pdf", mixed_pdf(picture_of(sample("columns.pdf"), "-jpeg")));
  expect_sound(document);
  ASSERT_EQ(document.pages.size(), 3U);
  EXPECT_EQ(document.recognised_pages, 1U);
  EXPECT_EQ(text_at(document, document.pages[0].text), "The page before the scan.");
  EXPECT_THAT(std::string(text_at(document, document.pages[1].text)), HasSubstr("nine years of work"));
  EXPECT_EQ(text_at(document, document.pages[2].text), "The page behind the scan.");
  EXPECT_EQ(document.pages[1].label, "2");
}

TEST_F(Recognition, ItSaysHowFarItIsAndCanBeStopped) {
  const std::string pdf = mixed_pdf(picture_of(sample("columns.pdf"), "-jpeg"));
  std::vector<std::size_t> said;
  load_in_worker(loader_for("mixed.pdf", pdf), pdf, {}, [&](std::size_t done, std::size_t total) {
    said.push_back(done);
    EXPECT_EQ(total, 1U);
  });
  EXPECT_THAT(said, ::testing::ElementsAre(0U, 1U));
  std::stop_source source;
  try {
    load_in_worker(loader_for("mixed.pdf", pdf), pdf, source.get_token(), [&](std::size_t, std::size_t) { source.request_stop(); });
    ADD_FAILURE() << "it was not stopped";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::Cancelled);
  }
}

TEST(ImageLoader, BrokenPicturesAreRefused) {
  if (!missing_for_pictures().empty()) GTEST_SKIP() << missing_for_pictures();
  EXPECT_EQ(load_error("a.png", "\x89PNG\r\n\x1a\n but no more").kind(), ErrorKind::Corrupt);
  EXPECT_EQ(load_error("a.jpg", "\xFF\xD8\xFF\xE0 broken").kind(), ErrorKind::Corrupt);
  EXPECT_EQ(load_error("a.tif", std::string("II*\0\x08\0\0\0", 8)).kind(), ErrorKind::Corrupt);
  const Error large = load_error("a.pgm", "P5\n90000 90000\n255\n" + std::string(1000, 'x'));
  EXPECT_TRUE(large.kind() == ErrorKind::TooLarge || large.kind() == ErrorKind::Corrupt) << large.what();
}

TEST(ImageLoader, APictureWithoutTextSaysSo) {
  if (!missing_for_pictures().empty()) GTEST_SKIP() << missing_for_pictures();
  const Error error = load_error("a.pgm", "P5\n400 300\n255\n" + std::string(std::size_t{400} * 300, '\xF8'));
  EXPECT_EQ(error.kind(), ErrorKind::InvalidInput);
  EXPECT_THAT(error.what(), HasSubstr("no text was found"));
}

TEST_F(Recognition, APictureOnAPageWithTextIsReadWithItsPlacesAndOnce) {
  const ParsedDocument document = load_document("report.pdf", pdf_with_pictures(picture_of(sample("columns.pdf"), "-jpeg")));
  expect_sound(document);
  EXPECT_EQ(document.recognised_pages, 0U);
  EXPECT_EQ(document.read_pictures, 1U);
  ASSERT_EQ(document.pages.size(), 2U);
  EXPECT_THAT(std::string(text_at(document, document.pages[0].text)), HasSubstr("stands below it.\n\n"));
  EXPECT_THAT(std::string(text_at(document, document.pages[0].text)), HasSubstr("tunnel beside it"));
  EXPECT_EQ(text_at(document, document.pages[1].text), "The other page has the same drawing once more.");
  const WordBox* tunnel = word(document, "tunnel");
  ASSERT_NE(tunnel, nullptr);
  EXPECT_TRUE(tunnel->left > 100 && tunnel->right < 400 && tunnel->top > 842 - 624 && tunnel->bottom < 842 - 200) << tunnel->left << ' ' << tunnel->top;
}

TEST_F(Recognition, PicturesAreLeftOutForThoseWhoWantNone) {
  const std::string report = pdf_with_pictures(picture_of(sample("columns.pdf"), "-jpeg"));
  const ParsedDocument pages = load_in_worker(loader_for("report.pdf", report), report, {}, {}, Pictures::Pages);
  EXPECT_THAT(pages.text, Not(HasSubstr("tunnel")));
  EXPECT_EQ(pages.pictures.size(), 1U) << "said to be unread";
  const std::string scan = picture_of(sample("columns.pdf"), "-png");
  EXPECT_EQ(load_in_worker(loader_for("scan.png", scan), scan, {}, {}, Pictures::Pages).recognised_pages, 1U);
  try {
    load_in_worker(loader_for("scan.png", scan), scan, {}, {}, Pictures::None);
    FAIL() << "there is nothing else in it";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("documents.pictures"));
  }
}

TEST_F(Recognition, OfAPictureWithoutPrintInATextNothingIsMade) {
  const std::string noise = [] {
    std::string pixels;
    std::uint32_t state = 7;
    for (int pixel = 0; pixel < 500 * 300; ++pixel) {
      state = state * 1'664'525U + 1'013'904'223U;
      pixels += static_cast<char>(pixel / 500 % 40 < 20 ? state >> 24U : 0xFFU);
    }
    return "P5\n500 300\n255\n" + pixels;
  }();
  const ParsedDocument document = load_document("page.html", "<p>Words.</p><img src='data:image/x-portable-graymap;base64," + base64(noise) + "'>");
  EXPECT_EQ(document.text, "Words.");
  EXPECT_EQ(document.read_pictures, 0U);
  EXPECT_TRUE(document.pictures.empty());
}

TEST_F(Recognition, APictureThatIsBrokenCostsNoMoreThanItself) {
  const ParsedDocument document = load_document("page.html", "<p>Words.</p><img src='data:image/png;base64,iVBORw0KGgoAAAAA'><p>More.</p>");
  EXPECT_EQ(document.text, "Words.\n\nMore.");
  EXPECT_EQ(document.pictures.size(), 1U) << "it was not read";
}

ParsedDocument page_of(std::string text) {
  ParsedDocument document;
  document.pages.push_back({.label = "1", .text = {0, text.size()}, .width = 10, .height = 10, .words = {}});
  document.text = std::move(text);
  return document;
}

TEST(PageRecognition, APageThatFailsCostsThatPage) {
  const auto recognise = [](std::size_t page) {
    if (page == 1) throw Error(ErrorKind::Corrupt, "it is broken");
    return page_of("page " + std::to_string(page));
  };
  const auto made = detail::PageRecognition(3, recognise, {}).run({});
  EXPECT_EQ(made.size(), 2U);
  EXPECT_EQ(made.at(2).text, "page 2");
}

TEST(PageRecognition, WhereAllFailItSaysWhy) {
  const auto fail = [](std::size_t) -> ParsedDocument { throw Error(ErrorKind::Unsupported, "install it"); };
  EXPECT_THROW(detail::PageRecognition(3, fail, {}).run({}), Error);
}

TEST(WithRecognised, PagesAndTheirPartsMoveTogether) {
  ParsedDocument document;
  document.text = "First.\n\nThird.";
  document.pages = {{.label = "i", .text = {0, 6}, .width = 1, .height = 1, .words = {{.text = {0, 6}}}},
                    {.label = "ii", .text = {6, 6}, .width = 1, .height = 1, .words = {}},
                    {.label = "1", .text = {8, 14}, .width = 1, .height = 1, .words = {{.text = {8, 14}}}}};
  document.headings = {{.level = 1, .text = {8, 14}}};
  document.picture_pages = {1};
  ParsedDocument read = page_of("Second.");
  read.headings = {{.level = 2, .text = {0, 7}}};
  const ParsedDocument whole = detail::with_recognised(document, {{1, read}});
  expect_sound(whole);
  EXPECT_EQ(whole.text, "First.\n\nSecond.\n\nThird.");
  EXPECT_EQ(whole.pages[1].label, "ii");
  EXPECT_EQ(text_at(whole, whole.pages[2].words[0].text), "Third.");
  ASSERT_EQ(whole.headings.size(), 2U);
  EXPECT_EQ(text_at(whole, whole.headings[0].text), "Second.");
  EXPECT_EQ(whole.recognised_pages, 1U);
}

}  // namespace
}  // namespace panduan::documents
