#pragma once
#include <array>

#include "documents/loader.h"

namespace panduan::documents {

/// CSV and TSV (RFC 4180, and what programs write in its name): a record is a line with " | " between its cells, a line end inside quotes is a space. The
/// delimiter is what cuts the first records most evenly: comma, semicolon, tab or pipe. An empty line ends a table; the first record of each names the columns
/// where it looks like it: no numbers, or texts above columns of numbers, or years.
class DelimitedLoader : public Loader {
 public:
  std::string_view media_type() const override { return "text/csv"; }
  std::string_view name() const override { return "CSV"; }
  std::span<const std::string_view> endings() const override {
    static constexpr auto kEndings = std::to_array<std::string_view>({"csv", "tsv", "tab", "psv"});
    return kEndings;
  }
  bool accepts(const std::filesystem::path& name, std::string_view bytes) const override;
  ParsedDocument load(std::string_view bytes) const override;
};

}  // namespace panduan::documents
