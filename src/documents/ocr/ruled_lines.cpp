#include "documents/ocr/ruled_lines.h"

#include <algorithm>

namespace panduan::documents::ocr {
namespace {

constexpr float kShortest = 30;  // points: longer than a stroke of a character is
constexpr float kThickest = 4;
constexpr int kInkThreshold = 160;  // of 255: a thin line of a scan is grey
constexpr int kEdge = 1;            // pixels: of a line, which are grey
constexpr float kTouch = 2;         // points

struct BoxesDeleter {
  void operator()(Boxa* boxes) const { leptonica().boxaDestroy(&boxes); }
};
struct BoxDeleter {
  void operator()(Box* box) const { leptonica().boxDestroy(&box); }
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
  const Leptonica& leptonica = ocr::leptonica();
  for (const pdf::Rule& rule : rules) {
    if (std::ranges::none_of(boxes, [&](const detail::Box& box) { return touches(rule.box, box); })) continue;
    const auto pixels = [&](float points) { return static_cast<int>(points / points_per_pixel + 0.5F); };
    const std::unique_ptr<Box, BoxDeleter> area(leptonica.boxCreate(std::max(0, pixels(rule.box.left) - kEdge), std::max(0, pixels(rule.box.top) - kEdge),
                                                                    pixels(rule.box.right - rule.box.left) + 2 * kEdge,
                                                                    pixels(rule.box.bottom - rule.box.top) + 2 * kEdge));
    leptonica.pixSetInRect(picture, area.get());
  }
}

}  // namespace panduan::documents::ocr
