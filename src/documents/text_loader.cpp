#include "documents/text_loader.h"

#include "documents/detail/source_text.h"

namespace panduan::documents {

bool TextLoader::accepts(const std::filesystem::path& /*name*/, std::string_view bytes) const { return detail::looks_like_text(bytes); }

ParsedDocument TextLoader::load(std::string_view bytes) const {
  ParsedDocument document;
  document.media_type = media_type();
  document.text = detail::decode_source(bytes);
  return document;
}

}  // namespace panduan::documents
