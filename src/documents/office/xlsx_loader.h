#pragma once
#include <array>

#include "documents/office/package_loader.h"

namespace panduan::documents {

/// Workbooks of Office Open XML (ECMA-376): a page a sheet, a line a row; dates and percentages as they are shown. Hidden sheets are left out.
class XlsxLoader : public PackageLoader {
 public:
  std::string_view media_type() const override { return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"; }
  std::string_view name() const override { return "Excel"; }
  std::span<const std::string_view> endings() const override {
    static constexpr auto kEndings = std::to_array<std::string_view>({"xlsx", "xlsm", "xls"});
    return kEndings;
  }
  bool accepts(const std::filesystem::path& name, std::string_view bytes) const override;
  ParsedDocument load(std::string_view bytes) const override;
};

}  // namespace panduan::documents
