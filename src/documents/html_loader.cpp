#include "documents/html_loader.h"

#include <algorithm>

#include "base/error.h"
#include "documents/detail/assembly.h"
#include "documents/detail/base64.h"
#include "documents/detail/html_text.h"
#include "documents/detail/parser_memory.h"
#include "documents/detail/source_text.h"
#include "documents/detail/text_builder.h"
#include "documents/detail/xml.h"
#include "documents/ocr/image_loader.h"
#include "documents/ocr/libraries.h"

namespace panduan::documents {
namespace {

constexpr std::string_view kPictureInside = "data:image/";  // RFC 2397: other addresses lead out of the page

bool starts_with_tag(std::string_view text, std::string_view lower_tag) {
  if (text.size() < lower_tag.size()) return false;
  for (std::size_t i = 0; i < lower_tag.size(); ++i) {
    const char c = text[i] >= 'A' && text[i] <= 'Z' ? static_cast<char>(text[i] + 32) : text[i];
    if (c != lower_tag[i]) return false;
  }
  return true;
}

/// What <meta charset=…> near the beginning names (HTML Living Standard, 13.2.3.2); empty when nothing does.
std::string_view declared_encoding(std::string_view bytes) {
  constexpr std::string_view kName = "charset";
  const std::string_view start = bytes.substr(0, 1024);
  const auto found = std::ranges::search(start, kName, [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; });
  std::string_view value(found.end(), start.end());
  value.remove_prefix(std::min(value.find_first_not_of("=\"' "), value.size()));
  return value.substr(0, value.find_first_of("\"' />;"));
}

}  // namespace

bool HtmlLoader::accepts(const std::filesystem::path& name, std::string_view bytes) const {
  if (!detail::looks_like_text(bytes)) return false;
  if (has_ending_of(*this, name)) return true;
  std::string_view start = bytes.substr(0, 1024);
  if (start.starts_with("\xEF\xBB\xBF")) start.remove_prefix(3);
  start.remove_prefix(std::min(start.find_first_not_of(" \t\r\n"), start.size()));
  return starts_with_tag(start, "<!doctype html") || starts_with_tag(start, "<html");
}

ParsedDocument HtmlLoader::load(std::string_view bytes) const {
  detail::check_markup_size(bytes, "HTML");
  const std::string source = detail::decode_source(bytes, declared_encoding(bytes));
  detail::ParserMemory memory(detail::ParserMemory::Limits::for_input(source.size()));
  detail::TextBuilder builder;
  const auto picture = [](std::string_view address, std::size_t offset) {
    return address.starts_with(kPictureInside) ? std::to_string(offset) : std::string();
  };
  std::string title = detail::append_html(source, builder, memory, {.styles = {}, .picture = picture});
  return detail::finished(builder.finish(), media_type(), std::move(title));
}

void HtmlLoader::prepare_recognition() const { ocr::engines(); }

ParsedDocument HtmlLoader::read_picture(std::string_view bytes, std::string_view part) const {
  const std::string source = detail::decode_source(bytes, declared_encoding(bytes));
  std::string_view address = std::string_view(source).substr(std::min(detail::number_of(part, source.size()), source.size()));
  if (address.starts_with('"') || address.starts_with('\''))
    address = address.substr(1, address.find(address.front(), 1) - 1);  // there may be white space in it
  else address = address.substr(0, address.find_first_of("> \t\r\n"));
  constexpr std::string_view kBase64 = ";base64,";
  const std::size_t begin = address.find(kBase64);
  if (!address.starts_with(kPictureInside) || begin == std::string_view::npos)
    throw Error(ErrorKind::Corrupt, "a picture in it is written in a way that cannot be read");
  return read_picture_file(detail::from_base64(address.substr(begin + kBase64.size())), media_type());
}

}  // namespace panduan::documents
