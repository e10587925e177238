#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "documents/pdf/page_content.h"
#include "documents/pdf/pdfium.h"

namespace panduan::documents::pdf {

/// A page's picture in grey.
struct Rendering {
  int width = 0, height = 0;                  ///< pixels
  float page_width = 0, page_height = 0;      ///< points, as shown
  std::vector<std::uint8_t> pixels;  ///< [height, width], 0 is black
};

/// As text recognition wants it: so fine that small print can be read, and bounded however large the page is.
Rendering render(PageHandle page);

/// Leaves of a page what stands in `kept`, without what stands in `erased`: boxes on the page as it is shown.
void keep_only(Rendering& page, std::span<const Box> kept, std::span<const Box> erased);

}  // namespace panduan::documents::pdf
