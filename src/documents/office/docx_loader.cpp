#include "documents/office/docx_loader.h"

#include <algorithm>
#include <optional>
#include <set>

#include "base/error.h"
#include "base/unicode.h"
#include "documents/detail/assembly.h"
#include "documents/detail/diagram.h"
#include "documents/detail/package.h"
#include "documents/detail/source_text.h"
#include "documents/detail/text_builder.h"

namespace panduan::documents {
namespace {

using detail::attribute_of;
using detail::child_of;
using detail::local_name;
using detail::number_of;

constexpr std::string_view kMain = "word/document.xml";
constexpr int kHighestOutline = 9;  // what is above is running text
constexpr int kDeepestHeading = 6;

bool is_off(std::string_view value) { return value == "0" || value == "false" || value == "off"; }

/// What the styles of a document make of text, by their ids.
class Styles {
 public:
  explicit Styles(const pugi::xml_node& root) {
    for (const auto& style : root.children()) {
      if (local_name(style) != "style") continue;
      Style& made = styles_[std::string(attribute_of(style, "styleId"))];
      made.based_on = attribute_of(child_of(style, "basedOn"), "val");
      made.level = level_of(style);
      made.hidden = is_hidden(child_of(style, "rPr"), true);
      made.list = static_cast<bool>(child_of(style, {"pPr", "numPr"}));
    }
  }
  /// 0 for running text.
  int heading_level(std::string_view id) const {
    const Style* style = first_of(id, [](const Style& one) { return one.level >= 0; });
    return style == nullptr || style->level > kHighestOutline ? 0 : style->level;
  }
  bool is_list(std::string_view id) const {
    return first_of(id, [](const Style& one) { return one.list; }) != nullptr;
  }
  bool hides(std::string_view id) const {
    const auto found = styles_.find(id);
    return found != styles_.end() && found->second.hidden;
  }

  /// Run properties by which nobody sees the text: hidden, a point high at most, or white on nothing.
  static bool is_hidden(const pugi::xml_node& properties, bool on_a_ground) {
    if (!properties) return false;
    const auto vanish = child_of(properties, "vanish");
    if (vanish && !is_off(attribute_of(vanish, "val"))) return true;
    const std::string_view colour = attribute_of(child_of(properties, "color"), "val");
    const bool has_ground = on_a_ground || child_of(properties, "shd") || child_of(properties, "highlight");
    if ((colour == "FFFFFF" || colour == "ffffff") && !has_ground) return true;
    const std::string_view half_points = attribute_of(child_of(properties, "sz"), "val");
    return !half_points.empty() && number_of(half_points, 24) <= 2;
  }

 private:
  /// By what it says of the outline, else by the names that are built in; -1 when neither says.
  static int level_of(const pugi::xml_node& style) {
    const std::string_view outline = attribute_of(child_of(style, {"pPr", "outlineLvl"}), "val");
    if (!outline.empty()) return std::clamp(number_of(outline, kHighestOutline), -1, kHighestOutline) + 1;
    const std::string name = nfkc_casefold(attribute_of(child_of(style, "name"), "val"));
    constexpr std::string_view kHeading = "heading ";
    if (name == "title") return 1;
    return name.starts_with(kHeading) ? number_of(std::string_view(name).substr(kHeading.size()), -1) : -1;
  }

  struct Style {
    std::string based_on;
    int level = -1;
    bool hidden = false;
    bool list = false;
  };
  /// The style, or the nearest that it is based on, of which this holds.
  template <class Holds>
  const Style* first_of(std::string_view id, const Holds& holds) const {
    for (int step = 0; step < 20; ++step) {  // a style may be based on itself
      const auto found = styles_.find(id);
      if (found == styles_.end()) return nullptr;
      if (holds(found->second)) return &found->second;
      id = found->second.based_on;
    }
    return nullptr;
  }
  std::map<std::string, Style, std::less<>> styles_;
};

class Body {
 public:
  Body(detail::TextBuilder& builder, const Styles& styles, const detail::Relationships& relationships)
      : builder_(builder), styles_(styles), relationships_(relationships) {}

  /// Footnotes, or with the mark "end" endnotes; those with a type are separators.
  void read_notes(const pugi::xml_node& root, const std::string& mark) {
    for (const auto& note : root.children()) {
      if (attribute_of(note, "type").empty()) notes_[mark + std::string(attribute_of(note, "id"))] = note;
    }
  }

  /// The data of a diagram, by the id that the body gives it.
  void read_diagram(const std::string& id, const pugi::xml_node& root) { diagrams_[id] = root; }

  void add(const pugi::xml_node& root) {
    detail::walk(root, [this](const pugi::xml_node& node) { return enter(node); }, [this](const pugi::xml_node& node) { leave(node); });
  }

 private:
  bool enter(const pugi::xml_node& node) {
    static const std::set<std::string_view> kSkipped{"del",   "moveFrom", "delText", "instrText", "fldData", "Fallback", "pPr", "rPr",
                                                     "tblPr", "tblGrid",  "trPr",    "tcPr",      "sectPr",  "sdtPr",    "rt",  "object"};
    const std::string_view name = local_name(node);
    if (kSkipped.contains(name)) return false;
    if (name == "p") begin_paragraph(node);
    else if (name == "r" && is_hidden(node)) return count_hidden(node);
    else if (name == "t") builder_.add_text(detail::text_of(node));
    else if (name == "tab") builder_.add_text(" ");
    else if (name == "noBreakHyphen") builder_.add_text("-");
    else if (name == "br" || name == "cr") break_line(attribute_of(node, "type"));
    else if (name == "tbl") builder_.begin_table();
    else if (name == "tr") builder_.begin_row(names_columns(node));
    else if (name == "tc") begin_cell();
    else if (name == "relIds") add_diagram(attribute_of(node, "dm"));
    else if (name == "footnoteReference" || name == "endnoteReference")
      pending_notes_.push_back((name == "endnoteReference" ? "end" : "") + std::string(attribute_of(node, "id")));
    else if (!in_note_) builder_.add_picture(picture_at(node, relationships_));  // a note's are of another part
    return name != "t";
  }

  void add_diagram(std::string_view id) {
    if (const auto found = diagrams_.find(id); found != diagrams_.end() && (levels_.empty() || levels_.back() == 0))
      detail::append_diagram(found->second, builder_);
  }

  bool is_hidden(const pugi::xml_node& run) const {
    return Styles::is_hidden(child_of(run, "rPr"), stands_on_a_ground(run)) || styles_.hides(attribute_of(child_of(run, {"rPr", "rStyle"}), "val"));
  }
  bool count_hidden(const pugi::xml_node& run) {
    for (const auto& child : run.children()) {
      if (local_name(child) == "t") builder_.add_hidden(detail::text_of(child));
    }
    return false;
  }

  /// Whether a cell, a paragraph or a shape around it may have a colour: white is then what is read best.
  static bool stands_on_a_ground(pugi::xml_node node) {
    for (; node; node = node.parent()) {
      const std::string_view name = local_name(node);
      if (name == "tc" || name == "txbxContent" || (name == "p" && child_of(node, {"pPr", "shd"}))) return true;
    }
    return false;
  }

  void break_line(std::string_view type) {
    if (!levels_.empty() && levels_.back() > 0) builder_.add_text(" ");
    else if (type == "page" || type == "column") builder_.break_paragraph();
    else builder_.break_line();
  }

  static bool names_columns(const pugi::xml_node& row) {
    const auto mark = child_of(row, {"trPr", "tblHeader"});
    const std::string_view value = attribute_of(mark, "val");
    return mark && value != "0" && value != "false" && value != "off";
  }

  void begin_cell() {
    builder_.begin_cell();
    ++cells_;
  }

  void begin_paragraph(const pugi::xml_node& node) {
    const auto properties = child_of(node, "pPr");
    const std::string_view own = attribute_of(child_of(properties, "outlineLvl"), "val");
    const int level = own.empty() ? styles_.heading_level(attribute_of(child_of(properties, "pStyle"), "val"))
                                  : std::clamp(number_of(own, kHighestOutline), 0, kHighestOutline) + 1;
    levels_.push_back(cells_ == 0 && level >= 1 && level <= kHighestOutline ? std::min(level, kDeepestHeading) : 0);
    if (levels_.back() > 0) builder_.begin_heading(levels_.back());
    else between_paragraphs(node);
  }
  void between_paragraphs(const pugi::xml_node& node) {
    const auto properties = child_of(node, "pPr");
    const bool item = child_of(properties, "numPr") || styles_.is_list(attribute_of(child_of(properties, "pStyle"), "val"));
    cells_ > 0 || item ? builder_.break_line() : builder_.break_paragraph();
  }

  void leave(const pugi::xml_node& node) {
    const std::string_view name = local_name(node);
    if (name == "tr") builder_.end_row();
    else if (name == "tc") --cells_;
    else if (name == "tbl") builder_.end_table();
    else if (name == "p") end_paragraph(node);
  }

  void end_paragraph(const pugi::xml_node& node) {
    if (levels_.empty()) return;
    if (levels_.back() > 0) builder_.end_heading();
    else between_paragraphs(node);
    levels_.pop_back();
    if (cells_ > 0 || !levels_.empty() || in_note_) return;
    in_note_ = true;
    for (std::size_t i = 0; i < pending_notes_.size(); ++i) {  // a note may refer to others
      const auto found = notes_.find(pending_notes_[i]);
      if (found == notes_.end()) continue;
      const pugi::xml_node note = found->second;
      notes_.erase(found);  // or to itself
      add(note);
    }
    pending_notes_.clear();
    in_note_ = false;
  }

  detail::TextBuilder& builder_;
  const Styles& styles_;
  const detail::Relationships& relationships_;
  std::map<std::string, pugi::xml_node, std::less<>> notes_;
  std::map<std::string, pugi::xml_node, std::less<>> diagrams_;
  std::vector<std::string> pending_notes_;
  std::vector<int> levels_;  ///< of the paragraphs that are open: a text box stands inside one
  int cells_ = 0;
  bool in_note_ = false;
};

/// A part that a document may have.
std::optional<detail::XmlTree> optional_tree(ZipArchive& archive, const std::string& member) {
  if (member.empty() || !archive.has(member)) return std::nullopt;
  return detail::read_tree(archive, member);
}

}  // namespace

bool DocxLoader::accepts(const std::filesystem::path& name, std::string_view bytes) const {
  return has_ending_of(*this, name) && (detail::is_zip(bytes) || detail::is_compound_file(bytes));
}

ParsedDocument DocxLoader::load(std::string_view bytes) const {
  detail::refuse_compound_file(bytes);
  ZipArchive archive(bytes);
  const std::string main = detail::main_part(archive, kMain);
  if (!main.starts_with("word/") || !archive.has(main)) throw Error(ErrorKind::Corrupt, "there is no text document in it: open and save it anew as .docx");
  const auto tree = detail::read_tree(archive, main);
  const auto relationships = detail::relationships_of(archive, main);
  const auto styles_tree = optional_tree(archive, detail::part_of_type(relationships, "styles"));
  const auto footnotes = optional_tree(archive, detail::part_of_type(relationships, "footnotes"));
  const auto endnotes = optional_tree(archive, detail::part_of_type(relationships, "endnotes"));
  const Styles styles(styles_tree ? styles_tree->root() : pugi::xml_node());
  detail::TextBuilder builder;
  Body body(builder, styles, relationships);
  if (footnotes) body.read_notes(footnotes->root(), "");
  if (endnotes) body.read_notes(endnotes->root(), "end");
  std::vector<detail::XmlTree> diagrams;
  for (const auto& [id, relationship] : relationships) {
    if (relationship.type != "diagramData" || !archive.has(relationship.target)) continue;
    diagrams.push_back(detail::read_tree(archive, relationship.target));
    body.read_diagram(id, diagrams.back().root());
  }
  body.add(tree.root());
  return detail::finished(builder.finish(), media_type(), detail::title_in(archive, "docProps/core.xml"));
}

}  // namespace panduan::documents
