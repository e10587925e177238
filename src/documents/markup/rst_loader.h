#pragma once
#include <array>

#include "documents/loader.h"

namespace panduan::documents {

/// reStructuredText as a reader sees it: sections are headings, a table's row is a line, literal blocks and code stay as they are, admonitions begin with their
/// name, a picture is its alternative text. Comments, targets and what only steers a tool (contents, index, include, raw) are left out; of a directive
/// that is not known, its arguments and what is in it are text.
class RstLoader : public Loader {
 public:
  std::string_view media_type() const override { return "text/x-rst"; }
  std::string_view name() const override { return "reStructuredText"; }
  std::span<const std::string_view> endings() const override {
    static constexpr auto kEndings = std::to_array<std::string_view>({"rst", "rest"});
    return kEndings;
  }
  bool accepts(const std::filesystem::path& name, std::string_view bytes) const override;
  ParsedDocument load(std::string_view bytes) const override;
};

}  // namespace panduan::documents
