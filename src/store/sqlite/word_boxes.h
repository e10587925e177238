#pragma once
#include <span>
#include <string>
#include <vector>

#include "documents/document.h"

namespace panduan::store {

/// Word boxes of a page as they are stored: 14 bytes a word (start after the word before, length, four edges in tenths of a point),
/// where the plain structures take 32. Positions are relative to the page's range.
std::string pack_word_boxes(const documents::Page& page);
std::vector<documents::WordBox> unpack_word_boxes(std::span<const unsigned char> bytes, documents::ByteRange page_text);

}  // namespace panduan::store
