#include "documents/ocr/ruled_lines.h"

#include <algorithm>
#include <utility>

namespace panduan::documents::ocr {
namespace {

constexpr float kShortest = 30;  // points: longer than a stroke of a character is
constexpr float kThickest = 4;
constexpr int kInkThreshold = 160;  // of 255: a thin line of a scan is grey
constexpr float kTouch = 2;         // points

struct BoxesDeleter {
  void operator()(Boxa* boxes) const { leptonica().boxaDestroy(&boxes); }
};

void add_lines(Pix* lines, bool is_horizontal, float points_per_pixel, std::vector<pdf::Rule>& rules) {
  const Leptonica& leptonica = ocr::leptonica();
  const std::unique_ptr<Boxa, BoxesDeleter> boxes(leptonica.pixConnComp(lines, nullptr, 8));
  const int count = boxes ? leptonica.boxaGetCount(boxes.get()) : 0;
  for (int index = 0; index < count; ++index) {
    int x = 0;
    int y = 0;
    int width = 0;
    int height = 0;
    if (leptonica.boxaGetBoxGeometry(boxes.get(), index, &x, &y, &width, &height) != 0) continue;
    const auto points = [&](int pixels) { return static_cast<float>(pixels) * points_per_pixel; };
    if (points(is_horizontal ? height : width) > kThickest) continue;
    rules.push_back({.box = {.left = points(x), .top = points(y), .right = points(x + width), .bottom = points(y + height)}, .is_horizontal = is_horizontal});
  }
}

bool touches(const detail::Box& a, const detail::Box& b) {
  return a.left < b.right + kTouch && a.right > b.left - kTouch && a.top < b.bottom + kTouch && a.bottom > b.top - kTouch;
}

/// A rectangle of pixels, its end not included.
struct Area {
  int left = 0, top = 0, right = 0, bottom = 0;
};

/// Paints lines over, but for where a stroke of a letter runs into one: narrow rows of tables are printed so that their letters touch the line above.
class RuleEraser {
 public:
  explicit RuleEraser(Pix* picture)
      : width_(leptonica().pixGetWidth(picture)), height_(leptonica().pixGetHeight(picture)), words_(leptonica().pixGetWpl(picture)),
        pixels_(leptonica().pixGetData(picture)), is_rule_(static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_)) {}

  void add(Area area, bool is_horizontal) {
    area = {.left = std::max(0, area.left), .top = std::max(0, area.top), .right = std::min(width_, area.right), .bottom = std::min(height_, area.bottom)};
    for (int y = area.top; y < area.bottom; ++y) {
      for (int x = area.left; x < area.right; ++x) is_rule_[place(x, y)] = true;
    }
    areas_.emplace_back(area, is_horizontal);
  }

  void erase() {
    for (const auto& [area, is_horizontal] : areas_) {
      for (int along = is_horizontal ? area.left : area.top; along < (is_horizontal ? area.right : area.bottom); ++along) {
        const int before = (is_horizontal ? area.top : area.left) - 1;
        const int behind = is_horizontal ? area.bottom : area.right;
        const auto at = [&](int across) { return is_horizontal ? Pixel{along, across} : Pixel{across, along}; };
        if (!is_letter(at(before)) && !is_letter(at(behind))) {
          for (int across = before + 1; across < behind; ++across) whiten(at(across));
        }
        for (const int edge : {before, behind}) {  // which is grey
          if (!is_letter(at(edge))) whiten(at(edge));
        }
      }
    }
  }

 private:
  struct Pixel {
    int x = 0, y = 0;
  };
  std::size_t place(int x, int y) const { return static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) + static_cast<std::size_t>(x); }
  l_uint32* row(int y) const { return pixels_ + static_cast<std::ptrdiff_t>(y) * words_; }
  bool is_inside(const Pixel& pixel) const { return pixel.x >= 0 && pixel.y >= 0 && pixel.x < width_ && pixel.y < height_; }
  bool is_letter(const Pixel& pixel) const {
    return is_inside(pixel) && !is_rule_[place(pixel.x, pixel.y)] && GET_DATA_BYTE(row(pixel.y), pixel.x) < kInkThreshold;
  }
  void whiten(const Pixel& pixel) const {
    if (is_inside(pixel)) SET_DATA_BYTE(row(pixel.y), pixel.x, 0xFF);
  }

  int width_, height_, words_;
  l_uint32* pixels_;
  std::vector<bool> is_rule_;
  std::vector<std::pair<Area, bool>> areas_;
};

}  // namespace

std::vector<pdf::Rule> find_rules(Pix* picture, float points_per_pixel) {
  const Leptonica& leptonica = ocr::leptonica();
  std::vector<pdf::Rule> rules;
  const Picture ink(leptonica.pixThresholdToBinary(picture, kInkThreshold));
  const int shortest = std::max(2, static_cast<int>(kShortest / points_per_pixel));
  for (const bool is_horizontal : {true, false}) {
    const Picture lines(ink ? leptonica.pixOpenBrick(nullptr, ink.get(), is_horizontal ? shortest : 1, is_horizontal ? 1 : shortest) : nullptr);
    if (lines) add_lines(lines.get(), is_horizontal, points_per_pixel, rules);
  }
  return rules;
}

void erase_rules(Pix* picture, const std::vector<pdf::Rule>& rules, const std::vector<detail::Box>& boxes, float points_per_pixel) {
  RuleEraser eraser(picture);
  for (const pdf::Rule& rule : rules) {
    if (std::ranges::none_of(boxes, [&](const detail::Box& box) { return touches(rule.box, box); })) continue;
    const auto pixels = [&](float points) { return static_cast<int>(points / points_per_pixel + 0.5F); };
    eraser.add({.left = pixels(rule.box.left), .top = pixels(rule.box.top), .right = pixels(rule.box.right), .bottom = pixels(rule.box.bottom)},
               rule.is_horizontal);
  }
  eraser.erase();
}

}  // namespace panduan::documents::ocr
