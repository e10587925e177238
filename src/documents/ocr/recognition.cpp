#include "documents/ocr/recognition.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <numbers>
#include <string>

#include "base/error.h"
#include "base/unicode.h"
#include "documents/detail/joining.h"
#include "documents/pdf/page_content.h"

namespace panduan::documents::ocr {
namespace {

constexpr float kLeastConfidence = 15;      // of 100: less is the dirt of a scan
constexpr float kPointsPerInch = 72, kDotsPerInch = 300, kWorthEnlarging = 1.15F;
constexpr float kSureScript = 10;           // of the orientation model's own scale
constexpr int kReadsWell = 70;              // of 100: so sure is the English model of English
constexpr float kLeastOrientation = 2;      // of its own scale
constexpr float kSkewDegrees = 0.6F, kMostSkewDegrees = 8, kSkewConfidence = 4;
constexpr int kInkThreshold = 140;

struct Orientation {
  int quarter_turns = 0;  ///< clockwise, that right the picture
  std::string script;
  float script_confidence = 0;
};

class PageReader {
 public:
  PageReader(float width, float height, detail::PdfLayout& layout)
      : engines_(engines()), leptonica_(leptonica()), layout_(layout), width_(width), height_(height) {}

  void read(Picture picture) {
    const float picture_width = static_cast<float>(leptonica_.pixGetWidth(picture.get()));
    const Orientation orientation = find_orientation(picture.get());
    scale_ = width_ / picture_width;
    picture = without_skew(turned(std::move(picture), orientation.quarter_turns));
    run(engines_.english, picture.get());
    if (runs_down()) picture = righted(std::move(picture));
    const bool is_english = reads_well() || is_latin(orientation) || engines_.chinese == nullptr;
    if (!is_english) picture = enlarged(std::move(picture));
    pixels_width_ = static_cast<float>(leptonica_.pixGetWidth(picture.get()));
    pixels_height_ = static_cast<float>(leptonica_.pixGetHeight(picture.get()));
    TessBaseAPI* engine = is_english ? engines_.english : run(engines_.chinese, picture.get());
    detail::PdfLayout::Page page{.first_block = layout_.blocks.size(), .width = width_, .height = height_};
    take(engine);
    page.end_block = layout_.blocks.size();
    layout_.pages.push_back(std::move(page));
  }

 private:
  Orientation find_orientation(Pix* picture) const {
    Orientation found;
    if (engines_.orientation == nullptr) return found;
    const Picture small(leptonica_.pixScale(picture, 0.6F, 0.6F));  // enough to tell, in a third of the time
    if (!small) return found;
    const Tesseract& tesseract = engines_.functions;
    tesseract.TessBaseAPISetPageSegMode(engines_.orientation, tesseract::PSM_OSD_ONLY);
    tesseract.TessBaseAPISetImage2(engines_.orientation, small.get());
    tesseract.TessBaseAPISetSourceResolution(engines_.orientation, 150);
    int degrees = 0;
    float confidence = 0;
    const char* script = nullptr;
    if (tesseract.TessBaseAPIDetectOrientationScript(engines_.orientation, &degrees, &confidence, &script, &found.script_confidence) == 0) return found;
    if (script != nullptr) found.script = script;
    tesseract.TessDeleteText(script);
    if (confidence >= kLeastOrientation) found.quarter_turns = ((360 - degrees) / 90) % 4;
    return found;
  }

  /// With so many dots an inch as the Chinese model was trained on: at 200, which most scanners give, it takes small characters for others.
  Picture enlarged(Picture picture) {
    const float pixels = static_cast<float>(leptonica_.pixGetWidth(picture.get())) * static_cast<float>(leptonica_.pixGetHeight(picture.get()));
    const float wanted = std::min(kDotsPerInch / kPointsPerInch * scale_, std::sqrt(kMostPixels / std::max(1.0F, pixels)));
    if (wanted < kWorthEnlarging) return picture;
    Picture large(leptonica_.pixScale(picture.get(), wanted, wanted));
    if (!large) return picture;
    scale_ /= wanted;
    return large;
  }

  Picture turned(Picture picture, int quarter_turns) {
    if (quarter_turns == 0) return picture;
    turns_ = (turns_ + quarter_turns) % 4;
    Picture made(leptonica_.pixRotateOrth(picture.get(), quarter_turns));
    if (!made) throw Error(ErrorKind::TooLarge, "a page's picture is too large to be turned");
    return made;
  }

  /// Whether most of the lines that the English model found run down the page. The orientation model says little of a page with little on it; but a
  /// recogniser that finds its lines knows.
  bool runs_down() const {
    const Tesseract& tesseract = engines_.functions;
    TessResultIterator* words = tesseract.TessBaseAPIGetIterator(engines_.english);
    if (words == nullptr) return false;
    TessPageIterator* place = tesseract.TessResultIteratorGetPageIterator(words);
    int balance = 0;
    do {
      TessOrientation orientation{};
      TessWritingDirection direction{};
      TessTextlineOrder order{};
      float skew = 0;
      tesseract.TessPageIteratorOrientation(place, &orientation, &direction, &order, &skew);
      balance += direction == tesseract::WRITING_DIRECTION_TOP_TO_BOTTOM ? 1 : -1;
    } while (tesseract.TessResultIteratorNext(words, tesseract::RIL_WORD) != 0);
    tesseract.TessResultIteratorDelete(words);
    return balance > 0;
  }

  /// English lies on its side, one way or the other; Chinese may be written so.
  Picture righted(Picture picture) {
    for (const int quarter_turns : {3, 1}) {
      Picture turned(leptonica_.pixRotateOrth(picture.get(), quarter_turns));
      if (!turned) break;
      run(engines_.english, turned.get());
      if (!reads_well() || runs_down()) continue;
      turns_ = (turns_ + quarter_turns) % 4;
      return turned;
    }
    run(engines_.english, picture.get());
    return picture;
  }

  Picture without_skew(Picture picture) {
    const Picture ink(leptonica_.pixThresholdToBinary(picture.get(), kInkThreshold));
    float degrees = 0;
    float confidence = 0;
    if (!ink || leptonica_.pixFindSkew(ink.get(), &degrees, &confidence) != 0) return picture;
    if (confidence < kSkewConfidence || std::abs(degrees) < kSkewDegrees || std::abs(degrees) > kMostSkewDegrees) return picture;
    const float angle = degrees * std::numbers::pi_v<float> / 180;
    Picture straight(leptonica_.pixRotate(picture.get(), angle, L_ROTATE_AREA_MAP, L_BRING_IN_WHITE, 0, 0));
    if (!straight) return picture;
    skew_ = angle;
    return straight;
  }

  bool reads_well() const { return engines_.functions.TessBaseAPIMeanTextConf(engines_.english) >= kReadsWell; }
  static bool is_latin(const Orientation& orientation) { return orientation.script == "Latin" && orientation.script_confidence >= kSureScript; }

  void set(TessBaseAPI* engine, Pix* picture) const {
    engines_.functions.TessBaseAPISetPageSegMode(engine, tesseract::PSM_AUTO);
    engines_.functions.TessBaseAPISetImage2(engine, picture);
    engines_.functions.TessBaseAPISetSourceResolution(engine, std::clamp(static_cast<int>(72 / scale_), 70, 600));
  }

  TessBaseAPI* run(TessBaseAPI* engine, Pix* picture) const {
    set(engine, picture);
    if (engines_.functions.TessBaseAPIRecognize(engine, nullptr) != 0) throw Error(ErrorKind::Internal, "tesseract could not read a page's picture");
    return engine;
  }

  void take(TessBaseAPI* engine) {
    const Tesseract& tesseract = engines_.functions;
    TessResultIterator* words = tesseract.TessBaseAPIGetIterator(engine);
    if (words == nullptr) return;  // there is no text in it
    const TessPageIterator* place = tesseract.TessResultIteratorGetPageIterator(words);
    bool begins_block = true;
    bool begins_line = true;
    do {
      begins_block |= tesseract.TessPageIteratorIsAtBeginningOf(place, tesseract::RIL_PARA) != 0;
      begins_line |= tesseract.TessPageIteratorIsAtBeginningOf(place, tesseract::RIL_TEXTLINE) != 0;
      char* utf8 = tesseract.TessResultIteratorGetUTF8Text(words, tesseract::RIL_WORD);
      const std::string text = utf8 == nullptr ? std::string() : cleaned(utf8);
      tesseract.TessDeleteText(utf8);
      if (text.empty() || tesseract.TessResultIteratorConfidence(words, tesseract::RIL_WORD) < kLeastConfidence) continue;
      if (begins_block || begins_line || layout_.blocks.empty()) add_line(place, begins_block);
      begins_block = begins_line = false;
      add_word(place, text);
    } while (tesseract.TessResultIteratorNext(words, tesseract::RIL_WORD) != 0);
    tesseract.TessResultIteratorDelete(words);
  }

  static std::string cleaned(std::string_view utf8) {
    std::string text;
    for (std::size_t offset = 0; offset < utf8.size();) {
      const Character c = character_at(utf8, offset);
      const bool is_text = c.code_point > 0x20 && c.code_point != 0x7F && c.code_point != 0xFFFD && !is_white_space(c.code_point);
      if (is_text) text.append(utf8, offset, c.bytes);
      offset += c.bytes;
    }
    return remove_invisible(text);
  }

  void add_line(const TessPageIterator* place, bool begins_block) {
    int left = 0;
    int top = 0;
    int right = 0;
    int bottom = 0;
    engines_.functions.TessPageIteratorBoundingBox(place, tesseract::RIL_TEXTLINE, &left, &top, &right, &bottom);
    int from_x = 0;
    int from_y = 0;
    int to_x = 0;
    int to_y = 0;
    const bool has_baseline = engines_.functions.TessPageIteratorBaseline(place, tesseract::RIL_TEXTLINE, &from_x, &from_y, &to_x, &to_y) != 0;
    const float baseline = has_baseline ? static_cast<float>(from_y + to_y) / 2 : static_cast<float>(bottom);
    // Capitals are about 0.72 of a font's size, Chinese characters more; the line's own box depends on which letters are in it.
    constexpr float kCapitals = 0.75F;
    constexpr float kDescent = 0.2F;
    const float size = std::max(1.0F, (baseline - static_cast<float>(top)) / kCapitals);
    line_top_ = baseline - (1 - kDescent) * size;
    line_bottom_ = baseline + kDescent * size;
    if (begins_block || layout_.blocks.empty()) layout_.blocks.push_back({.first_line = layout_.lines.size()});
    layout_.lines.push_back({.first_word = layout_.words.size(), .end_word = layout_.words.size()});
    layout_.blocks.back().end_line = layout_.lines.size();
  }

  void add_word(const TessPageIterator* place, const std::string& text) {
    int left = 0;
    int top = 0;
    int right = 0;
    int bottom = 0;
    engines_.functions.TessPageIteratorBoundingBox(place, tesseract::RIL_WORD, &left, &top, &right, &bottom);
    detail::PdfLayout::Word& word = layout_.words.emplace_back();
    word.begin = layout_.characters.size();
    layout_.characters += text;
    word.end = layout_.characters.size();
    word.box = shown({.left = static_cast<float>(left), .top = line_top_, .right = static_cast<float>(right), .bottom = line_bottom_});
    detail::PdfLayout::Line& line = layout_.lines.back();
    extend(line.box, word.box, line.end_word == line.first_word);
    detail::PdfLayout::Block& block = layout_.blocks.back();
    extend(block.box, word.box, block.first_line + 1 == layout_.lines.size() && line.end_word == line.first_word);
    line.end_word = layout_.words.size();
  }

  static void extend(detail::Box& box, const detail::Box& by, bool is_first) {
    if (is_first) box = by;
    else box.include(by);
  }

  /// From pixels of the righted picture to points of the page as it came.
  detail::Box shown(detail::Box box) const {
    if (skew_ != 0) {
      const float middle_x = pixels_width_ / 2;
      const float middle_y = pixels_height_ / 2;
      const float x = (box.left + box.right) / 2 - middle_x;
      const float y = (box.top + box.bottom) / 2 - middle_y;
      const float across = middle_x + x * std::cos(skew_) + y * std::sin(skew_) - (box.left + box.right) / 2;
      const float down = middle_y - x * std::sin(skew_) + y * std::cos(skew_) - (box.top + box.bottom) / 2;
      box = {.left = box.left + across, .top = box.top + down, .right = box.right + across, .bottom = box.bottom + down};
    }
    const detail::Box points{.left = box.left * scale_, .top = box.top * scale_, .right = box.right * scale_, .bottom = box.bottom * scale_};
    constexpr std::array kReadingDirections{pdf::Direction::Right, pdf::Direction::Up, pdf::Direction::Left, pdf::Direction::Down};
    const detail::Box made = pdf::from_frame(points, kReadingDirections[static_cast<std::size_t>(turns_)], width_, height_);
    return {.left = std::clamp(made.left, 0.0F, width_),
            .top = std::clamp(made.top, 0.0F, height_),
            .right = std::clamp(made.right, 0.0F, width_),
            .bottom = std::clamp(made.bottom, 0.0F, height_)};
  }

  const Engines& engines_;
  const Leptonica& leptonica_;
  detail::PdfLayout& layout_;
  float width_, height_;
  float scale_ = 1;  ///< points a pixel
  float skew_ = 0;   ///< radians, clockwise, by which the picture was turned
  float pixels_width_ = 0, pixels_height_ = 0;
  float line_top_ = 0, line_bottom_ = 0;
  int turns_ = 0;
};

}  // namespace

void add_recognised_page(Picture picture, float width, float height, detail::PdfLayout& layout) { PageReader(width, height, layout).read(std::move(picture)); }

Picture picture_of(const std::uint8_t* pixels, int width, int height) {
  constexpr int kGreyBits = 8;
  Picture picture(leptonica().pixCreate(width, height, kGreyBits));
  if (!picture) throw Error(ErrorKind::TooLarge, "a page's picture is too large");
  l_uint32* rows = leptonica().pixGetData(picture.get());
  const int words = leptonica().pixGetWpl(picture.get());
  for (int row = 0; row < height; ++row) {
    std::memcpy(rows + static_cast<std::ptrdiff_t>(row) * words, pixels + static_cast<std::ptrdiff_t>(row) * width, static_cast<std::size_t>(width));
  }
  leptonica().pixEndianByteSwap(picture.get());  // leptonica keeps the first pixel in a word's highest byte
  return picture;
}

}  // namespace panduan::documents::ocr
