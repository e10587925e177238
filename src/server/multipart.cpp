#include "server/multipart.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/unicode.h"
#include "server/http.h"

namespace panduan::server {
namespace {

constexpr std::size_t kMaxParts = 1000;
constexpr std::size_t kMaxBoundaryBytes = 70;  // RFC 2046
constexpr std::size_t kMaxPartHeaderBytes = 8U << 10U;
constexpr std::size_t kMaxNameBytes = 255;

[[noreturn]] void refuse(std::string_view why) { throw Error(ErrorKind::InvalidInput, fmt::format("the multipart body is not valid: {}", why)); }

/// The value of `name="…"` or `name=…` among a header's parameters. Browsers write a quote inside as %22 (WHATWG HTML, "multipart form data"), others as \".
std::string parameter(std::string_view header, std::string_view wanted) {
  auto semicolon = header.find(';');
  while (semicolon != std::string_view::npos) {
    header.remove_prefix(semicolon + 1);
    const auto equals = header.find('=');
    if (equals == std::string_view::npos) return {};
    const std::string name = lower_ascii(trim_ascii(header.substr(0, equals)));
    header.remove_prefix(equals + 1);
    std::string value;
    if (header.starts_with('"')) {
      std::size_t i = 1;
      for (; i < header.size() && header[i] != '"'; ++i) {
        if (header[i] == '\\' && i + 1 < header.size() && (header[i + 1] == '"' || header[i + 1] == '\\')) ++i;
        value += header[i];
      }
      header.remove_prefix(std::min(header.size(), i + 1));
    } else {
      value = trim_ascii(header.substr(0, header.find(';')));
    }
    if (name == wanted) return value;
    semicolon = header.find(';');
  }
  return {};
}

std::string unescaped_line_marks(std::string name) {
  for (const auto& [from, to] : {std::pair{"%22", "\""}, std::pair{"%0D", "\r"}, std::pair{"%0A", "\n"}}) {
    for (auto at = name.find(from); at != std::string::npos; at = name.find(from, at + 1)) name.replace(at, 3, to);
  }
  return name;
}

FormPart parse_part(std::string_view text) {
  const auto head_end = text.starts_with("\r\n") ? 0 : text.find("\r\n\r\n");
  if (head_end == std::string_view::npos || head_end > kMaxPartHeaderBytes) refuse("a part has no end of its header");
  FormPart part{.name = {}, .file_name = {}, .bytes = text.substr(head_end + (head_end == 0 ? 2 : 4))};
  std::string_view head = text.substr(0, head_end);
  while (!head.empty()) {
    const auto line = head.substr(0, head.find("\r\n"));
    head.remove_prefix(std::min(head.size(), line.size() + 2));
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || lower_ascii(trim_ascii(line.substr(0, colon))) != "content-disposition") continue;
    part.name = parameter(line, "name");
    part.file_name = unescaped_line_marks(parameter(line, "filename"));
  }
  return part;
}

}  // namespace

std::vector<FormPart> parse_form(std::string_view content_type, std::string_view body) {
  const std::string boundary = parameter(content_type, "boundary");
  if (boundary.empty() || boundary.size() > kMaxBoundaryBytes) refuse("the Content-Type has no usable boundary");
  const std::string delimiter = "\r\n--" + boundary;
  // The first delimiter may stand at the very beginning, without a line's end before it.
  std::size_t at = 0;
  if (body.starts_with(std::string_view(delimiter).substr(2))) {
    at = delimiter.size() - 2;
  } else {
    at = body.find(delimiter);
    if (at == std::string_view::npos) refuse("its boundary does not occur");
    at += delimiter.size();
  }
  std::vector<FormPart> parts;
  while (!body.substr(at).starts_with("--")) {
    const auto line_end = body.find("\r\n", at);
    if (line_end == std::string_view::npos || !trim_ascii(body.substr(at, line_end - at)).empty()) refuse("a boundary's line goes on");
    const std::size_t begin = line_end + 2;
    // An empty part's delimiter begins with the line end that has just been read.
    const auto end = body.find(delimiter, begin - 2);
    if (end == std::string_view::npos) refuse("it breaks off before its end");
    if (parts.size() == kMaxParts) refuse(fmt::format("it has more than {} parts", kMaxParts));
    if (end < begin) refuse("a part is empty");
    parts.push_back(parse_part(body.substr(begin, end - begin)));
    at = end + delimiter.size();
  }
  return parts;
}

std::string document_name(std::string_view path) {
  const auto slash = path.find_last_of("/\\");
  const std::string_view name = slash == std::string_view::npos ? path : path.substr(slash + 1);
  if (name.empty()) throw Error(ErrorKind::InvalidInput, "a file has no name: give one, because its ending tells the format");
  if (!is_valid_utf8(name)) throw Error(ErrorKind::InvalidInput, "a file's name is not UTF-8");
  if (name.size() > kMaxNameBytes) throw Error(ErrorKind::InvalidInput, fmt::format("a file's name has more than {} bytes", kMaxNameBytes));
  const bool plain = std::none_of(name.begin(), name.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; });
  if (!plain) throw Error(ErrorKind::InvalidInput, "a file's name has control characters in it");
  return std::string(name);
}

}  // namespace panduan::server
