#pragma once
#include "documents/loader.h"

namespace panduan::documents {

/// PDF, by poppler's pdftotext in a process of its own with limits on time, memory and output: it parses foreign bytes.
/// Every paragraph, its white space removed, stands in what plain `pdftotext file.pdf -` prints.
class PdfLoader : public Loader {
 public:
  std::string_view media_type() const override { return "application/pdf"; }
  bool accepts(const std::filesystem::path& name, std::string_view bytes) const override;
  std::optional<std::string> convert(std::string_view bytes, const std::stop_token& stop) const override;
  /// What `pdftotext -bbox-layout` printed.
  ParsedDocument load(std::string_view layout_xml, const std::stop_token& stop) const override;
};

}  // namespace panduan::documents
