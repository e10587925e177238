#pragma once
#include <string>
#include <string_view>

#include "documents/detail/parser_memory.h"
#include "documents/detail/text_builder.h"

namespace panduan::documents::detail {

/// Adds what a reader of a page or of a piece of one would see, and gives its <title> (empty when it has none). What its own style, its style sheets (simple
/// selectors) or `styles`, which belong to it, hide is counted and left out. `html` is valid UTF-8 without NUL. Throws as ParserMemory does.
std::string append_html(std::string_view html, TextBuilder& builder, ParserMemory& memory, std::string_view styles = {});

}  // namespace panduan::documents::detail
