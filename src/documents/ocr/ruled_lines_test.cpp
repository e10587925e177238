#include "documents/ocr/ruled_lines.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "documents/ocr/recognised_words.h"
#include "documents/ocr/recognition.h"
#include "documents/worker.h"

namespace panduan::documents::ocr {
namespace {

constexpr int kWidth = 80, kHeight = 40;  // pixels, which are points here

class RuledLines : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!missing_for_pictures().empty()) GTEST_SKIP() << missing_for_pictures();
  }
  void paint(int left, int top, int right, int bottom, std::uint8_t grey) {
    for (int y = top; y < bottom; ++y) std::fill(pixels_.begin() + y * kWidth + left, pixels_.begin() + y * kWidth + right, grey);
  }
  /// The picture without its rules.
  std::vector<std::uint8_t> erased() const {
    const Picture picture = picture_of(pixels_.data(), kWidth, kHeight);
    const std::vector<pdf::Rule> rules = find_rules(picture.get(), 1);
    erase_rules(picture.get(), rules, {{.left = 0, .top = 0, .right = kWidth, .bottom = kHeight}}, 1);
    std::vector<std::uint8_t> made;
    const l_uint32* words = leptonica().pixGetData(picture.get());
    for (int y = 0; y < kHeight; ++y) {
      for (int x = 0; x < kWidth; ++x) made.push_back(static_cast<std::uint8_t>(GET_DATA_BYTE(words + y * leptonica().pixGetWpl(picture.get()), x)));
    }
    return made;
  }
  std::vector<std::uint8_t> pixels_ = std::vector<std::uint8_t>(std::size_t{kWidth} * kHeight, 0xFF);
};

TEST_F(RuledLines, AreErasedWithTheirGreyEdges) {
  paint(5, 10, 75, 11, 0);
  paint(5, 9, 75, 10, 200);
  paint(40, 0, 41, 40, 0);
  for (const std::uint8_t pixel : erased()) ASSERT_EQ(pixel, 0xFF);
}

TEST_F(RuledLines, LeaveTheLettersThatTouchThem) {
  paint(5, 10, 75, 11, 0);
  paint(20, 11, 23, 25, 0);  // a stroke that hangs from the line
  const auto left = erased();
  const auto at = [&](int x, int y) { return left[(static_cast<std::size_t>(y) * kWidth) + static_cast<std::size_t>(x)]; };
  EXPECT_EQ(at(21, 10), 0) << "where the stroke meets the line it is as long as it was";
  EXPECT_EQ(at(21, 11), 0);
  EXPECT_EQ(at(21, 24), 0);
  EXPECT_EQ(at(18, 10), 0xFF);
  EXPECT_EQ(at(25, 10), 0xFF);
}

ReadLine line_of(std::initializer_list<std::pair<const char*, float>> words) {
  ReadLine line;
  float left = 0;
  for (const auto& [text, confidence] : words) {
    line.words.push_back({.text = text, .box = {.left = left, .top = 0, .right = left + 10, .bottom = 10}, .confidence = confidence});
    left += 12;
  }
  return line;
}

TEST(RecognisedWords, MostOfAPrintIsSure) {
  EXPECT_TRUE(is_print({line_of({{"opened", 95}, {"in", 90}, {"|", 20}})}));
  EXPECT_FALSE(is_print({line_of({{"wl", 40}, {"opened", 90}, {"~^grass", 30}, {"Ss", 25}})})) << "a photograph";
  EXPECT_FALSE(is_print({line_of({{"ok", 99}})})) << "a button";
  EXPECT_FALSE(is_print({}));
}

TEST(RecognisedWords, ChineseIsThereWhenSomeOfItIsSure) {
  EXPECT_TRUE(has_chinese({line_of({{"vim", 90}, {"普通", 92}}), line_of({{"filename.ext", 80}})}));
  EXPECT_FALSE(has_chinese({line_of({{"vim", 90}, {"吾", 30}})})) << "English that a model for Chinese takes for some";
  EXPECT_FALSE(has_chinese({line_of({{"opened", 95}})}));
}

}  // namespace
}  // namespace panduan::documents::ocr
