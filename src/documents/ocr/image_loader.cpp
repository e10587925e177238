#include "documents/ocr/image_loader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

#include "base/error.h"
#include "documents/detail/printed_document.h"
#include "documents/ocr/recognition.h"

namespace panduan::documents {
namespace {

constexpr std::size_t kMostPages = 1000;
constexpr std::int64_t kMostDecoded = 100'000'000;
constexpr float kUsualResolution = 200;  // dots an inch, where a picture does not say
constexpr std::string_view kTiffType = "image/tiff";
constexpr int kNarrowestPicture = 60, kLowestPicture = 16;  // pixels: less is an icon or a line
constexpr int kSmallWidth = 1300;        // pixels: a screenshot, whose letters are too small for the recogniser

bool begins_with(std::string_view bytes, std::string_view mark) { return bytes.starts_with(mark); }

constexpr auto kPng = std::to_array<std::string_view>({"png"});
constexpr auto kJpeg = std::to_array<std::string_view>({"jpg", "jpeg"});
constexpr auto kTiff = std::to_array<std::string_view>({"tif", "tiff"});
constexpr auto kWebp = std::to_array<std::string_view>({"webp"});
constexpr auto kBmp = std::to_array<std::string_view>({"bmp"});
constexpr auto kGif = std::to_array<std::string_view>({"gif"});
constexpr auto kPnm = std::to_array<std::string_view>({"pnm", "pgm", "pbm", "ppm"});

constexpr std::array kFormats{
    ImageLoader::Format{"image/png", kPng, [](std::string_view bytes) { return begins_with(bytes, "\x89PNG\r\n\x1a\n"); }},
    ImageLoader::Format{"image/jpeg", kJpeg, [](std::string_view bytes) { return begins_with(bytes, "\xFF\xD8\xFF"); }},
    ImageLoader::Format{
        kTiffType, kTiff,
        [](std::string_view bytes) { return begins_with(bytes, std::string_view("II*\0", 4)) || begins_with(bytes, std::string_view("MM\0*", 4)); }},
    ImageLoader::Format{"image/webp", kWebp,
                        [](std::string_view bytes) { return begins_with(bytes, "RIFF") && bytes.size() > 12 && bytes.substr(8, 4) == "WEBP"; }},
    ImageLoader::Format{
        "image/bmp", kBmp,
        [](std::string_view bytes) { return begins_with(bytes, "BM") && bytes.size() > 10 && bytes.substr(6, 4) == std::string_view("\0\0\0\0", 4); }},
    ImageLoader::Format{"image/gif", kGif, [](std::string_view bytes) { return begins_with(bytes, "GIF87a") || begins_with(bytes, "GIF89a"); }},
    ImageLoader::Format{"image/x-portable-anymap", kPnm,
                        [](std::string_view bytes) {
                          return bytes.size() > 3 && bytes[0] == 'P' && bytes[1] >= '1' && bytes[1] <= '6' && (bytes[2] == '\n' || bytes[2] == ' ');
                        }},
};

const l_uint8* data(std::string_view bytes) { return reinterpret_cast<const l_uint8*>(bytes.data()); }

struct Measures {
  int width = 0, height = 0;
};

/// From the header alone; nullopt past the last page.
std::optional<Measures> measure(std::string_view bytes, bool is_tiff, std::size_t page) {
  const ocr::Leptonica& leptonica = ocr::leptonica();
  Measures found;
  int format = 0;
  int bits = 0;
  int samples = 0;
  int has_map = 0;
  int resolution = 0;
  const bool failed =
      is_tiff ? leptonica.readHeaderMemTiff(data(bytes), bytes.size(), static_cast<int>(page), &found.width, &found.height, &bits, &samples, &resolution,
                                            &has_map, &format) != 0
              : page > 0 || leptonica.pixReadHeaderMem(data(bytes), bytes.size(), &format, &found.width, &found.height, &bits, &samples, &has_map) != 0;
  if (failed || found.width <= 0 || found.height <= 0) return std::nullopt;
  return found;
}

ocr::Picture decode(std::string_view bytes, bool is_tiff, std::size_t page) {
  const ocr::Leptonica& leptonica = ocr::leptonica();
  if (!is_tiff) return ocr::Picture(leptonica.pixReadMem(data(bytes), bytes.size()));
  std::size_t offset = 0;
  ocr::Picture picture;
  for (std::size_t index = 0; index <= page; ++index) {
    picture.reset(leptonica.pixReadMemFromMultipageTiff(data(bytes), bytes.size(), &offset));
    if (!picture || (offset == 0 && index < page)) return {};
  }
  return picture;
}

constexpr std::string_view kBroken = "the picture is broken and cannot be read: fetch or export it again";

void check_measures(const Measures& measures) {
  if (std::int64_t{measures.width} * measures.height <= kMostDecoded) return;
  throw Error(ErrorKind::TooLarge, fmt::format("the picture has {} × {} pixels, and {} million are read at most: make it smaller", measures.width,
                                               measures.height, kMostDecoded / 1'000'000));
}

ocr::Picture grey(ocr::Picture picture) {
  const ocr::Leptonica& leptonica = ocr::leptonica();
  picture = ocr::Picture(leptonica.pixRemoveAlpha(picture.get()));
  if (picture) picture = ocr::Picture(leptonica.pixConvertTo8(picture.get(), 0));
  if (!picture) throw Error(ErrorKind::Corrupt, "the picture is in a form that cannot be read: save it as PNG");
  return picture;
}

/// The text of a picture that was decoded.
ParsedDocument recognised(ocr::Picture picture, ocr::Shows shows, std::string_view media_type) {
  if (!picture) throw Error(ErrorKind::Corrupt, std::string(kBroken));
  const ocr::Leptonica& leptonica = ocr::leptonica();
  const int resolution = leptonica.pixGetXRes(picture.get());
  picture = grey(std::move(picture));
  const auto width = static_cast<float>(leptonica.pixGetWidth(picture.get()));
  const auto height = static_cast<float>(leptonica.pixGetHeight(picture.get()));
  const float points = 72 / (resolution >= 50 && resolution <= 2400 ? static_cast<float>(resolution) : kUsualResolution);
  float scale = width < kSmallWidth ? 2.0F : 1.0F;
  if (width * height * scale * scale > ocr::kMostPixels) scale = std::sqrt(ocr::kMostPixels / (width * height));
  if (scale != 1) picture = ocr::Picture(leptonica.pixScale(picture.get(), scale, scale));
  if (!picture) throw Error(ErrorKind::TooLarge, "the picture is too large to be read: make it smaller");
  detail::PdfLayout layout;
  ocr::add_recognised_page(std::move(picture), width * points, height * points, shows, layout);
  return detail::printed_document(std::move(layout), media_type);
}

}  // namespace

std::span<const ImageLoader::Format> ImageLoader::formats() { return kFormats; }

bool ImageLoader::accepts(const std::filesystem::path& /*name*/, std::string_view bytes) const { return format_.begins(bytes); }

void ImageLoader::prepare() const { ocr::leptonica(); }

void ImageLoader::prepare_recognition() const { ocr::engines(); }

ParsedDocument ImageLoader::load(std::string_view bytes) const {
  ParsedDocument document;
  document.media_type = media_type();
  for (std::size_t index = 0; index < kMostPages; ++index) {
    const auto measures = measure(bytes, media_type() == kTiffType, index);
    if (!measures) break;
    check_measures(*measures);
    document.pages.push_back({.label = std::to_string(index + 1), .text = {}, .width = 0, .height = 0, .words = {}});
    document.picture_pages.push_back(index);
  }
  if (document.pages.empty()) throw Error(ErrorKind::Corrupt, std::string(kBroken));
  return document;
}

ParsedDocument ImageLoader::recognise(std::string_view bytes, std::size_t page) const {
  return recognised(decode(bytes, media_type() == kTiffType, page), ocr::Shows::Page, media_type());
}

ParsedDocument read_picture_file(std::string_view bytes, std::string_view media_type) {
  const auto format = std::ranges::find_if(kFormats, [&](const ImageLoader::Format& known) { return known.begins(bytes); });
  const bool is_tiff = format != kFormats.end() && format->media_type == kTiffType;
  const auto measures = format == kFormats.end() ? std::nullopt : measure(bytes, is_tiff, 0);
  if (!measures) throw Error(ErrorKind::Corrupt, std::string(kBroken));
  check_measures(*measures);
  if (measures->width >= kNarrowestPicture && measures->height >= kLowestPicture)
    return recognised(decode(bytes, is_tiff, 0), ocr::Shows::Anything, media_type);
  ParsedDocument nothing;
  nothing.media_type = media_type;
  nothing.pages.emplace_back();
  return nothing;
}

}  // namespace panduan::documents
