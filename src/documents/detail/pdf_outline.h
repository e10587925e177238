#pragma once
#include <vector>

#include "documents/detail/pdf_text.h"

namespace panduan::documents::detail {

/// The headings that a document's own outline names, where its titles are printed, with the outline's levels; and of `found`, those that it does not name,
/// below them. `found` where there is no outline, or its titles are not what is printed.
std::vector<Heading> with_outline(std::vector<Heading> found, const PrintedText& printed, const std::vector<PdfLayout::OutlineEntry>& outline);

}  // namespace panduan::documents::detail
