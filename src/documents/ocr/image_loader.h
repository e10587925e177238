#pragma once
#include <span>
#include <string_view>

#include "documents/loader.h"

namespace panduan::documents {

/// A picture of a page: a photograph, a scan, a screenshot. Its text is recognised, page by page where there are several.
class ImageLoader : public Loader {
 public:
  struct Format {
    std::string_view media_type;
    std::span<const std::string_view> endings;
    bool (*begins)(std::string_view bytes);  ///< whether bytes are of this format
  };
  /// PNG, JPEG, TIFF, WebP, BMP, GIF, PNM.
  static std::span<const Format> formats();

  explicit ImageLoader(const Format& format) : format_(format) {}
  std::string_view media_type() const override { return format_.media_type; }
  std::string_view name() const override { return "images"; }
  std::span<const std::string_view> endings() const override { return format_.endings; }
  bool accepts(const std::filesystem::path& name, std::string_view bytes) const override;
  void prepare() const override;
  ParsedDocument load(std::string_view bytes) const override;
  void prepare_recognition() const override;
  ParsedDocument recognise(std::string_view bytes, std::size_t page) const override;

 private:
  const Format& format_;
};

/// A document of one page: the text of a picture that stands in another document, `bytes` being its file and `media_type` that of the other. Without text where
/// it is too small to hold some, or a photograph. Throws Error: Corrupt (broken, or of another format), TooLarge.
ParsedDocument read_picture_file(std::string_view bytes, std::string_view media_type);

}  // namespace panduan::documents
