#pragma once
#include <string>
#include <string_view>

namespace panduan::documents::detail {

/// Whether bytes can be text: no NUL in them, or they are UTF-16 or UTF-32.
bool looks_like_text(std::string_view bytes);

/// A text file's bytes as UTF-8 (base/encoding.h) with \n line ends, without a byte order mark and without invisible characters. `declared`: the encoding that
/// it names itself, if it does. Throws Error: InvalidInput (text in no encoding, nothing but white space), Unsupported (binary bytes).
std::string decode_source(std::string_view bytes, std::string_view declared = {});

/// Throws Error{TooLarge} when a format's parser would have to hold a tree of so many bytes.
void check_markup_size(std::string_view bytes, std::string_view format);

/// Whether there is anything but white space in it.
bool has_visible_text(std::string_view text);

/// Throws Error{InvalidInput} unless there is anything but white space in a parsed text.
void require_visible_text(std::string_view text);

/// With A to Z as a to z.
std::string lower(std::string_view text);

/// The lower-case ending of a file name, without its point.
std::string lower_ending(std::string_view file_name);

}  // namespace panduan::documents::detail
