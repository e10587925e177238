#pragma once
#include <vector>

#include "documents/ocr/libraries.h"
#include "documents/pdf/page_content.h"

namespace panduan::documents::ocr {

/// The ruling lines of a grey picture; boxes are in points of the picture as it is.
std::vector<pdf::Rule> find_rules(Pix* picture, float points_per_pixel);

/// Paints over those that touch one of these boxes: a recogniser takes the walls of a table's cells for letters, and loses text that stands close to them. The
/// line between two columns it needs.
void erase_rules(Pix* picture, const std::vector<pdf::Rule>& rules, const std::vector<detail::Box>& boxes, float points_per_pixel);

}  // namespace panduan::documents::ocr
