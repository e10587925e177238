#pragma once
#include <functional>
#include <vector>

#include "documents/detail/pdf_layout.h"
#include "documents/pdf/page_content.h"
#include "documents/pdf/page_lines.h"

namespace panduan::documents::pdf {

/// Adds a page to a layout: words, lines, and blocks in reading order, columns one after the other (after Breuel, "High performance document layout analysis",
/// 2003).
void add_page(const PageContent& content, detail::PdfLayout& layout);

/// The same of lines that are known, from top to bottom, with the rules of their frame; to the page that is the last to be added. `shown` places a box of the
/// frame on the page.
void add_lines(std::vector<PageLine> lines, const std::vector<Rule>& rules, const std::function<Box(const Box&)>& shown, detail::PdfLayout& layout);

}  // namespace panduan::documents::pdf
