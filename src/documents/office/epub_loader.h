#pragma once
#include "documents/loader.h"

namespace panduan::documents {

/// Books (EPUB 2 and 3): the chapters in reading order.
class EpubLoader : public Loader {
 public:
  std::string_view media_type() const override { return "application/epub+zip"; }
  bool accepts(const std::filesystem::path& name, std::string_view bytes) const override;
  ParsedDocument load(std::string_view bytes, const std::stop_token& stop) const override;
};

}  // namespace panduan::documents
