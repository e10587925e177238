#pragma once
#include "documents/loader.h"

namespace panduan::documents {

/// Presentations of Office Open XML (ECMA-376): a page a slide, with its notes. Hidden slides are left out.
class PptxLoader : public Loader {
 public:
  std::string_view media_type() const override { return "application/vnd.openxmlformats-officedocument.presentationml.presentation"; }
  bool accepts(const std::filesystem::path& name, std::string_view bytes) const override;
  ParsedDocument load(std::string_view bytes, const std::stop_token& stop) const override;
};

}  // namespace panduan::documents
