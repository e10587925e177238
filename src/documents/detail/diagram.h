#pragma once
#include <pugixml.hpp>

#include "documents/detail/text_builder.h"

namespace panduan::documents::detail {

/// Adds the text of a diagram's data (SmartArt; ECMA-376, 21.4), a line a paragraph of each point.
void append_diagram(const pugi::xml_node& data, TextBuilder& builder);

}  // namespace panduan::documents::detail
