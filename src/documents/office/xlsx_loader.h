#pragma once
#include "documents/loader.h"

namespace panduan::documents {

/// Workbooks of Office Open XML (ECMA-376): a page a sheet, a line a row; dates and percentages as they are shown. Hidden sheets are left out.
class XlsxLoader : public Loader {
 public:
  std::string_view media_type() const override { return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"; }
  bool accepts(const std::filesystem::path& name, std::string_view bytes) const override;
  ParsedDocument load(std::string_view bytes, const std::stop_token& stop) const override;
};

}  // namespace panduan::documents
