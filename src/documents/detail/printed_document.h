#pragma once
#include <map>
#include <string_view>

#include "documents/detail/pdf_layout.h"
#include "documents/document.h"

namespace panduan::documents::detail {

/// Text, pages, headings and tables of a layout; the text may be empty.
ParsedDocument printed_document(PdfLayout layout, std::string_view media_type);

/// The document with the pages that were recognised, by index, in their places. Its `picture_pages` are those that were not.
ParsedDocument with_recognised(const ParsedDocument& document, const std::map<std::size_t, ParsedDocument>& recognised);

}  // namespace panduan::documents::detail
