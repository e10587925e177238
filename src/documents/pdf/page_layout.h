#pragma once
#include "documents/detail/pdf_layout.h"
#include "documents/pdf/page_content.h"
#include "documents/pdf/page_lines.h"

namespace panduan::documents::pdf {

/// Adds a page to a layout: words, lines, and blocks in reading order, columns one after the other (after Breuel, "High performance document layout analysis",
/// 2003).
void add_page(const PageContent& content, detail::PdfLayout& layout);

}  // namespace panduan::documents::pdf
