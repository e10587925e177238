#include "documents/office/opendocument_loader.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/error.h"
#include "documents/detail/assembly.h"
#include "documents/detail/package.h"
#include "documents/detail/source_text.h"
#include "documents/detail/text_builder.h"

namespace panduan::documents {
namespace {

using detail::attribute_of;
using detail::child_of;
using detail::local_name;
using detail::number_of;

struct Format {
  OpenDocumentLoader::Kind kind;
  std::array<std::string_view, 2> endings;  ///< of documents and templates
  std::string_view body, media_type;
};
constexpr std::array<Format, 3> kFormats{{
    {OpenDocumentLoader::Kind::Text, {"odt", "ott"}, "text", "application/vnd.oasis.opendocument.text"},
    {OpenDocumentLoader::Kind::Spreadsheet, {"ods", "ots"}, "spreadsheet", "application/vnd.oasis.opendocument.spreadsheet"},
    {OpenDocumentLoader::Kind::Presentation, {"odp", "otp"}, "presentation", "application/vnd.oasis.opendocument.presentation"},
}};

const Format& format_of(OpenDocumentLoader::Kind kind) { return *std::ranges::find(kFormats, kind, &Format::kind); }

constexpr std::size_t kDeepestHeading = 6;
constexpr std::size_t kMostRepeats = 1000;  // of a cell that holds something

/// The names of styles by which nobody sees what has them.
struct Unseen {
  std::set<std::string, std::less<>> hidden;
  std::set<std::string, std::less<>> white;  ///< of words, on nothing: a cell or a shape around them may have a colour

  explicit Unseen(const pugi::xml_node& styles) {
    for (const auto& style : styles.children()) {
      const std::string name(attribute_of(style, "name"));
      const auto properties = child_of(style, "text-properties");
      const std::string_view colour = attribute_of(properties, "color");
      const std::string_view ground = attribute_of(properties, "background-color");
      const std::string_view size = attribute_of(properties, "font-size");
      const bool of_page = attribute_of(child_of(style, "drawing-page-properties"), "visibility") == "hidden";
      const bool of_table = attribute_of(child_of(style, "table-properties"), "display") == "false";
      if (attribute_of(properties, "display") == "none" || of_page || of_table || size == "0pt" || size == "1pt") hidden.insert(name);
      const bool is_white = (colour == "#ffffff" || colour == "#FFFFFF") && (ground.empty() || ground == "transparent" || ground == colour);
      if (is_white && attribute_of(style, "family") == "text") white.insert(name);
    }
  }
};

class Content {
 public:
  Content(detail::TextBuilder& builder, const Unseen& unseen) : builder_(builder), unseen_(unseen) {}

  void add(const pugi::xml_node& root) {
    detail::walk(root, [this](const pugi::xml_node& node) { return enter(node); }, [this](const pugi::xml_node& node) { leave(node); });
  }

 private:
  bool enter(const pugi::xml_node& node) {
    static const std::set<std::string_view> kSkipped{"note-citation", "tracked-changes", "annotation",       "forms",       "sequence-decls", "script",
                                                     "desc",          "hidden-text",     "hidden-paragraph", "page-number", "dde-source",     "event-listeners",
                                                     "settings",      "ruby-text",       "thumbnail"};
    if (node.type() == pugi::node_pcdata || node.type() == pugi::node_cdata) {
      if (paragraphs_ > 0) builder_.add_text(detail::seen(node.value()));
      return true;
    }
    const std::string_view name = local_name(node);
    if (name == "table-cell" || name == "covered-table-cell") return begin_cell(node);
    if (kSkipped.contains(name)) return false;
    if (is_unseen(attribute_of(node, "style-name")) || attribute_of(node, "visibility") == "collapse" || attribute_of(node, "display") == "none") {
      builder_.add_hidden(detail::text_of(node));
      return false;
    }
    if (name == "h" || name == "p") begin_paragraph(node, name == "h");
    else if (name == "s" || name == "tab") builder_.add_text(" ");
    else if (name == "line-break") in_heading() ? builder_.add_text(" ") : builder_.break_line();
    else if (name == "list-item" || name == "list-header") ++list_items_;
    else if (name == "table") builder_.begin_table();
    else if (name == "table-row") return begin_row(node);
    else if (name == "frame" || name == "custom-shape") begin_shape(node);
    else if (name == "note") return keep_note(node);
    else if (name == "image") add_picture(node);
    return true;
  }

  void leave(const pugi::xml_node& node) {
    const std::string_view name = local_name(node);
    if (name == "h" || name == "p") end_paragraph();
    else if (name == "list-item" || name == "list-header") --list_items_;
    else if (name == "table") builder_.end_table();
    else if (name == "table-row") end_row();
    else if (name == "table-cell" || name == "covered-table-cell") end_cell(node);
    else if (name == "frame" || name == "custom-shape") end_shape();
  }

  bool is_unseen(std::string_view style) const { return unseen_.hidden.contains(style) || (cells_ == 0 && shapes_ == 0 && unseen_.white.contains(style)); }

  bool in_heading() const { return !levels_.empty() && levels_.back() > 0; }

  void begin_paragraph(const pugi::xml_node& node, bool heading) {
    const std::size_t level = heading           ? std::clamp<std::size_t>(number_of<std::size_t>(attribute_of(node, "outline-level"), 1), 1, kDeepestHeading)
                              : frame_is_title_ ? 1
                                                : 0;
    levels_.push_back(cells_ == 0 ? static_cast<int>(level) : 0);
    ++paragraphs_;
    if (in_heading()) builder_.begin_heading(levels_.back());
    else between_paragraphs();
  }
  void between_paragraphs() { cells_ > 0 || list_items_ > 0 ? builder_.break_line() : builder_.break_paragraph(); }
  void end_paragraph() {
    if (in_heading()) builder_.end_heading();
    else between_paragraphs();
    levels_.pop_back();
    --paragraphs_;
    if (cells_ > 0 || paragraphs_ > 0 || in_note_) return;
    in_note_ = true;
    for (std::size_t i = 0; i < notes_.size(); ++i) add(child_of(notes_[i], "note-body"));  // a note may hold others
    notes_.clear();
    in_note_ = false;
  }

  void begin_shape(const pugi::xml_node& node) {
    ++shapes_;
    frame_is_title_ = attribute_of(node, "class") == "title";
  }
  void end_shape() {
    --shapes_;
    frame_is_title_ = false;
  }

  void add_picture(const pugi::xml_node& node) {
    const std::string member = detail::member_path("", attribute_of(node, "href"));
    if (is_readable_picture(member)) builder_.add_picture(member);
  }

  bool keep_note(const pugi::xml_node& node) {
    notes_.push_back(node);
    return false;
  }

  static bool holds_something(const pugi::xml_node& node) { return static_cast<bool>(node.first_child()); }

  bool begin_row(const pugi::xml_node& node) {
    // A sheet ends with a million empty rows, written as one that is repeated.
    if (std::ranges::none_of(node.children(), holds_something)) return false;
    pugi::xml_node last = node.last_child();
    while (!holds_something(last)) last = last.previous_sibling();
    rows_.push_back({.last = last});
    builder_.begin_row(local_name(node.parent()) == "table-header-rows");
    return true;
  }
  bool begin_cell(const pugi::xml_node& node) {
    if (rows_.empty() || rows_.back().is_over) return false;  // the empty cells to the edge of the sheet
    rows_.back().is_over = node == rows_.back().last;
    ++cells_;
    builder_.begin_cell();
    return true;
  }
  void end_row() {
    builder_.end_row();
    rows_.pop_back();
  }
  void end_cell(const pugi::xml_node& node) {
    --cells_;
    const std::size_t repeated = std::min(number_of<std::size_t>(attribute_of(node, "number-columns-repeated"), 1), kMostRepeats);
    for (std::size_t i = 1; i < repeated; ++i) {
      builder_.begin_cell();
      if (holds_something(node)) builder_.add_text(detail::text_of(node));
    }
  }

  detail::TextBuilder& builder_;
  const Unseen& unseen_;
  std::vector<pugi::xml_node> notes_;
  struct Row {
    pugi::xml_node last;  ///< cell that holds something
    bool is_over = false;
  };
  std::vector<Row> rows_;
  std::vector<int> levels_;  ///< of the paragraphs that are open: a frame stands inside one
  int paragraphs_ = 0;
  int cells_ = 0;
  int list_items_ = 0;
  int shapes_ = 0;
  bool in_note_ = false;
  bool frame_is_title_ = false;
};

bool is_encrypted(ZipArchive& archive) {
  if (!archive.has("META-INF/manifest.xml")) return false;
  const auto tree = detail::read_tree(archive, "META-INF/manifest.xml");
  return std::ranges::any_of(tree.root().children(), [](const pugi::xml_node& entry) {
    return attribute_of(entry, "full-path") == "content.xml" && child_of(entry, "encryption-data");
  });
}

/// Sheets and slides are pages with a number; a sheet's name is its heading, and that of a slide that nobody named ("page1") is not shown.
ParsedDocument read_pages(const pugi::xml_node& body, const Unseen& unseen, bool sheets) {
  ParsedDocument document;
  std::size_t number = 0;
  for (const auto& page : body.children()) {
    if (local_name(page) != (sheets ? "table" : "page")) continue;
    ++number;
    if (unseen.hidden.contains(attribute_of(page, "style-name")) || attribute_of(page, "display") == "false") {
      document.hidden_words += detail::count_words(detail::text_of(page));
      continue;
    }
    detail::TextBuilder builder;
    const std::string name = detail::seen(attribute_of(page, "name"));
    if (sheets && !name.empty()) {
      builder.begin_heading(1);
      builder.add_text(name);
      builder.end_heading();
    }
    if (sheets) builder.begin_table();
    Content(builder, unseen).add(page);
    if (sheets) builder.end_table();
    const ParsedDocument parsed = builder.finish();
    if (detail::is_only_a_heading(parsed)) continue;
    detail::append_page(document, parsed, std::to_string(number));
  }
  return document;
}

}  // namespace

std::string_view OpenDocumentLoader::media_type() const { return format_of(kind_).media_type; }

std::span<const std::string_view> OpenDocumentLoader::endings() const { return format_of(kind_).endings; }

bool OpenDocumentLoader::accepts(const std::filesystem::path& name, std::string_view bytes) const {
  return detail::is_zip(bytes) && has_ending_of(*this, name);
}

ParsedDocument OpenDocumentLoader::load(std::string_view bytes) const {
  ZipArchive archive(bytes);
  if (is_encrypted(archive)) throw Error(ErrorKind::Unsupported, "it has a password: save a copy without one and add that");
  if (!archive.has("content.xml")) throw Error(ErrorKind::Corrupt, "there is no document in it: open and save it anew");
  const auto tree = detail::read_tree(archive, "content.xml");
  const Unseen unseen(child_of(tree.root(), "automatic-styles"));
  const auto body = child_of(tree.root(), {"body", format_of(kind_).body});
  if (!body) throw Error(ErrorKind::Corrupt, "what is in it is another kind of document than its name says: give it the ending of what it is");
  std::string title = detail::title_in(archive, "meta.xml");
  if (kind_ != Kind::Text) return detail::finished(read_pages(body, unseen, kind_ == Kind::Spreadsheet), media_type(), std::move(title));
  detail::TextBuilder builder;
  Content(builder, unseen).add(body);
  return detail::finished(builder.finish(), media_type(), std::move(title));
}

}  // namespace panduan::documents
