#include "documents/detail/package.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/error.h"
#include "documents/detail/text_builder.h"

namespace panduan::documents::detail {

bool is_zip(std::string_view bytes) { return bytes.starts_with("PK\x03\x04"); }
bool is_compound_file(std::string_view bytes) { return bytes.starts_with("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"); }

void refuse_compound_file(std::string_view bytes) {
  if (!is_compound_file(bytes)) return;
  throw Error(ErrorKind::Unsupported,
              "it has a password, or is in the format of Office 2003 and before: save a copy without a password as .docx, .xlsx, .pptx or OpenDocument");
}

XmlTree read_tree(ZipArchive& archive, std::string_view member) { return {archive.read(member), member}; }

std::string member_path(std::string_view from, std::string_view target) {
  std::vector<std::string_view> parts;
  const auto add = [&](std::string_view path) {
    for (std::size_t begin = 0; begin <= path.size();) {
      const std::size_t end = std::min(path.find('/', begin), path.size());
      const std::string_view part = path.substr(begin, end - begin);
      if (part == "..") {
        if (parts.empty()) return false;
        parts.pop_back();
      } else if (!part.empty() && part != ".") {
        parts.push_back(part);
      }
      begin = end + 1;
    }
    return true;
  };
  if (!target.starts_with('/')) add(from.substr(0, from.rfind('/') == std::string_view::npos ? 0 : from.rfind('/')));
  if (!add(target)) return {};
  return fmt::format("{}", fmt::join(parts, "/"));
}

std::string_view relationship_id(const pugi::xml_node& node) {
  for (const auto& attribute : node.attributes()) {
    if (std::string_view(attribute.name()).ends_with(":id")) return attribute.value();
  }
  return {};
}

Relationships relationships_of(ZipArchive& archive, std::string_view part) {
  const std::size_t slash = part.rfind('/');
  const std::string member =
      slash == std::string_view::npos ? fmt::format("_rels/{}.rels", part) : fmt::format("{}/_rels/{}.rels", part.substr(0, slash), part.substr(slash + 1));
  Relationships found;
  if (!archive.has(member)) return found;
  const XmlTree tree = read_tree(archive, member);
  for (const auto& entry : tree.root().children()) {
    if (attribute_of(entry, "TargetMode") == "External") continue;
    const std::string_view type = attribute_of(entry, "Type");
    found[std::string(attribute_of(entry, "Id"))] = {.target = member_path(part, attribute_of(entry, "Target")),
                                                     .type = std::string(type.substr(type.rfind('/') + 1))};
  }
  return found;
}

std::string part_of_type(const Relationships& relationships, std::string_view type) {
  const auto found = std::ranges::find_if(relationships, [&](const auto& entry) { return entry.second.type == type; });
  return found == relationships.end() ? std::string() : found->second.target;
}

std::string main_part(ZipArchive& archive, std::string_view usual) {
  const std::string found = part_of_type(relationships_of(archive, ""), "officeDocument");
  return found.empty() ? std::string(usual) : found;
}

std::string title_in(ZipArchive& archive, std::string_view properties_member) {
  if (!archive.has(properties_member)) return {};
  const XmlTree tree = read_tree(archive, properties_member);
  std::string title;
  walk(
      tree.root(),
      [&](const pugi::xml_node& node) {
        if (title.empty() && local_name(node) == "title") title = one_line(text_of(node));
        return true;
      },
      [](const pugi::xml_node&) {});
  return title;
}

}  // namespace panduan::documents::detail
