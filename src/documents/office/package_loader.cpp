#include "documents/office/package_loader.h"

#include <algorithm>

#include "base/zip.h"
#include "documents/detail/source_text.h"
#include "documents/ocr/image_loader.h"
#include "documents/ocr/libraries.h"

namespace panduan::documents {
namespace {

using detail::attribute_of;
using detail::child_of;
using detail::local_name;

constexpr std::int64_t kEmuPerPoint = 12'700;
constexpr std::int64_t kNarrowest = 36 * kEmuPerPoint, kLowest = 9 * kEmuPerPoint;

/// <pic> around <blipFill> around a <blip>; what else is filled with a picture is decorated with it.
bool is_large_picture(const pugi::xml_node& blip) {
  const pugi::xml_node picture = blip.parent().parent();
  if (local_name(picture) != "pic") return false;
  const pugi::xml_node extent = child_of(picture, {"spPr", "xfrm", "ext"});
  return !extent || (detail::number_of<std::int64_t>(attribute_of(extent, "cx"), kNarrowest) >= kNarrowest &&
                     detail::number_of<std::int64_t>(attribute_of(extent, "cy"), kLowest) >= kLowest);
}

}  // namespace

void PackageLoader::prepare_recognition() const { ocr::engines(); }

ParsedDocument PackageLoader::read_picture(std::string_view bytes, std::string_view member) const {
  ZipArchive archive(bytes);
  return read_picture_file(archive.read(member), media_type());
}

bool is_readable_picture(std::string_view member) {
  const std::string ending = detail::lower_ending(member);
  return std::ranges::any_of(ImageLoader::formats(),
                             [&](const ImageLoader::Format& format) { return std::ranges::find(format.endings, ending) != format.endings.end(); });
}

std::string picture_at(const pugi::xml_node& node, const detail::Relationships& relationships) {
  const std::string_view name = local_name(node);
  const bool is_blip = name == "blip" && is_large_picture(node);
  if (!is_blip && name != "imagedata") return {};
  const auto found = relationships.find(is_blip ? attribute_of(node, "embed") : detail::relationship_id(node));
  if (found == relationships.end() || !is_readable_picture(found->second.target)) return {};
  return found->second.target;
}

}  // namespace panduan::documents
