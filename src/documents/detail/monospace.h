#pragma once
#include <vector>

#include "documents/detail/pdf_layout.h"

namespace panduan::documents::detail {

/// For each block the width of its characters where they are all the same, as in printed code; 0 for other blocks, and for all
/// of them where most of the document is typewritten, so that it says nothing.
std::vector<float> monospaced_widths(const PdfLayout& layout);

}  // namespace panduan::documents::detail
