#include "documents/detail/diagram.h"

#include "documents/detail/xml.h"

namespace panduan::documents::detail {

void append_diagram(const pugi::xml_node& data, TextBuilder& builder) {
  builder.break_paragraph();
  walk(
      data,
      [&](const pugi::xml_node& node) {
        const std::string_view name = local_name(node);
        if (name == "p" || name == "br") builder.break_line();
        const std::string_view parent = local_name(node.parent());
        const bool is_text = name == "t" && (parent == "r" || parent == "fld");  // the text body of a point has the same name
        if (is_text) builder.add_text(text_of(node));
        return !is_text;
      },
      [&](const pugi::xml_node& node) {
        if (local_name(node) == "p") builder.break_line();
      });
  builder.break_paragraph();
}

}  // namespace panduan::documents::detail
