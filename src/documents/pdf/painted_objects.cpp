#include "documents/pdf/painted_objects.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <utility>

namespace panduan::documents::pdf {
namespace {

constexpr std::size_t kMostObjects = 2'000'000;
constexpr int kDeepestForm = 12;
constexpr int kMostRuleSegments = 4000;  // of one path: a drawing has more than a table
constexpr std::size_t kMostRules = 20'000;
constexpr std::size_t kMostColours = 64;  // of plain areas on one page
constexpr float kThinRule = 2.5F;      // points
constexpr float kShortestRule = 6;     // points
constexpr float kLargeImage = 0.5F;    // of the page: a scan
constexpr float kNarrowestPicture = 72, kLowestPicture = 18;  // points, of one that may hold text
constexpr std::size_t kMostPictures = 50;                     // of a page
constexpr int kNearColour = 10;        // of 255 in each part

Matrix combined(const Matrix& first, const Matrix& then) {
  return {.a = first.a * then.a + first.b * then.c,
          .b = first.a * then.b + first.b * then.d,
          .c = first.c * then.a + first.d * then.c,
          .d = first.c * then.b + first.d * then.d,
          .e = first.e * then.a + first.f * then.c + then.e,
          .f = first.e * then.b + first.f * then.d + then.f};
}

Box intersection(const Box& a, const Box& b) {
  return {.left = std::max(a.left, b.left), .top = std::max(a.top, b.top), .right = std::min(a.right, b.right), .bottom = std::min(a.bottom, b.bottom)};
}

bool contains(const Box& box, float x, float y) { return x >= box.left && x <= box.right && y >= box.top && y <= box.bottom; }

float area(const Box& box) { return std::max(0.0F, box.right - box.left) * std::max(0.0F, box.bottom - box.top); }

}  // namespace

bool Colour::is_near(const Colour& other) const {
  return std::abs(red - other.red) <= kNearColour && std::abs(green - other.green) <= kNearColour && std::abs(blue - other.blue) <= kNearColour;
}

Shown::Shown(PageHandle page) {
  const Library& pdfium = library();
  if (pdfium.page_bounding_box(page, &box_) == 0 || !(box_.right > box_.left) || !(box_.top > box_.bottom))
    box_ = {.left = 0, .top = 792, .right = 612, .bottom = 0};
  quarter_turns_ = ((pdfium.page_rotation(page) % 4) + 4) % 4;
}

void Shown::show(float& x, float& y) const {
  const float from_x = x;
  const float from_y = y;
  switch (quarter_turns_) {
    case 0:
      x = from_x - box_.left;
      y = box_.top - from_y;
      break;
    case 1:
      x = from_y - box_.bottom;
      y = from_x - box_.left;
      break;
    case 2:
      x = box_.right - from_x;
      y = from_y - box_.bottom;
      break;
    default: x = box_.top - from_y; y = box_.right - from_x;
  }
}

void Shown::turn(float& x, float& y) const {
  float zero_x = 0;
  float zero_y = 0;
  show(zero_x, zero_y);
  show(x, y);
  x -= zero_x;
  y -= zero_y;
}

Box Shown::box(const Rectangle& rectangle) const { return box(rectangle, {}); }

Box Shown::box(const Rectangle& rectangle, const Matrix& matrix) const {
  Box made;
  bool is_first = true;
  for (const auto& [x, y] : std::to_array<std::pair<float, float>>(
           {{rectangle.left, rectangle.top}, {rectangle.right, rectangle.top}, {rectangle.left, rectangle.bottom}, {rectangle.right, rectangle.bottom}})) {
    float to_x = matrix.a * x + matrix.c * y + matrix.e;
    float to_y = matrix.b * x + matrix.d * y + matrix.f;
    show(to_x, to_y);
    if (!std::isfinite(to_x) || !std::isfinite(to_y)) to_x = to_y = 0;
    if (std::exchange(is_first, false)) made = {.left = to_x, .top = to_y, .right = to_x, .bottom = to_y};
    made = {.left = std::min(made.left, to_x), .top = std::min(made.top, to_y), .right = std::max(made.right, to_x), .bottom = std::max(made.bottom, to_y)};
  }
  return made;
}

PaintedObjects::PaintedObjects(PageHandle page, const Shown& shown) : library_(library()), shown_(shown) {
  const Frame whole{.matrix = {}, .clip = {.left = 0, .top = 0, .right = shown.width(), .bottom = shown.height()}};
  const int count = library_.count_objects(page);
  for (int index = 0; index < count; ++index) visit(library_.object(page, index), whole);
}

const PaintedObjects::Text* PaintedObjects::text(Object object) const {
  const auto found = texts_.find(object);
  return found == texts_.end() ? nullptr : &found->second;
}

void PaintedObjects::visit(Object object, const Frame& frame) {
  if (object == nullptr || ++order_ > kMostObjects) return;
  switch (library_.type(object)) {
    case kTextObject: return visit_text(object, frame);
    case kPathObject: return visit_path(object, frame);
    case kImageObject: return visit_image(object, frame);
    case kShadingObject:
      areas_.push_back({.box = intersection(bounds_of(object, frame), frame.clip), .order = order_, .is_plain = false, .colour = {}});
      return;
    case kFormObject: return visit_form(object, frame);
    default: return;
  }
}

void PaintedObjects::visit_form(Object object, const Frame& frame) {
  if (frame.depth >= kDeepestForm) return;
  Matrix own;
  if (library_.matrix(object, &own) == 0) own = {};
  const Frame inner{.matrix = combined(own, frame.matrix), .clip = clip_of(object, frame), .depth = frame.depth + 1};
  const int count = library_.count_form_objects(object);
  for (int index = 0; index < count && order_ <= kMostObjects; ++index) visit(library_.form_object(object, static_cast<unsigned long>(index)), inner);
}

void PaintedObjects::visit_text(Object object, const Frame& frame) {
  const int mode = library_.render_mode(object);
  Text text{.order = order_, .clip = clip_of(object, frame), .matrix = frame.matrix};
  text.is_invisible = mode == kInvisible;
  unsigned red = 0;
  unsigned green = 0;
  unsigned blue = 0;
  unsigned alpha = 255;
  const bool known = library_.fill_colour(object, &red, &green, &blue, &alpha) != 0;
  text.is_painted = mode != kInvisible && mode != kClip && !(known && mode == kFill && alpha == 0);
  text.has_colour = known && mode == kFill;
  text.colour = {.red = static_cast<std::uint8_t>(red), .green = static_cast<std::uint8_t>(green), .blue = static_cast<std::uint8_t>(blue)};
  texts_.emplace(object, text);
}

void PaintedObjects::visit_image(Object object, const Frame& frame) {
  const Box box = intersection(bounds_of(object, frame), clip_of(object, frame));
  areas_.push_back({.box = box, .order = order_, .is_plain = false, .colour = {}});
  const float share = area(box) / std::max(1.0F, shown_.width() * shown_.height());
  unsigned width = 0;
  unsigned height = 0;
  const float whole = area(bounds_of(object, frame));
  const bool has_size = library_.image_size(object, &width, &height) != 0;
  if (share > image_share_ && whole > 0 && has_size) image_resolution_ = std::sqrt(static_cast<float>(width) * static_cast<float>(height) / whole);
  const bool may_hold_text = box.right - box.left >= kNarrowestPicture && box.bottom - box.top >= kLowestPicture;
  if (may_hold_text && has_size && pictures_.size() < kMostPictures)
    pictures_.push_back({.box = box, .width = width, .height = height, .bytes = library_.image_data(object, nullptr, 0)});
  image_share_ = std::max(image_share_, share);
  if (share >= kLargeImage) large_images_.push_back(box);
}

void PaintedObjects::visit_path(Object object, const Frame& frame) {
  int fill = 0;
  int stroke = 0;
  if (library_.draw_mode(object, &fill, &stroke) == 0) return;
  const int segments = library_.count_segments(object);
  if (fill != 0) {
    unsigned red = 0;
    unsigned green = 0;
    unsigned blue = 0;
    unsigned alpha = 255;
    const bool known = library_.fill_colour(object, &red, &green, &blue, &alpha) != 0;
    const bool is_rectangle = segments == 4 || segments == 5;
    areas_.push_back({.box = intersection(bounds_of(object, frame), clip_of(object, frame)),
                      .order = order_,
                      .is_plain = known && is_rectangle && alpha == 255,
                      .colour = {.red = static_cast<std::uint8_t>(red), .green = static_cast<std::uint8_t>(green), .blue = static_cast<std::uint8_t>(blue)}});
  }
  if (fill != 0 && areas_.back().is_plain && area_colours_.size() < kMostColours && !may_vanish(areas_.back().colour))
    area_colours_.push_back(areas_.back().colour);
  if ((fill != 0 || stroke != 0) && segments <= kMostRuleSegments && rules_.size() < kMostRules) add_rules(object, frame, stroke == 0);
}

void PaintedObjects::add_rules(Object object, const Frame& frame, bool fills) {
  if (fills) return add_rule(bounds_of(object, frame));
  Matrix matrix;
  if (library_.matrix(object, &matrix) == 0) matrix = {};
  matrix = combined(matrix, frame.matrix);  // a path's points stand in coordinates of its own
  const int segments = library_.count_segments(object);
  float start_x = 0;
  float start_y = 0;
  float last_x = 0;
  float last_y = 0;
  for (int index = 0; index < segments; ++index) {
    const Segment segment = library_.segment(object, index);
    float x = 0;
    float y = 0;
    if (segment == nullptr || library_.segment_point(segment, &x, &y) == 0) return;
    const int type = library_.segment_type(segment);
    if (type == kLineTo) add_rule(shown_.box({.left = last_x, .top = last_y, .right = x, .bottom = y}, matrix));
    if (type == kMoveTo) {
      start_x = x;
      start_y = y;
    }
    if (type != kMoveTo && library_.segment_closes(segment) != 0) add_rule(shown_.box({.left = x, .top = y, .right = start_x, .bottom = start_y}, matrix));
    last_x = x;
    last_y = y;
  }
}

void PaintedObjects::add_rule(const Box& box) {
  const float width = box.right - box.left;
  const float height = box.bottom - box.top;
  if (height <= kThinRule && width >= kShortestRule) rules_.push_back({.box = box, .is_horizontal = true});
  else if (width <= kThinRule && height >= kShortestRule) rules_.push_back({.box = box, .is_horizontal = false});
}

Box PaintedObjects::bounds_of(Object object, const Frame& frame) const {
  Rectangle bounds;
  if (library_.bounds(object, &bounds.left, &bounds.bottom, &bounds.right, &bounds.top) == 0) return {};
  return shown_.box(bounds, frame.matrix);
}

Box PaintedObjects::clip_of(Object object, const Frame& frame) const {
  Box clip = frame.clip;
  const ClipPath path = library_.clip_path(object);
  const int count = path == nullptr ? 0 : library_.count_clip_paths(path);
  for (int index = 0; index < count; ++index) {
    const int segments = std::min(library_.count_clip_segments(path, index), kMostRuleSegments);
    Rectangle bounds;
    for (int at = 0; at < segments; ++at) {
      float x = 0;
      float y = 0;
      const Segment segment = library_.clip_segment(path, index, at);
      if (segment == nullptr || library_.segment_point(segment, &x, &y) == 0) continue;
      if (at == 0) bounds = {.left = x, .top = y, .right = x, .bottom = y};
      bounds = {.left = std::min(bounds.left, x), .top = std::max(bounds.top, y), .right = std::max(bounds.right, x), .bottom = std::min(bounds.bottom, y)};
    }
    if (segments > 0) clip = intersection(clip, shown_.box(bounds, frame.matrix));
  }
  return clip;
}

bool PaintedObjects::may_vanish(const Colour& colour) const {
  return colour.is_near({}) || std::ranges::any_of(area_colours_, [&](const Colour& painted) { return colour.is_near(painted); });
}

bool PaintedObjects::vanishes(const Colour& colour, std::size_t order, float x, float y) const {
  Colour behind;  // white paper
  bool known = true;
  for (const Area& area : areas_) {
    if (area.order > order) break;
    if (!contains(area.box, x, y)) continue;
    known = area.is_plain;
    behind = area.colour;
  }
  return known && colour.is_near(behind);
}

bool PaintedObjects::is_on_large_image(float x, float y) const {
  return std::ranges::any_of(large_images_, [&](const Box& image) { return contains(image, x, y); });
}

}  // namespace panduan::documents::pdf
