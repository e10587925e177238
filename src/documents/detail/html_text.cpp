#include "documents/detail/html_text.h"

#include <gumbo.h>

#include <vector>

#include "base/unicode.h"
#include "documents/detail/style_sheet.h"
#include "documents/detail/xml.h"

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

std::string_view attribute_of(const GumboElement& element, const char* name) {
  const GumboAttribute* attribute = gumbo_get_attribute(&element.attributes, name);
  return attribute == nullptr ? std::string_view() : attribute->value;
}

/// Whether nobody sees what it holds, by its own style or a rule of a style sheet.
bool is_hidden(const GumboElement& element, const HidingRules& rules) {
  if (gumbo_get_attribute(&element.attributes, "hidden") != nullptr) return true;
  const Declarations own = declarations_in(attribute_of(element, "style"));
  if (hide(own)) return true;
  if (rules.empty() || own.contains("display") || own.contains("visibility")) return false;
  return rules.hides(gumbo_normalized_tagname(element.tag), attribute_of(element, "id"), attribute_of(element, "class"));
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

/// Calls `visit` for each element and text in a tree, whose elements it may pass over by saying no.
template <class Visit>
void each_below(const GumboNode& root, Visit&& visit) {
  std::vector<const GumboNode*> waiting{&root};
  while (!waiting.empty()) {
    const GumboNode& node = *waiting.back();
    waiting.pop_back();
    if (!visit(node) || node.type != GUMBO_NODE_ELEMENT) continue;
    const GumboVector& children = node.v.element.children;
    for (unsigned i = children.length; i-- > 0;) waiting.push_back(static_cast<const GumboNode*>(children.data[i]));
  }
}

HidingRules rules_of(const GumboNode& root, std::string_view styles) {
  HidingRules rules;
  rules.add(styles);
  each_below(root, [&](const GumboNode& node) {
    if (node.type != GUMBO_NODE_ELEMENT) return false;
    const GumboElement& element = node.v.element;
    if (element.tag == GUMBO_TAG_NOSCRIPT || element.tag == GUMBO_TAG_TEMPLATE || element.tag == GUMBO_TAG_SVG) return false;
    if (element.tag != GUMBO_TAG_STYLE) return true;
    const std::string_view media = attribute_of(element, "media");
    for (unsigned i = 0; i < element.children.length && (media.empty() || media == "all" || media == "screen"); ++i) {
      const auto& child = *static_cast<const GumboNode*>(element.children.data[i]);
      if (holds_text(child)) rules.add(child.v.text.text);
    }
    return false;
  });
  return rules;
}

using PictureNamer = std::function<std::string(const GumboAttribute& source)>;

/// Where an attribute's value stands in the page.
std::size_t offset_in(std::string_view html, const GumboAttribute& attribute) {
  const char* begin = attribute.original_value.data;
  return begin >= html.data() && begin < html.data() + html.size() ? static_cast<std::size_t>(begin - html.data()) : html.size();
}

/// Whether an <img> says that it is an icon.
bool is_icon(const GumboElement& image) {
  constexpr int kNarrowest = 48, kLowest = 12;  // pixels
  return number_of(attribute_of(image, "width"), kNarrowest) < kNarrowest || number_of(attribute_of(image, "height"), kLowest) < kLowest;
}

/// Walks the tree with a stack of its own: pages nest deeper than the thread's stack allows.
class Walk {
 public:
  Walk(TextBuilder& builder, const HidingRules& rules, const PictureNamer& name_picture) : builder_(builder), rules_(rules), name_picture_(name_picture) {}

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
    if (element == Element::Skipped) return;
    if (is_hidden(html, rules_)) return count_hidden(node);
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
    if (html.tag == GUMBO_TAG_IMG && name_picture_ && !is_icon(html)) add_picture(html);
    open_.push_back({.node = &node, .element = element});
  }

  void add_picture(const GumboElement& image) {
    const GumboAttribute* source = gumbo_get_attribute(&image.attributes, "src");
    if (source != nullptr) builder_.add_picture(name_picture_(*source));
  }

  void count_hidden(const GumboNode& root) {
    each_below(root, [&](const GumboNode& node) {
      if (holds_text(node)) builder_.add_hidden(node.v.text.text);
      return node.type == GUMBO_NODE_ELEMENT && element_of(node.v.element.tag) != Element::Skipped;
    });
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
  const HidingRules& rules_;
  const PictureNamer& name_picture_;
  std::vector<Open> open_;
  std::string title_;
  int preformatted_ = 0;
};

}  // namespace

std::string append_html(std::string_view html, TextBuilder& builder, ParserMemory& memory, const HtmlSurroundings& surroundings) {
  GumboOptions options = kGumboDefaultOptions;
  options.userdata = &memory;
  options.allocator = [](void* user, std::size_t bytes) { return static_cast<ParserMemory*>(user)->allocate(bytes); };
  options.deallocator = [](void* user, void* block) { static_cast<ParserMemory*>(user)->release(block); };
  options.max_errors = 0;
  // Never gumbo_destroy_output: it recurses as deep as the page nests. `memory` frees it all.
  const GumboOutput* output = gumbo_parse_with_options(&options, html.data(), html.size());
  const HidingRules rules = rules_of(*output->root, surroundings.styles);
  PictureNamer namer;
  if (surroundings.picture) namer = [&](const GumboAttribute& source) { return surroundings.picture(source.value, offset_in(html, source)); };
  return Walk(builder, rules, namer).run(*output->root);
}

}  // namespace panduan::documents::detail
