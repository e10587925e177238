#include "documents/pdf/page_content.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "documents/pdf/painted_objects.h"

namespace panduan::documents::pdf {
namespace {

constexpr float kSmallestSize = 1;    // points: less is read by nobody
constexpr float kMostSize = 2000;     // points
constexpr int kMostCharacters = 3'000'000;
constexpr float kBearing = 0.04F;     // of the size: what a glyph's ink is narrower than its place
constexpr float kAscent = 0.8F, kDescent = 0.2F;
constexpr float kWordGap = 0.25F;     // of the size, among hidden words

class PageReader {
 public:
  explicit PageReader(PageHandle page) : library_(library()), shown_(page), painted_(page, shown_), text_(library_.load_text(page)) {}
  ~PageReader() {
    if (text_ != nullptr) library_.close_text(text_);
  }
  PageReader(const PageReader&) = delete;
  PageReader& operator=(const PageReader&) = delete;

  PageContent read() {
    content_.width = shown_.width();
    content_.height = shown_.height();
    content_.image_share = painted_.image_share();
    content_.rules = painted_.take_rules();
    content_.pictures = painted_.take_pictures();
    const int count = text_ == nullptr ? 0 : std::min(library_.count_characters(text_), kMostCharacters);
    content_.glyphs.reserve(static_cast<std::size_t>(std::max(count, 0)));
    for (int index = 0; index < count; ++index) read_character(index);
    return std::move(content_);
  }

 private:
  /// What all characters of one text object have in common.
  struct Style {
    Object object = nullptr;
    const PaintedObjects::Text* text = nullptr;
    float size = 0;
    Direction direction = Direction::Right;
    bool may_vanish = false;
    bool is_bold = false;
    bool is_upright = true;  ///< in PDF's own coordinates, which is what its loose boxes are made for
  };

  void read_character(int index) {
    const char32_t code = meaning(library_.unicode(text_, index));
    if (code == 0 || library_.is_generated(text_, index) != 0) return;
    const Object object = library_.text_object(text_, index);
    if (object == nullptr) return;
    if (object != style_.object) take_style(object, index);
    if (style_.size < kSmallestSize || style_.size > kMostSize) return hide(code, {});
    Glyph glyph{.code = code, .direction = style_.direction, .box = {}, .baseline = 0, .size = style_.size, .is_bold = style_.is_bold};
    if (!place(index, glyph)) return;
    if (is_hidden(glyph)) return hide(code, glyph.box);
    content_.was_recognised |= style_.text != nullptr && style_.text->is_invisible;
    content_.glyphs.push_back(glyph);
  }

  static char32_t meaning(unsigned code) {
    if (code == 2 || code == 0xFFFE) return U'-';  // how the library marks a hyphen at a line's end
    if (code == 0xA0 || code == '\t' || code == '\n' || code == '\r') return U' ';
    if (code < 0x20 || (code >= 0x7F && code < 0xA0) || (code >= 0xD800 && code <= 0xDFFF) || code >= 0xFFFF'0000U || code > 0x10FFFF || code == 0xFFFF)
      return 0;
    if (code == 0xFEFF || code == 0x200B) return 0;
    return code;
  }

  void take_style(Object object, int index) {
    style_ = {.object = object, .text = painted_.text(object)};
    style_.may_vanish = style_.text != nullptr && style_.text->has_colour && painted_.may_vanish(style_.text->colour);
    Matrix matrix;
    if (library_.character_matrix(text_, index, &matrix) == 0) matrix = {};
    const auto scale = std::hypot(matrix.c, matrix.d);  // across the line: what makes letters tall
    style_.size = static_cast<float>(std::abs(library_.font_size(text_, index))) * (std::isfinite(scale) ? scale : 1.0F);
    style_.is_bold = is_bold(index);
    style_.is_upright = std::abs(matrix.b) < 0.02F * std::abs(matrix.a) && matrix.a > 0 && matrix.d > 0;
    float x = matrix.a;
    float y = matrix.b;
    shown_.turn(x, y);
    if (std::abs(x) >= std::abs(y)) style_.direction = x >= 0 ? Direction::Right : Direction::Left;
    else style_.direction = y > 0 ? Direction::Down : Direction::Up;
  }

  /// Its weight would tell, but programs write the same one for all fonts.
  bool is_bold(int index) const {
    std::array<char, 128> name{};
    int flags = 0;
    const unsigned long bytes = library_.font_name(text_, index, name.data(), name.size(), &flags);
    if (bytes == 0 || bytes > name.size()) return false;
    const std::string_view written(name.data(), bytes - 1);
    static constexpr std::array<std::string_view, 5> kBold{"Bold", "bold", "BOLD", "Black", "Heavy"};
    return std::ranges::any_of(kBold, [&](std::string_view word) { return written.find(word) != std::string_view::npos; });
  }

  /// False for what has no place.
  bool place(int index, Glyph& glyph) {
    double x = 0;
    double y = 0;
    if (library_.origin(text_, index, &x, &y) == 0) return false;
    const auto at_x = static_cast<float>(x);
    const auto at_y = static_cast<float>(y);
    const Box origin = to_frame(shown_.box({.left = at_x, .top = at_y, .right = at_x, .bottom = at_y}), glyph.direction, content_.width, content_.height);
    glyph.baseline = origin.top;
    Rectangle loose;
    const bool has_loose = style_.is_upright && library_.loose_box(text_, index, &loose) != 0 && loose.right > loose.left && loose.top > loose.bottom;
    if (has_loose) {
      glyph.box = to_frame(shown_.box(loose), glyph.direction, content_.width, content_.height);
    } else {
      double left = 0;
      double right = 0;
      double bottom = 0;
      double top = 0;
      if (library_.tight_box(text_, index, &left, &right, &bottom, &top) == 0) return false;
      glyph.box = to_frame(
          shown_.box(
              {.left = static_cast<float>(left), .top = static_cast<float>(top), .right = static_cast<float>(right), .bottom = static_cast<float>(bottom)}),
          glyph.direction, content_.width, content_.height);
      glyph.box.left -= kBearing * glyph.size;
      glyph.box.right += kBearing * glyph.size;
    }
    // Fonts of one size say different things about their height, and some nothing.
    glyph.box.top = glyph.baseline - kAscent * glyph.size;
    glyph.box.bottom = glyph.baseline + kDescent * glyph.size;
    return std::isfinite(glyph.box.left) && std::isfinite(glyph.box.right) && std::isfinite(glyph.box.top) && std::isfinite(glyph.box.bottom);
  }

  bool is_hidden(const Glyph& glyph) const {
    const Box shown = from_frame(glyph.box, glyph.direction, content_.width, content_.height);
    const float x = (shown.left + shown.right) / 2;
    const float y = (shown.top + shown.bottom) / 2;
    if (x < 0 || y < 0 || x > content_.width || y > content_.height) return true;
    if (style_.text == nullptr) return false;
    const PaintedObjects::Text& text = *style_.text;
    if (text.is_invisible) return !painted_.is_on_large_image(x, y);  // else it is what was recognised in that picture
    if (!text.is_painted) return true;
    constexpr float kSlack = 1;  // points
    if (x < text.clip.left - kSlack || x > text.clip.right + kSlack || y < text.clip.top - kSlack || y > text.clip.bottom + kSlack) return true;
    return style_.may_vanish && painted_.vanishes(text.colour, text.order, x, y);
  }

  void hide(char32_t code, const Box& box) {
    const bool goes_on = in_hidden_word_ && box.left >= hidden_right_ - box.height() && box.left - hidden_right_ <= kWordGap * box.height();
    if (code != U' ' && !goes_on) ++content_.hidden_words;
    in_hidden_word_ = code != U' ';
    hidden_right_ = box.right;
  }

  const Library& library_;
  Shown shown_;
  PaintedObjects painted_;
  TextPage text_;
  Style style_;
  PageContent content_;
  bool in_hidden_word_ = false;
  float hidden_right_ = 0;
};

}  // namespace

bool PagePicture::is_same(const PagePicture& other) const {
  constexpr float kSamePlace = 2;  // points
  const bool is_there = std::abs(box.left - other.box.left) <= kSamePlace && std::abs(box.top - other.box.top) <= kSamePlace;
  return is_there && width == other.width && height == other.height && bytes == other.bytes;
}

Box to_frame(const Box& shown, Direction direction, float width, float height) {
  switch (direction) {
    case Direction::Down: return {.left = shown.top, .top = width - shown.right, .right = shown.bottom, .bottom = width - shown.left};
    case Direction::Left: return {.left = width - shown.right, .top = height - shown.bottom, .right = width - shown.left, .bottom = height - shown.top};
    case Direction::Up: return {.left = height - shown.bottom, .top = shown.left, .right = height - shown.top, .bottom = shown.right};
    default: return shown;
  }
}

Box from_frame(const Box& framed, Direction direction, float width, float height) {
  switch (direction) {
    case Direction::Down: return {.left = width - framed.bottom, .top = framed.left, .right = width - framed.top, .bottom = framed.right};
    case Direction::Left: return {.left = width - framed.right, .top = height - framed.bottom, .right = width - framed.left, .bottom = height - framed.top};
    case Direction::Up: return {.left = framed.top, .top = height - framed.right, .right = framed.bottom, .bottom = height - framed.left};
    default: return framed;
  }
}

PageContent read_page(PageHandle page) { return PageReader(page).read(); }

}  // namespace panduan::documents::pdf
