#pragma once
#include <string>
#include <string_view>

#include "documents/detail/parser_memory.h"
#include "documents/detail/text_builder.h"

namespace panduan::documents::detail {

/// Adds what a reader of a page or of a piece of one would see, and gives its <title> (empty when it has none).
/// `html` is valid UTF-8 without NUL. Throws as ParserMemory does.
std::string append_html(std::string_view html, TextBuilder& builder, ParserMemory& memory);

}  // namespace panduan::documents::detail
