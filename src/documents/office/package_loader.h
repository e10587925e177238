#pragma once
#include <pugixml.hpp>
#include <string>
#include <string_view>

#include "documents/detail/package.h"
#include "documents/loader.h"

namespace panduan::documents {

/// A format that is a zip archive of parts, pictures among them, whose names in `pictures` are those of the members.
class PackageLoader : public Loader {
 public:
  void prepare_recognition() const override;
  ParsedDocument read_picture(std::string_view bytes, std::string_view member) const override;
};

/// Whether a member is a picture whose format can be read: not a drawing (EMF, SVG).
bool is_readable_picture(std::string_view member);

/// The picture that a node of Office Open XML puts there (<a:blip>, <v:imagedata>), as a member; empty for any other node, for what is no larger than an icon
/// and for a background.
std::string picture_at(const pugi::xml_node& node, const detail::Relationships& relationships);

}  // namespace panduan::documents
