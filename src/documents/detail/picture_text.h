#pragma once
#include <cstddef>
#include <map>

#include "documents/document.h"

namespace panduan::documents::detail {

/// The document with the text of its `pictures` that were read, by index, each as paragraphs of its own where the picture stands; what was read has one page
/// each. Words keep their places where the page has measures. Its `pictures` are those that were not read.
ParsedDocument with_pictures(ParsedDocument document, const std::map<std::size_t, ParsedDocument>& read);

}  // namespace panduan::documents::detail
