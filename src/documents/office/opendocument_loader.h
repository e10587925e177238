#pragma once
#include "documents/office/package_loader.h"

namespace panduan::documents {

/// OpenDocument (ISO 26300) text, spreadsheets and presentations, which share their content's form: a page a sheet or slide. Footnotes stand behind their
/// paragraph; deleted and hidden text is left out.
class OpenDocumentLoader : public PackageLoader {
 public:
  enum class Kind { Text, Spreadsheet, Presentation };
  explicit OpenDocumentLoader(Kind kind) : kind_(kind) {}
  std::string_view media_type() const override;
  std::string_view name() const override { return "OpenDocument"; }
  std::span<const std::string_view> endings() const override;
  bool accepts(const std::filesystem::path& name, std::string_view bytes) const override;
  ParsedDocument load(std::string_view bytes) const override;

 private:
  Kind kind_;
};

}  // namespace panduan::documents
