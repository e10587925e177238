#pragma once
#include <array>

#include "documents/office/package_loader.h"

namespace panduan::documents {

/// Text documents of Office Open XML (ECMA-376). Footnotes stand behind their paragraph; deleted and hidden text is left out.
class DocxLoader : public PackageLoader {
 public:
  std::string_view media_type() const override { return "application/vnd.openxmlformats-officedocument.wordprocessingml.document"; }
  std::string_view name() const override { return "Word"; }
  std::span<const std::string_view> endings() const override {
    static constexpr auto kEndings = std::to_array<std::string_view>({"docx", "docm", "dotx", "doc"});
    return kEndings;
  }
  bool accepts(const std::filesystem::path& name, std::string_view bytes) const override;
  ParsedDocument load(std::string_view bytes) const override;
};

}  // namespace panduan::documents
