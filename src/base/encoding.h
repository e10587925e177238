#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace panduan {

struct DecodedText {
  std::string text;      ///< UTF-8, without a byte order mark
  std::string encoding;  ///< IANA's name: "GB18030"
};

/// The encoding of text in units of two or four bytes ("UTF-16LE"): by its byte order mark, else by its characters, looking at the first few thousand. Empty
/// for all other bytes.
std::string_view wide_encoding(std::string_view bytes);

/// Text as UTF-8, whatever it was: by its byte order mark (UTF-8, UTF-16, UTF-32), as UTF-16 without one, as UTF-8 where it is valid, else as what it is
/// declared to be if that fits, else by what the bytes look like (ICU's detector): Chinese, Japanese, Korean and the single-byte encodings. nullopt for what is
/// text in no encoding without a fault, and for UTF-8 with a fault in it, which any single-byte encoding would read as nonsense.
std::optional<DecodedText> decode_text(std::string_view bytes, std::string_view declared = {});

}  // namespace panduan
