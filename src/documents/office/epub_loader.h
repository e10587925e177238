#pragma once
#include <array>

#include "documents/office/package_loader.h"

namespace panduan::documents {

/// Books (EPUB 2 and 3): the chapters in reading order.
class EpubLoader : public PackageLoader {
 public:
  std::string_view media_type() const override { return "application/epub+zip"; }
  std::string_view name() const override { return "EPUB"; }
  std::span<const std::string_view> endings() const override {
    static constexpr auto kEndings = std::to_array<std::string_view>({"epub"});
    return kEndings;
  }
  bool accepts(const std::filesystem::path& name, std::string_view bytes) const override;
  ParsedDocument load(std::string_view bytes) const override;
};

}  // namespace panduan::documents
