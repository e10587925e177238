#pragma once
#include <array>

#include "documents/loader.h"

namespace panduan::documents {

/// PDF, by PDFium. What nobody sees is left out; a page that is a picture is left to `recognise`, and pictures on the others to
/// `read_picture`.
class PdfLoader : public Loader {
 public:
  std::string_view media_type() const override { return "application/pdf"; }
  std::string_view name() const override { return "PDF"; }
  std::span<const std::string_view> endings() const override {
    static constexpr auto kEndings = std::to_array<std::string_view>({"pdf"});
    return kEndings;
  }
  bool accepts(const std::filesystem::path& name, std::string_view bytes) const override;
  void prepare() const override;
  ParsedDocument load(std::string_view bytes) const override;
  void prepare_recognition() const override;
  ParsedDocument recognise(std::string_view bytes, std::size_t page) const override;
  ParsedDocument read_picture(std::string_view bytes, std::string_view part) const override;
};

}  // namespace panduan::documents
