#include "documents/detail/html_text.h"

#include <gumbo.h>

#include <algorithm>
#include <array>
#include <map>
#include <vector>

#include "base/unicode.h"

namespace panduan::documents::detail {
namespace {

enum class Element { Inline, Skipped, Line, Paragraph, Heading, Preformatted, LineBreak, Table, Row, Cell, Head };

Element element_of(GumboTag tag) {
  switch (tag) {
    case GUMBO_TAG_HEAD: return Element::Head;
    // Hidden, or shown only where something else fails, or not text but controls and drawings.
    case GUMBO_TAG_SCRIPT:
    case GUMBO_TAG_STYLE:
    case GUMBO_TAG_NOSCRIPT:
    case GUMBO_TAG_TEMPLATE:
    case GUMBO_TAG_IFRAME:
    case GUMBO_TAG_NOEMBED:
    case GUMBO_TAG_NOFRAMES:
    case GUMBO_TAG_CANVAS:
    case GUMBO_TAG_AUDIO:
    case GUMBO_TAG_VIDEO:
    case GUMBO_TAG_TEXTAREA:
    case GUMBO_TAG_SELECT:
    case GUMBO_TAG_DATALIST:
    case GUMBO_TAG_SVG:
    case GUMBO_TAG_OBJECT:
    case GUMBO_TAG_APPLET: return Element::Skipped;
    case GUMBO_TAG_H1:
    case GUMBO_TAG_H2:
    case GUMBO_TAG_H3:
    case GUMBO_TAG_H4:
    case GUMBO_TAG_H5:
    case GUMBO_TAG_H6: return Element::Heading;
    case GUMBO_TAG_PRE:
    case GUMBO_TAG_LISTING:
    case GUMBO_TAG_XMP:
    case GUMBO_TAG_PLAINTEXT: return Element::Preformatted;
    case GUMBO_TAG_BR: return Element::LineBreak;
    case GUMBO_TAG_TABLE: return Element::Table;
    case GUMBO_TAG_TR: return Element::Row;
    case GUMBO_TAG_TD:
    case GUMBO_TAG_TH: return Element::Cell;
    case GUMBO_TAG_LI:
    case GUMBO_TAG_DT:
    case GUMBO_TAG_DD: return Element::Line;
    case GUMBO_TAG_P:
    case GUMBO_TAG_DIV:
    case GUMBO_TAG_SECTION:
    case GUMBO_TAG_ARTICLE:
    case GUMBO_TAG_ASIDE:
    case GUMBO_TAG_HEADER:
    case GUMBO_TAG_FOOTER:
    case GUMBO_TAG_NAV:
    case GUMBO_TAG_MAIN:
    case GUMBO_TAG_ADDRESS:
    case GUMBO_TAG_BLOCKQUOTE:
    case GUMBO_TAG_UL:
    case GUMBO_TAG_OL:
    case GUMBO_TAG_DL:
    case GUMBO_TAG_DIR:
    case GUMBO_TAG_MENU:
    case GUMBO_TAG_FIELDSET:
    case GUMBO_TAG_LEGEND:
    case GUMBO_TAG_FORM:
    case GUMBO_TAG_FIGURE:
    case GUMBO_TAG_FIGCAPTION:
    case GUMBO_TAG_CAPTION:
    case GUMBO_TAG_HR:
    case GUMBO_TAG_DETAILS:
    case GUMBO_TAG_SUMMARY:
    case GUMBO_TAG_HGROUP:
    case GUMBO_TAG_CENTER:
    case GUMBO_TAG_BODY: return Element::Paragraph;
    default: return Element::Inline;
  }
}

/// The declarations of a style attribute, in lower case and without white space, "!important" included: property → value.
std::map<std::string, std::string> style_of(const GumboElement& element) {
  std::map<std::string, std::string> style;
  const GumboAttribute* attribute = gumbo_get_attribute(&element.attributes, "style");
  if (attribute == nullptr) return style;
  std::string compact;
  for (const char c : std::string_view(attribute->value)) {
    if (c != ' ' && (c < '\t' || c > '\r')) compact.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c);
  }
  for (std::size_t begin = 0; begin < compact.size();) {
    const std::size_t end = std::min(compact.find(';', begin), compact.size());
    const std::size_t colon = compact.find(':', begin);
    if (colon < end) style[compact.substr(begin, colon - begin)] = compact.substr(colon + 1, end - colon - 1);
    begin = end + 1;
  }
  return style;
}

/// "#fff", "#ffffff", "white" and "rgb(255,255,255)" are one colour; others as they are written. Empty for what names none.
std::string colour_of(std::string value) {
  if (const std::size_t important = value.find('!'); important != std::string::npos) value.resize(important);
  static constexpr std::array<std::string_view, 5> kNoColours{"inherit", "initial", "unset", "revert", "currentcolor"};
  if (std::ranges::find(kNoColours, value) != kNoColours.end()) return {};
  if (value == "#ffffff" || value == "white" || value == "rgb(255,255,255)" || value == "rgba(255,255,255,1)") return "#fff";
  if (value == "#000000" || value == "black" || value == "rgb(0,0,0)") return "#000";
  return value;
}

/// A number that is zero, with or without a unit.
bool is_zero(std::string_view value) {
  const std::size_t end = std::min(value.find_first_not_of("0."), value.size());
  return end > 0 && value.substr(0, end).find('0') != std::string_view::npos && value.find_first_of("123456789", end) == std::string_view::npos;
}

/// Whether nobody sees what it holds, as far as the element itself says so. Style sheets are not read.
bool is_hidden(const GumboElement& element) {
  if (gumbo_get_attribute(&element.attributes, "hidden") != nullptr) return true;
  auto style = style_of(element);
  const std::string colour = colour_of(style["color"]);
  const std::string& background = style.contains("background-color") ? style["background-color"] : style["background"];
  return style["display"].starts_with("none") || style["visibility"].starts_with("hidden") || style["visibility"].starts_with("collapse") ||
         is_zero(style["opacity"]) || is_zero(style["font-size"]) || colour == "transparent" || (!colour.empty() && colour == colour_of(background));
}

/// Whether a row holds headers and nothing else; one with data as well names itself.
bool names_columns(const GumboElement& row) {
  std::size_t headers = 0;
  for (unsigned i = 0; i < row.children.length; ++i) {
    const auto& cell = *static_cast<const GumboNode*>(row.children.data[i]);
    if (cell.type != GUMBO_NODE_ELEMENT) continue;
    if (cell.v.element.tag == GUMBO_TAG_TD) return false;
    if (cell.v.element.tag == GUMBO_TAG_TH) ++headers;
  }
  return headers > 1;
}

bool holds_text(const GumboNode& node) { return node.type == GUMBO_NODE_TEXT || node.type == GUMBO_NODE_WHITESPACE || node.type == GUMBO_NODE_CDATA; }

std::string title_of(const GumboNode& head) {
  const GumboVector& children = head.v.element.children;
  for (unsigned i = 0; i < children.length; ++i) {
    const auto& child = *static_cast<const GumboNode*>(children.data[i]);
    if (child.type != GUMBO_NODE_ELEMENT || child.v.element.tag != GUMBO_TAG_TITLE) continue;
    TextBuilder title;
    const GumboVector& pieces = child.v.element.children;
    for (unsigned j = 0; j < pieces.length; ++j) {
      const auto& piece = *static_cast<const GumboNode*>(pieces.data[j]);
      if (holds_text(piece)) title.add_text(piece.v.text.text);
    }
    return title.finish().text;
  }
  return {};
}

/// Walks the tree with a stack of its own: pages nest deeper than the thread's stack allows.
class Walk {
 public:
  explicit Walk(TextBuilder& builder) : builder_(builder) {}

  std::string run(const GumboNode& root) {
    enter(root);
    while (!open_.empty()) {
      Open& top = open_.back();
      const GumboVector& children = top.node->v.element.children;
      if (top.next_child == children.length) {
        leave(top);
        open_.pop_back();
        continue;
      }
      const auto& child = *static_cast<const GumboNode*>(children.data[top.next_child++]);
      if (child.type == GUMBO_NODE_ELEMENT) enter(child);  // `top` may dangle from here on
      else if (holds_text(child)) add(child.v.text.text);
    }
    return std::move(title_);
  }

 private:
  struct Open {
    const GumboNode* node;
    Element element;
    unsigned next_child = 0;
  };

  void add(const char* text) {
    const std::string visible = remove_invisible(text);  // an entity may have been one
    if (preformatted_ > 0) builder_.add_verbatim(visible);
    else builder_.add_text(visible);
  }

  void enter(const GumboNode& node) {
    const GumboElement& html = node.v.element;
    const Element element = element_of(html.tag);
    if (element == Element::Head) {
      if (title_.empty()) title_ = title_of(node);
      return;
    }
    if (element == Element::Skipped || is_hidden(html)) return;
    switch (element) {
      case Element::Line:
      case Element::LineBreak: builder_.break_line(); break;
      case Element::Paragraph: builder_.break_paragraph(); break;
      case Element::Heading: builder_.begin_heading(static_cast<int>(html.tag) - static_cast<int>(GUMBO_TAG_H1) + 1); break;
      case Element::Preformatted:
        builder_.break_paragraph();
        ++preformatted_;
        break;
      case Element::Table: builder_.begin_table(); break;
      case Element::Row: builder_.begin_row(names_columns(html)); break;
      case Element::Cell: builder_.begin_cell(); break;
      default: break;
    }
    open_.push_back({.node = &node, .element = element});
  }

  void leave(const Open& open) {
    switch (open.element) {
      case Element::Line: builder_.break_line(); break;
      case Element::Paragraph: builder_.break_paragraph(); break;
      case Element::Heading: builder_.end_heading(); break;
      case Element::Preformatted:
        --preformatted_;
        builder_.break_paragraph();
        break;
      case Element::Table: builder_.end_table(); break;
      case Element::Row: builder_.end_row(); break;
      default: break;
    }
  }

  TextBuilder& builder_;
  std::vector<Open> open_;
  std::string title_;
  int preformatted_ = 0;
};

}  // namespace

std::string append_html(std::string_view html, TextBuilder& builder, ParserMemory& memory) {
  GumboOptions options = kGumboDefaultOptions;
  options.userdata = &memory;
  options.allocator = [](void* user, std::size_t bytes) { return static_cast<ParserMemory*>(user)->allocate(bytes); };
  options.deallocator = [](void* user, void* block) { static_cast<ParserMemory*>(user)->release(block); };
  options.max_errors = 0;
  // Never gumbo_destroy_output: it recurses as deep as the page nests. `memory` frees it all.
  const GumboOutput* output = gumbo_parse_with_options(&options, html.data(), html.size());
  return Walk(builder).run(*output->root);
}

}  // namespace panduan::documents::detail
