#include "documents/detail/source_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/encoding.h"
#include "base/error.h"
#include "base/unicode.h"

namespace panduan::documents::detail {
namespace {

constexpr std::size_t kMaxMarkupBytes = 64U << 20U;

void refuse_nul(std::string_view text) {
  if (const std::size_t offset = text.find('\0'); offset != std::string_view::npos) {
    throw Error(ErrorKind::Unsupported, fmt::format("not a text file: there is a NUL byte at offset {}", offset));
  }
}

}  // namespace

bool looks_like_text(std::string_view bytes) { return bytes.find('\0') == std::string_view::npos || !wide_encoding(bytes).empty(); }

std::string decode_source(std::string_view bytes, std::string_view declared) {
  if (wide_encoding(bytes).empty()) refuse_nul(bytes);
  const auto decoded = decode_text(bytes, declared);
  if (!decoded) {
    const std::size_t offset = std::min(first_invalid_utf8(bytes), bytes.size() - 1);
    throw Error(ErrorKind::InvalidInput,
                fmt::format("not valid text at byte {} (0x{:02X}): it is damaged, or two encodings stand in one file; save it anew as UTF-8", offset,
                            static_cast<unsigned char>(bytes[offset])));
  }
  refuse_nul(decoded->text);
  // What nobody sees is not part of the text: it would keep its words from being found, or hide them from readers.
  const std::string visible = remove_invisible(decoded->text);
  bytes = visible;
  require_visible_text(bytes);
  std::string text;
  text.reserve(bytes.size());
  for (std::size_t position = 0; position < bytes.size();) {
    const std::size_t line_end = std::min(bytes.find('\r', position), bytes.size());
    text.append(bytes, position, line_end - position);
    if (line_end < bytes.size()) text.push_back('\n');
    position = line_end + (bytes.substr(line_end, 2) == "\r\n" ? 2 : 1);
  }
  return text;
}

void check_markup_size(std::string_view bytes, std::string_view format) {
  if (bytes.size() > kMaxMarkupBytes) {
    throw Error(ErrorKind::TooLarge,
                fmt::format("{} of {} MB: at most {} MB are parsed as one, split the file", format, bytes.size() >> 20U, kMaxMarkupBytes >> 20U));
  }
}

bool has_visible_text(std::string_view text) {
  for (std::size_t offset = 0; offset < text.size();) {
    const Character c = character_at(text, offset);
    if (!is_white_space(c.code_point)) return true;
    offset += c.bytes;
  }
  return false;
}

void require_visible_text(std::string_view text) {
  if (!has_visible_text(text)) throw Error(ErrorKind::InvalidInput, "there is no text in it that a reader sees: open it and look, or export it again");
}

std::string lower(std::string_view text) {
  std::string lowered(text);
  for (char& c : lowered) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return lowered;
}

std::string lower_ending(std::string_view file_name) {
  const std::size_t slash = file_name.rfind('/');
  if (slash != std::string_view::npos) file_name.remove_prefix(slash + 1);
  const std::size_t point = file_name.rfind('.');
  if (point == std::string_view::npos || point == 0) return {};
  return lower(file_name.substr(point + 1));
}

}  // namespace panduan::documents::detail
