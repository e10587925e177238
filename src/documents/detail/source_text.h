#pragma once
#include <string>
#include <string_view>

namespace panduan::documents::detail {

/// Whether bytes can be text of an encoding that we name in an error: no NUL in them, or a UTF-16 mark in front.
bool looks_like_text(std::string_view bytes);

/// A text file's bytes as UTF-8 with \n line ends, without a byte order mark and without invisible characters.
/// Throws Error: InvalidInput (not UTF-8, nothing but white space), Unsupported (binary bytes).
std::string decode_source(std::string_view bytes);

/// Throws Error{TooLarge} when a format's parser would have to hold a tree of so many bytes.
void check_markup_size(std::string_view bytes, std::string_view format);

/// Whether there is anything but white space in it.
bool has_visible_text(std::string_view text);

/// Throws Error{InvalidInput} unless there is anything but white space in a parsed text.
void require_visible_text(std::string_view text);

/// The lower-case ending of a file name, without its point.
std::string lower_ending(std::string_view file_name);

}  // namespace panduan::documents::detail
