#pragma once
#include <cstddef>
#include <map>
#include <vector>

#include "documents/document.h"

namespace panduan::documents::detail {

inline constexpr std::size_t kMostPictures = 500;  // of a document: a quarter of an hour on two cores

/// Adds a picture behind those that stand above it, unless it is there already (a logo on every slide) or there are too many.
void add_picture(std::vector<Picture>& pictures, Picture picture);

/// The document with the text of its `pictures` that were read, by index, each as paragraphs of its own where the picture stands; what was read has one page
/// each. Words keep their places where the page has measures. Its `pictures` are those that were not read.
ParsedDocument with_pictures(ParsedDocument document, const std::map<std::size_t, ParsedDocument>& read);

}  // namespace panduan::documents::detail
