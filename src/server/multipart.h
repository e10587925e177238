#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace panduan::server {

/// One part of a multipart/form-data body (RFC 7578). `bytes` borrows from the body.
struct FormPart {
  std::string name;
  std::string file_name;  ///< empty for a plain field
  std::string_view bytes;
};

/// Throws Error{InvalidInput} that says what is wrong with the body; at most 1,000 parts.
std::vector<FormPart> parse_form(std::string_view content_type, std::string_view body);

/// The last part of a path as another computer wrote it, and only if it can name a document: not empty, UTF-8, no control
/// characters, at most 255 bytes. Throws Error{InvalidInput}.
std::string document_name(std::string_view path);

}  // namespace panduan::server
