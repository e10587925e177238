#include "documents/ocr/recognition.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <numbers>
#include <string>

#include "base/error.h"
#include "documents/ocr/recognised_words.h"
#include "documents/ocr/ruled_lines.h"
#include "documents/pdf/page_layout.h"
#include "documents/pdf/page_tables.h"

namespace panduan::documents::ocr {
namespace {

constexpr float kPointsPerInch = 72, kDotsPerInch = 300, kWorthEnlarging = 1.15F;
constexpr float kSureScript = 10;           // of the orientation model's own scale
constexpr int kReadsWell = 70, kSureOfEnglish = 85;  // of 100: so sure is the English model of most English, and of nothing but clean English
constexpr float kLeastOrientation = 2, kSureOrientation = 6;  // of its own scale
constexpr float kSkewDegrees = 0.6F, kMostSkewDegrees = 8, kSkewConfidence = 4;
constexpr int kInkThreshold = 140;

using detail::Box;

struct PixelsDeleter {
  void operator()(::Box* box) const { leptonica().boxDestroy(&box); }
};
using BoxOfPixels = std::unique_ptr<::Box, PixelsDeleter>;

struct Orientation {
  int quarter_turns = 0;  ///< clockwise, that right the picture
  float confidence = 0;   ///< in that
  std::string script;
  float script_confidence = 0;
};

class PageReader {
 public:
  PageReader(float width, float height, Shows shows, detail::PdfLayout& layout)
      : engines_(engines()), leptonica_(leptonica()), layout_(layout), width_(width), height_(height), shows_(shows) {}

  void read(Picture picture) {
    const float picture_width = static_cast<float>(leptonica_.pixGetWidth(picture.get()));
    const Orientation orientation = find_orientation(picture.get());
    scale_ = width_ / picture_width;
    picture = without_skew(turned(std::move(picture), orientation.quarter_turns));
    const bool stands = orientation.confidence >= kSureOrientation;
    if (!stands) {
      run(engines_.english, picture.get());
      if (runs_down()) picture = righted(std::move(picture));
    }
    const std::vector<pdf::Rule> rules = find_rules(picture.get(), scale_);
    const std::vector<Box> cells = pdf::find_cells(rules);
    if (!cells.empty()) erase_rules(picture.get(), rules, cells, scale_);
    if (stands || !cells.empty()) run(engines_.english, picture.get());
    bool is_english = mean_confidence() >= kSureOfEnglish || is_latin(orientation) || engines_.chinese == nullptr;
    const std::vector<ReadLine> english = words_of(engines_.english, scale_);
    std::vector<ReadLine> lines;
    if (!is_english) {  // a page of program text with Chinese between it is read half well; and a bad print of English is no Chinese
      picture = enlarged(std::move(picture));
      lines = read_around(cells, engines_.chinese, picture.get());
      is_english = mean_confidence() >= kReadsWell && !has_chinese(lines);
    }
    if (is_english) {
      lines = english;
      std::erase_if(lines, [&](const ReadLine& line) { return is_in(line, cells); });
    }
    for (ReadLine& line : read_cells(cells, is_english ? engines_.english : engines_.chinese, picture.get())) lines.push_back(std::move(line));
    if (!is_english) {
      for (ReadLine& line : lines) mend_latin(line, english);
    }
    if (shows_ == Shows::Anything && !is_print(lines)) lines.clear();
    write(lines, rules);
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
    found.confidence = confidence;
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

  int mean_confidence() const { return engines_.functions.TessBaseAPIMeanTextConf(engines_.english); }
  bool reads_well() const { return mean_confidence() >= kReadsWell; }
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

  static bool is_in(const ReadLine& line, const std::vector<Box>& cells) {
    const Box& box = line.words.front().box;
    const float x = (box.left + box.right) / 2;
    const float y = (box.top + box.bottom) / 2;
    return std::ranges::any_of(cells, [&](const Box& cell) { return x > cell.left && x < cell.right && y > cell.top && y < cell.bottom; });
  }

  BoxOfPixels pixels_of(const Box& box) const {
    const auto at = [&](float points) { return std::max(0, static_cast<int>(std::lround(points / scale_))); };
    return BoxOfPixels(leptonica_.boxCreate(at(box.left), at(box.top), at(box.right - box.left), at(box.bottom - box.top)));
  }

  /// What stands outside tables.
  std::vector<ReadLine> read_around(const std::vector<Box>& cells, TessBaseAPI* engine, Pix* picture) const {
    if (cells.empty()) return words_of(run(engine, picture), scale_);
    const Picture blanked(leptonica_.pixCopy(nullptr, picture));
    if (!blanked) throw Error(ErrorKind::TooLarge, "a page's picture is too large");
    for (const Box& cell : cells) leptonica_.pixSetInRect(blanked.get(), pixels_of(cell).get());
    return words_of(run(engine, blanked.get()), scale_);
  }

  /// Each cell is read alone: in a line across the table the recogniser would lose what stands between its lines.
  std::vector<ReadLine> read_cells(const std::vector<Box>& cells, TessBaseAPI* engine, Pix* picture) const {
    std::vector<ReadLine> lines;
    if (cells.empty()) return lines;
    set(engine, picture);
    engines_.functions.TessBaseAPISetPageSegMode(engine, tesseract::PSM_SINGLE_BLOCK);
    for (const Box& cell : cells) {
      constexpr float kMargin = 2.0F;  // points: letters at the edge of a picture are read badly
      const BoxOfPixels pixels = pixels_of({.left = cell.left, .top = cell.top - kMargin, .right = cell.right, .bottom = cell.bottom + kMargin});
      engines_.functions.TessBaseAPISetRectangle(engine, pixels->x, pixels->y, pixels->w, pixels->h);
      if (engines_.functions.TessBaseAPIRecognize(engine, nullptr) != 0) continue;
      for (ReadLine& line : words_of(engine, scale_)) lines.push_back(std::move(line));
    }
    return lines;
  }

  /// A recogniser takes what stands beside each other for one line, columns too.
  static void add_page_lines(const ReadLine& line, std::vector<pdf::PageLine>& lines) {
    constexpr float kLineGap = 1.6F;  // of its height: wider than between the words of a line that is set to its full width
    bool begins = true;
    float right = 0;
    for (const ReadWord& word : line.words) {
      const float size = word.box.height();
      begins = begins || (word.box.left - right > kLineGap * size && !pdf::is_item_mark(lines.back().words.back().text));
      if (begins) lines.push_back({.words = {}, .box = word.box, .baseline = word.box.bottom - kDescent * size, .size = size, .text_left = word.box.left});
      pdf::PageLine& made = lines.back();
      made.words.push_back({.text = word.text, .box = word.box});
      made.box.include(word.box);
      if (made.words.size() == 2 && pdf::is_item_mark(made.words.front().text)) made.text_left = word.box.left;
      right = word.box.right;
      begins = false;
    }
  }

  /// A recogniser measures a line by the letters that are in it, and finds "on our see" smaller than "By his light": sizes near that of most are that.
  static void even_out(std::vector<pdf::PageLine>& lines) {
    if (lines.empty()) return;
    std::vector<float> sizes;
    for (const pdf::PageLine& line : lines) sizes.insert(sizes.end(), line.words.size(), line.size);
    const auto middle = sizes.begin() + static_cast<std::ptrdiff_t>(sizes.size() / 2);
    std::nth_element(sizes.begin(), middle, sizes.end());
    const float usual = *middle;
    constexpr float kNear = 0.2F;
    for (pdf::PageLine& line : lines) {
      if (std::abs(line.size - usual) > kNear * usual) continue;
      line.size = usual;
      line.box.top = line.baseline - (1 - kDescent) * usual;
      line.box.bottom = line.baseline + kDescent * usual;
      for (pdf::PageWord& word : line.words) {
        word.box.top = line.box.top;
        word.box.bottom = line.box.bottom;
      }
    }
  }

  void write(const std::vector<ReadLine>& read, const std::vector<pdf::Rule>& rules) {
    std::vector<pdf::PageLine> lines;
    for (const ReadLine& line : read) add_page_lines(line, lines);
    even_out(lines);
    std::ranges::sort(lines, {}, [](const pdf::PageLine& line) { return std::pair(line.baseline, line.box.left); });
    detail::PdfLayout::Page page{.first_block = layout_.blocks.size(), .width = width_, .height = height_};
    pdf::add_lines(std::move(lines), rules, [this](const Box& box) { return shown(box); }, layout_);
    page.end_block = layout_.blocks.size();
    layout_.pages.push_back(std::move(page));
  }

  /// From the righted picture to the page as it came.
  detail::Box shown(detail::Box box) const {
    if (skew_ != 0) {
      const bool lies = turns_ % 2 == 1;
      const float middle_x = (lies ? height_ : width_) / 2;
      const float middle_y = (lies ? width_ : height_) / 2;
      const float x = (box.left + box.right) / 2 - middle_x;
      const float y = (box.top + box.bottom) / 2 - middle_y;
      const float across = middle_x + x * std::cos(skew_) + y * std::sin(skew_) - (box.left + box.right) / 2;
      const float down = middle_y - x * std::sin(skew_) + y * std::cos(skew_) - (box.top + box.bottom) / 2;
      box = {.left = box.left + across, .top = box.top + down, .right = box.right + across, .bottom = box.bottom + down};
    }
    constexpr std::array kReadingDirections{pdf::Direction::Right, pdf::Direction::Up, pdf::Direction::Left, pdf::Direction::Down};
    const detail::Box made = pdf::from_frame(box, kReadingDirections[static_cast<std::size_t>(turns_)], width_, height_);
    return {.left = std::clamp(made.left, 0.0F, width_),
            .top = std::clamp(made.top, 0.0F, height_),
            .right = std::clamp(made.right, 0.0F, width_),
            .bottom = std::clamp(made.bottom, 0.0F, height_)};
  }

  const Engines& engines_;
  const Leptonica& leptonica_;
  detail::PdfLayout& layout_;
  float width_, height_;
  Shows shows_;
  float scale_ = 1;  ///< points a pixel
  float skew_ = 0;   ///< radians, clockwise, by which the picture was turned
  int turns_ = 0;
};

}  // namespace

void add_recognised_page(Picture picture, float width, float height, Shows shows, detail::PdfLayout& layout) {
  PageReader(width, height, shows, layout).read(std::move(picture));
}

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
