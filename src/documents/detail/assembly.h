#pragma once
#include <string>
#include <string_view>

#include "documents/document.h"

namespace panduan::documents::detail {

/// Whether a page has a name and nothing on it, which says nothing.
bool is_only_a_heading(const ParsedDocument& page);

/// Adds a part to a document, an empty line apart, as a page of that label. One without anything on it is no page.
void append_page(ParsedDocument& whole, const ParsedDocument& part, std::string label);

/// What a loader does at its end: the media type, the title or else the first heading, and text or a picture there must be. Throws Error{InvalidInput}.
ParsedDocument finished(ParsedDocument document, std::string_view media_type, std::string title);

}  // namespace panduan::documents::detail
