#pragma once
#include <array>

#include "documents/loader.h"

namespace panduan::documents {

/// A message (RFC 5322, MIME): its subject as title and heading, who wrote to whom and when, its plain text or else its HTML, and the names of what is
/// attached. Lines stay as they are, replies with what they quote. The attachments themselves are members (documents/container.h).
class MailLoader : public Loader {
 public:
  std::string_view media_type() const override { return "message/rfc822"; }
  std::string_view name() const override { return "e-mail"; }
  std::span<const std::string_view> endings() const override {
    static constexpr auto kEndings = std::to_array<std::string_view>({"eml"});
    return kEndings;
  }
  bool accepts(const std::filesystem::path& name, std::string_view bytes) const override;
  ParsedDocument load(std::string_view bytes) const override;
};

}  // namespace panduan::documents
