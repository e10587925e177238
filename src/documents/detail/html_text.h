#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "documents/detail/parser_memory.h"
#include "documents/detail/text_builder.h"

namespace panduan::documents::detail {

/// What a page does not say itself.
struct HtmlSurroundings {
  std::string_view styles;  ///< style sheets that belong to it
  /// Names the picture (TextBuilder::add_picture) of an <img>, by its address and by where that stands in the page; empty: it is not to be read.
  std::function<std::string(std::string_view address, std::size_t offset)> picture;
};

/// Adds what a reader of a page or of a piece of one would see, and gives its <title> (empty when it has none). What its own style, its style sheets (simple
/// selectors) or the surroundings' hide is counted and left out. `html` is valid UTF-8 without NUL. Throws as ParserMemory does.
std::string append_html(std::string_view html, TextBuilder& builder, ParserMemory& memory, const HtmlSurroundings& surroundings = {});

}  // namespace panduan::documents::detail
