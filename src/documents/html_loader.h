#pragma once
#include "documents/loader.h"

namespace panduan::documents {

/// HTML as a reader sees it: no scripts, styles or hidden elements; table rows are lines with " | " between their cells.
class HtmlLoader : public Loader {
 public:
  std::string_view media_type() const override { return "text/html"; }
  bool accepts(const std::filesystem::path& name, std::string_view bytes) const override;
  ParsedDocument load(std::string_view bytes, const std::stop_token& stop) const override;
};

}  // namespace panduan::documents
