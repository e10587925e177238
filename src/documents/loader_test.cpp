#include "documents/loader.h"

#include <gmock/gmock.h>

#include "documents/testing/test_support.h"

namespace panduan::documents {
namespace {

using ::testing::HasSubstr;

TEST(LoadDocument, KeepsPlainTextAsItIsButForMarkAndLineEnds) {
  const ParsedDocument document = load_document("notes.txt", "\xEF\xBB\xBFOne\r\ntwo\rthree\n\n判断。\n");
  EXPECT_EQ(document.text, "One\ntwo\nthree\n\n判断。\n");
  EXPECT_EQ(document.media_type, "text/plain");
  expect_sound(document);
}

TEST(LoadDocument, ReadsTextInTheEncodingsPeopleHave) {
  EXPECT_EQ(load_document("notes.txt", "abc \xC5\xD0\xB6\xCF\xA1\xA3").text, "abc 判断。") << "GB2312";
  EXPECT_EQ(load_document("notes.txt", std::string("\xFF\xFE\x24\x52\xAD\x65\r\0\n\0", 10)).text, "判断\n") << "UTF-16";
  EXPECT_EQ(load_document("page.html", "<html><meta charset=\"big5\"><p>\xB3\x6F\xAE\x79</p></html>").text, "這座") << "what the page declares";
}
TEST(LoadDocument, SaysWhereTextIsDamagedAndWhatToDo) {
  const Error error = load_error("notes.txt", "判断\xFF。这座桥");
  EXPECT_EQ(error.kind(), ErrorKind::InvalidInput);
  EXPECT_THAT(error.what(), HasSubstr("byte 6"));
  EXPECT_THAT(error.what(), HasSubstr("UTF-8"));
}

TEST(LoadDocument, RefusesFilesWithoutText) {
  for (const std::string_view bytes : {"", " \n\t\r\n", "\xEF\xBB\xBF", "\xE3\x80\x80\n"}) {
    const Error error = load_error("empty.txt", bytes);
    EXPECT_EQ(error.kind(), ErrorKind::InvalidInput);
    EXPECT_THAT(error.what(), HasSubstr("there is no text in it"));
  }
  EXPECT_THAT(load_error("empty.html", "<html><script>x()</script></html>").what(), HasSubstr("there is no text in it"));
  EXPECT_THAT(load_error("empty.md", "<!-- nothing -->").what(), HasSubstr("there is no text in it"));
}

TEST(LoadDocument, RefusesBinaryFilesAsUnsupported) {
  const std::string zip("PK\x03\x04\x14\0\0\0", 8);
  EXPECT_EQ(load_error("report.bin", zip).kind(), ErrorKind::Unsupported);
  EXPECT_THAT(load_error("report.bin", zip).what(), HasSubstr(".bin"));
  EXPECT_EQ(load_error("notes.txt", zip).kind(), ErrorKind::Unsupported);
  EXPECT_EQ(load_error("notes.md", zip).kind(), ErrorKind::Unsupported);
  EXPECT_EQ(load_error("page.html", zip).kind(), ErrorKind::Unsupported);
}

TEST(LoadDocument, LetsTheBytesWinOverTheName) {
  EXPECT_EQ(load_document("page.txt", "  <!DOCTYPE HTML><p>Hello").media_type, "text/html");
  EXPECT_EQ(load_error("page.html", "%PDF-1.7 broken").kind(), ErrorKind::Corrupt);
  EXPECT_EQ(load_document("about-pdf.md", "A PDF begins with `%PDF-`.").media_type, "text/markdown");
}

TEST(LoadDocument, KnowsWhichFilesOfAFolderAreWorthOpening) {
  for (const char* name : {"a.pdf", "B.PDF", "c.md", "d.html", "folder.d/e.txt", "f.rst", "g.cpp", "Makefile"}) EXPECT_TRUE(has_known_ending(name)) << name;
  for (const char* name : {"a.zip", ".txt", "folder.txt/binary", "b.mp3"}) EXPECT_FALSE(has_known_ending(name)) << name;
}

}  // namespace
}  // namespace panduan::documents
