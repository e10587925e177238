#include "documents/detail/xml.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/unicode.h"

namespace panduan::documents::detail {
namespace {

std::string_view without_prefix(std::string_view name) {
  const std::size_t colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

}  // namespace

XmlTree::XmlTree(std::string bytes, std::string_view what) : bytes_(std::move(bytes)) {
  // Text that is only white space may stand between two words.
  const auto result = tree_.load_buffer_inplace(bytes_.data(), bytes_.size(), pugi::parse_default | pugi::parse_ws_pcdata);
  if (!result || !tree_.document_element()) throw Error(ErrorKind::Corrupt, fmt::format("the XML of '{}' in it is broken ({})", what, result.description()));
}

std::string_view local_name(const pugi::xml_node& node) { return without_prefix(node.name()); }

std::string_view attribute_of(const pugi::xml_node& node, std::string_view local) {
  for (const auto& attribute : node.attributes()) {
    if (without_prefix(attribute.name()) == local) return attribute.value();
  }
  return {};
}

pugi::xml_node child_of(const pugi::xml_node& node, std::string_view local) {
  for (const auto& child : node.children()) {
    if (local_name(child) == local) return child;
  }
  return {};
}

pugi::xml_node child_of(pugi::xml_node node, std::initializer_list<std::string_view> path) {
  for (const std::string_view local : path) node = child_of(node, local);
  return node;
}

std::string text_of(const pugi::xml_node& node) {
  std::string text;
  walk(
      node,
      [&](const pugi::xml_node& below) {
        text += below.value();
        return true;
      },
      [](const pugi::xml_node&) {});
  return is_valid_utf8(text) ? text : std::string();
}

}  // namespace panduan::documents::detail
