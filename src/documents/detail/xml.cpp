#include "documents/detail/xml.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/unicode.h"

namespace panduan::documents::detail {
namespace {

std::string_view without_prefix(std::string_view name) {
  const std::size_t colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

}  // namespace

XmlTree::XmlTree(std::string bytes, std::string_view what) : bytes_(std::make_unique<std::string>(std::move(bytes))) {
  // Text that is only white space may stand between two words.
  const auto result = tree_.load_buffer_inplace(bytes_->data(), bytes_->size(), pugi::parse_default | pugi::parse_ws_pcdata);
  if (result.status == pugi::status_out_of_memory)
    throw Error(ErrorKind::TooLarge, fmt::format("'{}' in it takes more memory than is put up with: split the document", what));
  if (!result || !tree_.document_element())
    throw Error(ErrorKind::Corrupt, fmt::format("the XML of '{}' in it is broken ({}): fetch or save it anew", what, result.description()));
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

std::string seen(std::string_view text) {
  std::string valid;
  while (!text.empty()) {
    const std::size_t fault = std::min(first_invalid_utf8(text), text.size());
    valid += text.substr(0, fault);
    if (fault == text.size()) break;
    valid += "\uFFFD";
    text.remove_prefix(fault + 1);
    while (!text.empty() && (static_cast<unsigned char>(text.front()) & 0xC0U) == 0x80) text.remove_prefix(1);  // what belongs to it
  }
  std::erase(valid, '\0');
  return remove_invisible(valid);
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
  return seen(text);
}

}  // namespace panduan::documents::detail
