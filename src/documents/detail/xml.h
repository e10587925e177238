#pragma once
#include <charconv>
#include <memory>
#include <pugixml.hpp>
#include <string>
#include <string_view>

namespace panduan::documents::detail {

/// An XML document as a tree. Entities that a document declares itself are left as they are written, so none can grow; and no other file is read.
/// Throws Error: Corrupt, TooLarge (memory).
class XmlTree {
 public:
  XmlTree(std::string bytes, std::string_view what);
  pugi::xml_node root() const { return tree_.document_element(); }

 private:
  std::unique_ptr<std::string> bytes_;  // the nodes point into it, and stay when the tree moves
  pugi::xml_document tree_;
};

/// "p" of "w:p": a prefix is the writer's choice.
std::string_view local_name(const pugi::xml_node& node);
/// The value of the attribute with this local name, empty when there is none.
std::string_view attribute_of(const pugi::xml_node& node, std::string_view local);
/// The first child with this local name.
pugi::xml_node child_of(const pugi::xml_node& node, std::string_view local);
/// The first child of a child and so on: {"pPr", "pStyle"}.
pugi::xml_node child_of(pugi::xml_node node, std::initializer_list<std::string_view> path);
/// The number that an attribute's value begins with, `otherwise` when it begins with none that fits.
template <class T>
T number_of(std::string_view text, T otherwise) {
  T number = otherwise;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// What a reader sees of a text in XML: valid UTF-8 (what is none, such as a lone surrogate, is U+FFFD), without characters that nobody sees.
std::string seen(std::string_view text);
/// The text below a node, as it is seen.
std::string text_of(const pugi::xml_node& node);

/// Calls `enter` for every node below `root` in document order, and `leave` after what is below it; what lies below a node for which `enter` says no is
/// passed over, its `leave` too. Without recursion: documents nest deeper than a stack.
template <class Enter, class Leave>
void walk(const pugi::xml_node& root, Enter&& enter, Leave&& leave) {
  pugi::xml_node node = root.first_child();
  while (node) {
    const bool entered = enter(node);
    if (entered && node.first_child()) {
      node = node.first_child();
      continue;
    }
    if (entered) leave(node);
    while (node && !node.next_sibling()) {
      node = node.parent();
      if (node == root) return;
      leave(node);
    }
    if (node) node = node.next_sibling();
  }
}

}  // namespace panduan::documents::detail
