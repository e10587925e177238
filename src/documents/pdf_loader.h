#pragma once
#include <array>

#include "documents/loader.h"

namespace panduan::documents {

/// PDF, by poppler's pdftotext in a process of its own with limits on time, memory and output: it parses foreign bytes.
/// Every paragraph, its white space removed, stands in what plain `pdftotext file.pdf -` prints.
class PdfLoader : public Loader {
 public:
  std::string_view media_type() const override { return "application/pdf"; }
  std::string_view name() const override { return "PDF"; }
  std::span<const std::string_view> endings() const override {
    static constexpr auto kEndings = std::to_array<std::string_view>({"pdf"});
    return kEndings;
  }
  bool accepts(const std::filesystem::path& name, std::string_view bytes) const override;
  std::optional<std::string> convert(std::string_view bytes, const std::stop_token& stop) const override;
  /// What `pdftotext -bbox-layout` printed.
  ParsedDocument load(std::string_view layout_xml) const override;
};

}  // namespace panduan::documents
