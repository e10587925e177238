#include "server/http.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "base/unicode.h"
#include "server/json.h"

namespace panduan::server {
namespace {

int hex_digit(char character) {
  if (character >= '0' && character <= '9') return character - '0';
  const char lower = static_cast<char>(character | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace

std::string_view Request::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string_view{} : std::string_view(found->second);
}

Response problem(const Error& error) {
  return {.status = error_mapping(error.kind()).http_status, .content_type = "application/problem+json", .body = to_text(problem_json(error))};
}

Response problem(int status, std::string_view slug, std::string_view title, std::string_view detail) {
  return {.status = status, .content_type = "application/problem+json", .body = to_text(problem_json(status, slug, title, detail))};
}

std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_space) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
      if (high < 0 || low < 0) return std::nullopt;
      result += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      result += plus_is_space && text[i] == '+' ? ' ' : text[i];
    }
  }
  if (result.find('\0') != std::string::npos || !is_valid_utf8(result)) return std::nullopt;
  return result;
}

std::string percent_encoded(std::string_view text) {
  std::string result;
  for (const char character : text) {
    const auto byte = static_cast<unsigned char>(character);
    const bool plain = byte < 0x80 && (std::isalnum(byte) != 0 || std::string_view("-._~").find(character) != std::string_view::npos);
    if (plain) {
      result += character;
    } else {
      result += fmt::format("%{:02X}", byte);
    }
  }
  return result;
}

std::map<std::string, std::string> parse_query(std::string_view text) {
  std::map<std::string, std::string> result;
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), pair.size() + 1));
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    const auto name = percent_decoded(pair.substr(0, equals), true);
    const auto value = percent_decoded(equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1), true);
    if (!name || !value) throw Error(ErrorKind::InvalidInput, "the address has a broken %-escape or bytes that are not UTF-8 in its query");
    result[*name] = *value;
  }
  return result;
}

std::string media_type_of(std::string_view content_type) { return lower_ascii(trim_ascii(content_type.substr(0, content_type.find(';')))); }

std::string lower_ascii(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), [](unsigned char c) { return static_cast<char>(c < 0x80 ? std::tolower(c) : c); });
  return result;
}

std::string_view trim_ascii(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

}  // namespace panduan::server
