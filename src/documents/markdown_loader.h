#pragma once
#include <array>

#include "documents/loader.h"

namespace panduan::documents {

/// GitHub's Markdown, as readable text: heading and emphasis marks, link targets, comments and front matter are left out, code
/// stays as it is, a table's row is a line.
class MarkdownLoader : public Loader {
 public:
  std::string_view media_type() const override { return "text/markdown"; }
  std::string_view name() const override { return "Markdown"; }
  std::span<const std::string_view> endings() const override {
    static constexpr auto kEndings = std::to_array<std::string_view>({"md", "markdown", "mdown", "mkd"});
    return kEndings;
  }
  bool accepts(const std::filesystem::path& name, std::string_view bytes) const override;
  ParsedDocument load(std::string_view bytes) const override;
};

}  // namespace panduan::documents
