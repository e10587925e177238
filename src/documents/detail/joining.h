#pragma once
#include <string_view>

namespace panduan::documents::detail {

/// Whether two pieces of text that a line end kept apart belong together with a space between them: Latin words do, Chinese and
/// Japanese characters don't. Korean writes spaces. A piece that ends or begins with white space needs no other.
bool needs_space_between(std::string_view before, std::string_view after);

/// The last character of a text; 0 for an empty one.
char32_t last_character(std::string_view text);
/// The first character of a text; 0 for an empty one.
char32_t first_character(std::string_view text);

/// A character of a script that puts no spaces between words, or its punctuation.
bool is_spaceless(char32_t code_point);

}  // namespace panduan::documents::detail
