#pragma once
#include <array>

#include "documents/loader.h"

namespace panduan::documents {

/// HTML as a reader sees it: no scripts, styles or hidden elements; table rows are lines with " | " between their cells.
class HtmlLoader : public Loader {
 public:
  std::string_view media_type() const override { return "text/html"; }
  std::string_view name() const override { return "HTML"; }
  std::span<const std::string_view> endings() const override {
    static constexpr auto kEndings = std::to_array<std::string_view>({"html", "htm", "xhtml"});
    return kEndings;
  }
  bool accepts(const std::filesystem::path& name, std::string_view bytes) const override;
  ParsedDocument load(std::string_view bytes) const override;
  void prepare_recognition() const override;
  ParsedDocument read_picture(std::string_view bytes, std::string_view part) const override;
};

}  // namespace panduan::documents
