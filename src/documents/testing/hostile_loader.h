#pragma once
#include <string>

#include "base/testing/escape_attempts.h"
#include "documents/loader.h"

namespace panduan::documents::testing {

/// A parser that was taken over: in its worker it tries every way out, and tells as its text how far it came. For test programs only.
class HostileLoader : public Loader {
 public:
  std::string_view media_type() const override { return "application/x-hostile"; }
  std::string_view name() const override { return "hostile code"; }
  std::span<const std::string_view> endings() const override { return {}; }
  bool accepts(const std::filesystem::path& /*name*/, std::string_view /*bytes*/) const override { return false; }
  ParsedDocument load(std::string_view /*bytes*/) const override {
    ParsedDocument document;
    document.media_type = media_type();
    for (const auto& attempt : panduan::testing::attempts())
      document.text += attempt.what + (attempt.attempt() == panduan::testing::kDenied ? ": denied\n" : ": GOT THROUGH\n");
    return document;
  }
};

}  // namespace panduan::documents::testing
