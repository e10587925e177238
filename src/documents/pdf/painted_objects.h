#pragma once
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "documents/pdf/page_content.h"

namespace panduan::documents::pdf {

struct Colour {
  std::uint8_t red = 255, green = 255, blue = 255;
  bool is_near(const Colour& other) const;
};

/// From PDF's own coordinates to the page as it is shown: from its upper left corner, turned and cropped.
class Shown {
 public:
  explicit Shown(PageHandle page);
  float width() const { return quarter_turns_ % 2 == 0 ? box_.right - box_.left : box_.top - box_.bottom; }
  float height() const { return quarter_turns_ % 2 == 0 ? box_.top - box_.bottom : box_.right - box_.left; }
  Box box(const Rectangle& rectangle) const;
  /// The bounding box of a rectangle behind a matrix.
  Box box(const Rectangle& rectangle, const Matrix& matrix) const;
  /// A direction, turned only; downwards is positive.
  void turn(float& x, float& y) const;

 private:
  void show(float& x, float& y) const;
  Rectangle box_;
  int quarter_turns_ = 0;
};

/// What is painted on a page besides text, and what text objects are painted on.
class PaintedObjects {
 public:
  PaintedObjects(PageHandle page, const Shown& shown);

  struct Text {
    std::size_t order = 0;
    Box clip;                ///< nothing of it is seen outside
    Matrix matrix;           ///< of the form that it is in
    bool is_painted = true;  ///< neither invisible nor transparent
    bool is_invisible = false;  ///< by its render mode alone: as above a scanned page
    bool has_colour = false;    ///< one, and that is all that paints it
    Colour colour;
  };
  const Text* text(Object object) const;
  /// False: nothing of this colour is painted on the page, nor is it the paper's.
  bool may_vanish(const Colour& colour) const;
  /// Whether something of this colour would not be seen there, painted at `order`. False when that cannot be told.
  bool vanishes(const Colour& colour, std::size_t order, float x, float y) const;
  bool is_on_large_image(float x, float y) const;
  float image_share() const { return image_share_; }
  /// Pixels a point of the largest image, as it is drawn; 0 where there is none.
  float image_resolution() const { return image_resolution_; }
  std::vector<Rule> take_rules() { return std::move(rules_); }
  std::vector<PagePicture> take_pictures() { return std::move(pictures_); }

 private:
  struct Area {
    Box box;
    std::size_t order = 0;
    bool is_plain = false;  ///< one opaque colour everywhere in the box
    Colour colour;
  };
  struct Frame {
    Matrix matrix;
    Box clip;
    int depth = 0;
  };
  void visit(Object object, const Frame& frame);
  void visit_form(Object object, const Frame& frame);
  void visit_text(Object object, const Frame& frame);
  void visit_path(Object object, const Frame& frame);
  void visit_image(Object object, const Frame& frame);
  void add_rules(Object object, const Frame& frame, bool fills);
  void add_rule(const Box& box);
  Box clip_of(Object object, const Frame& frame) const;
  Box bounds_of(Object object, const Frame& frame) const;

  const Library& library_;
  const Shown& shown_;
  std::size_t order_ = 0;
  std::unordered_map<Object, Text> texts_;
  std::vector<Area> areas_;
  std::vector<Colour> area_colours_;
  std::vector<Box> large_images_;
  std::vector<Rule> rules_;
  std::vector<PagePicture> pictures_;
  float image_share_ = 0;
  float image_resolution_ = 0;
};

}  // namespace panduan::documents::pdf
