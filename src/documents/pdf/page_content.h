#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "documents/detail/pdf_layout.h"
#include "documents/pdf/pdfium.h"

namespace panduan::documents::pdf {

using detail::Box;

/// Where a line of print runs on the page as it is shown.
enum class Direction : std::uint8_t { Right, Down, Left, Up };

/// A printed character. Its box stands in the reading frame of its direction: the page turned until the text runs to the right.
struct Glyph {
  char32_t code = 0;
  Direction direction = Direction::Right;
  Box box;
  float baseline = 0;
  float size = 0;  ///< of the font, as shown, in points
  bool is_bold = false;  ///< by its font's name
};

/// A ruling line or a thin filled box, on the page as it is shown.
struct Rule {
  Box box;
  bool is_horizontal = true;
};

/// A picture that is large enough to hold text.
struct PagePicture {
  Box box;  ///< on the page as it is shown
  unsigned width = 0, height = 0;  ///< pixels
  unsigned long bytes = 0;         ///< as it is packed
  /// Whether it is most likely the same picture at the same place: a letterhead.
  bool is_same(const PagePicture& other) const;
};

/// What is painted on a page that makes text of it.
struct PageContent {
  float width = 0, height = 0;  ///< points, as shown
  std::vector<Glyph> glyphs;    ///< that a reader sees, in the order in which they are painted; real spaces too
  std::vector<Rule> rules;
  std::vector<PagePicture> pictures;
  std::size_t hidden_words = 0;
  bool was_recognised = false;  ///< text of it lies unseen above its picture
  float image_share = 0;  ///< how much of the page the largest picture covers
};

PageContent read_page(PageHandle page);

/// Between the page as it is shown and the frame of a direction.
Box to_frame(const Box& shown, Direction direction, float width, float height);
Box from_frame(const Box& framed, Direction direction, float width, float height);

}  // namespace panduan::documents::pdf
