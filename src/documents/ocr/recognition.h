#pragma once
#include "documents/detail/pdf_layout.h"
#include "documents/ocr/libraries.h"

namespace panduan::documents::ocr {

/// A larger picture takes the recogniser too long: an A4 page of 500 dots an inch.
inline constexpr float kMostPixels = 24e6F;

/// What a picture is of. Anything may be a photograph, in which a recogniser finds words that are none: nothing is read unless most of it is print.
enum class Shows { Page, Anything };

/// Reads a picture and adds it to the layout as a page of `width` × `height` points, which the whole picture fills. A page that stands on its side or on its
/// head is righted, and so is a small skew; the words' boxes are where they are in the picture as it came. English and simplified Chinese.
void add_recognised_page(Picture picture, float width, float height, Shows shows, detail::PdfLayout& layout);

/// A grey picture of one byte a pixel as leptonica keeps it.
Picture picture_of(const std::uint8_t* pixels, int width, int height);

}  // namespace panduan::documents::ocr
