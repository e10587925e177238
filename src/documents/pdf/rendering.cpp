#include "documents/pdf/rendering.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "documents/pdf/painted_objects.h"

namespace panduan::documents::pdf {
namespace {

constexpr float kPointsPerInch = 72;
constexpr float kDotsPerInch = 300;
constexpr float kFewestDots = 150, kMostDots = 400;  // that a recogniser reads well
constexpr float kMostPixels = 24e6F;

/// Dots a point. A scan's own pixels where they are enough, for PDFium doubles some of them and not others to make more, which tears letters.
float resolution_of(const PaintedObjects& painted) {
  float dots = painted.image_resolution() * kPointsPerInch;
  if (dots <= 0) return kDotsPerInch / kPointsPerInch;
  while (dots < kFewestDots) dots *= 2;
  while (dots > kMostDots) dots /= 2;
  return dots / kPointsPerInch;
}

/// Calls `visit` for each row of a box with the offset of its first pixel and how many there are.
template <class Visit>
void each_row(const Rendering& page, const Box& box, Visit&& visit) {
  const float scale = static_cast<float>(page.width) / std::max(1.0F, page.page_width);
  const auto pixel = [&](float points, int most) { return std::clamp(static_cast<int>(std::lround(std::clamp(points, -1e5F, 1e5F) * scale)), 0, most); };
  const int left = pixel(box.left, page.width);
  const int right = pixel(box.right, page.width);
  for (int row = pixel(box.top, page.height); row < pixel(box.bottom, page.height) && left < right; ++row)
    visit(static_cast<std::ptrdiff_t>(row) * page.width + left, right - left);
}

}  // namespace

void keep_only(Rendering& page, std::span<const Box> kept, std::span<const Box> erased) {
  std::vector<std::uint8_t> pixels(page.pixels.size(), 0xFF);
  for (const Box& box : kept)
    each_row(page, box, [&](std::ptrdiff_t from, int count) { std::copy_n(page.pixels.begin() + from, count, pixels.begin() + from); });
  for (const Box& box : erased) each_row(page, box, [&](std::ptrdiff_t from, int count) { std::fill_n(pixels.begin() + from, count, std::uint8_t{0xFF}); });
  page.pixels = std::move(pixels);
}

Rendering render(PageHandle page) {
  const Library& pdfium = library();
  const Shown shown(page);
  Rendering made{.width = 0, .height = 0, .page_width = shown.width(), .page_height = shown.height(), .pixels = {}};
  const float scale = std::min(resolution_of(PaintedObjects(page, shown)), std::sqrt(kMostPixels / std::max(1.0F, made.page_width * made.page_height)));
  made.width = std::max(1, static_cast<int>(std::lround(made.page_width * scale)));
  made.height = std::max(1, static_cast<int>(std::lround(made.page_height * scale)));
  made.pixels.assign(static_cast<std::size_t>(made.width) * static_cast<std::size_t>(made.height), 0xFF);
  const Bitmap bitmap = pdfium.create_bitmap(made.width, made.height, kGreyBitmap, made.pixels.data(), made.width);
  if (bitmap == nullptr) throw Error(ErrorKind::TooLarge, "a page of the PDF is too large to be drawn");
  pdfium.render(bitmap, page, 0, 0, made.width, made.height, 0, kRenderAnnotations | kRenderGrey);
  pdfium.destroy_bitmap(bitmap);
  return made;
}

}  // namespace panduan::documents::pdf
