#include <gmock/gmock.h>

#include "base/file.h"
#include "documents/loader.h"
#include "documents/testing/test_support.h"
#include "documents/worker.h"

// Documents with pictures: tests/data/office/make-picture-samples.
namespace panduan::documents {
namespace {

using ::testing::StartsWith;

class PicturesInside : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (!missing_for_pictures().empty()) GTEST_SKIP() << missing_for_pictures();
  }
  static ParsedDocument loaded(const std::string& name) {
    ParsedDocument document = load_document(name, read_file(std::filesystem::path(PANDUAN_TEST_DATA) / "office" / name, 1U << 20U));
    expect_sound(document);
    return document;
  }
};

TEST_P(PicturesInside, AreReadWhereTheyStandAndOnce) {
  const ParsedDocument document = loaded("picture." + GetParam());
  EXPECT_EQ(document.text, "The valley has two crossings.\n\nThe bridge was opened in 1932.\n\nBoth are free of tolls.");
  EXPECT_EQ(document.read_pictures, 1U);
  EXPECT_TRUE(document.pictures.empty());
}
INSTANTIATE_TEST_SUITE_P(Formats, PicturesInside, ::testing::Values("docx", "odt", "epub", "html", "pptx"), [](const auto& tested) { return tested.param; });

TEST_F(PicturesInside, ASheetsStandBelowItsRows) {
  const ParsedDocument document = loaded("picture.xlsx");
  EXPECT_EQ(document.text, "Crossings\n\nThe valley has two crossings.\n\nThe bridge was opened in 1932.\n\nTolls\n\nBoth are free of tolls.");
  ASSERT_EQ(document.pages.size(), 2U);
  EXPECT_THAT(std::string(text_at(document, document.pages[1].text)), StartsWith("Tolls"));
}

TEST_F(PicturesInside, OfAPageMayBeWrittenOverManyLines) {
  std::string page = read_file(std::filesystem::path(PANDUAN_TEST_DATA) / "office" / "picture.html", 1U << 20U);
  for (std::size_t at = page.find(";base64,") + 60; at < page.find('"', page.find(";base64,")); at += 60) page.insert(at, "\n  ");
  EXPECT_EQ(load_document("page.html", page).read_pictures, 1U);
}

}  // namespace
}  // namespace panduan::documents
