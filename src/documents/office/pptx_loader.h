#pragma once
#include <array>

#include "documents/office/package_loader.h"

namespace panduan::documents {

/// Presentations of Office Open XML (ECMA-376): a page a slide, with its notes. Hidden slides are left out.
class PptxLoader : public PackageLoader {
 public:
  std::string_view media_type() const override { return "application/vnd.openxmlformats-officedocument.presentationml.presentation"; }
  std::string_view name() const override { return "PowerPoint"; }
  std::span<const std::string_view> endings() const override {
    static constexpr auto kEndings = std::to_array<std::string_view>({"pptx", "pptm", "ppsx", "ppt"});
    return kEndings;
  }
  bool accepts(const std::filesystem::path& name, std::string_view bytes) const override;
  ParsedDocument load(std::string_view bytes) const override;
};

}  // namespace panduan::documents
