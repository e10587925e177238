#pragma once
#include <array>

#include "documents/loader.h"

namespace panduan::documents {

/// Plain text, kept as it is. It also takes what only claims to be text (no NUL byte in it), to say what is wrong with it.
class TextLoader : public Loader {
 public:
  std::string_view media_type() const override { return "text/plain"; }
  std::string_view name() const override { return "plain text"; }
  std::span<const std::string_view> endings() const override {
    static constexpr auto kEndings = std::to_array<std::string_view>({"txt", "text", "org", "adoc"});
    return kEndings;
  }
  bool accepts(const std::filesystem::path& name, std::string_view bytes) const override;
  ParsedDocument load(std::string_view bytes) const override;
};

}  // namespace panduan::documents
