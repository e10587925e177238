#include "documents/html_loader.h"

#include <algorithm>

#include "documents/detail/assembly.h"
#include "documents/detail/html_text.h"
#include "documents/detail/parser_memory.h"
#include "documents/detail/source_text.h"
#include "documents/detail/text_builder.h"

namespace panduan::documents {
namespace {

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
  std::string title = detail::append_html(source, builder, memory);
  return detail::finished(builder.finish(), media_type(), std::move(title));
}

}  // namespace panduan::documents
