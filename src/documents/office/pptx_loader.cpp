#include "documents/office/pptx_loader.h"

#include <fmt/format.h>

#include "base/error.h"
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

constexpr std::string_view kMain = "ppt/presentation.xml";

std::string_view placeholder_of(const pugi::xml_node& shape) {
  const auto placeholder = child_of(shape, {"nvSpPr", "nvPr", "ph"});
  const std::string_view type = attribute_of(placeholder, "type");
  return placeholder && type.empty() ? "body" : type;
}

/// What stands on a slide, or in its notes, where the picture of the slide, its number and its date are left out.
class Slide {
 public:
  Slide(detail::TextBuilder& builder, const detail::Relationships& relationships) : builder_(builder), relationships_(relationships) {}
  void add(const pugi::xml_node& root) {
    detail::walk(root, [this](const pugi::xml_node& node) { return enter(node); }, [this](const pugi::xml_node& node) { leave(node); });
  }

 private:
  static bool is_title(std::string_view placeholder) { return placeholder == "title" || placeholder == "ctrTitle"; }

  bool enter(const pugi::xml_node& node) {
    const std::string_view name = local_name(node);
    if (name == "sp") {
      const std::string_view placeholder = placeholder_of(node);
      if (placeholder == "sldNum" || placeholder == "dt" || placeholder == "ftr" || placeholder == "hdr" || placeholder == "sldImg") return false;
      if (attribute_of(child_of(node, {"nvSpPr", "cNvPr"}), "hidden") == "1") {
        builder_.add_hidden(detail::text_of(node));
        return false;
      }
      in_title_ = is_title(placeholder);
      in_title_ ? builder_.begin_heading(1) : builder_.break_paragraph();
    } else if (name == "t") {
      builder_.add_text(detail::text_of(node));
      return false;
    } else if (name == "br" || name == "p") {
      in_title_ ? builder_.add_text(" ") : builder_.break_line();
    } else if (name == "tbl") {
      builder_.begin_table();
    } else if (name == "tr") {
      builder_.begin_row();
    } else if (name == "tc") {
      builder_.begin_cell();
    } else if (name == "Fallback") {
      return false;
    } else {
      builder_.add_picture(picture_at(node, relationships_));
    }
    return true;
  }
  void leave(const pugi::xml_node& node) {
    const std::string_view name = local_name(node);
    if (name == "sp") {
      in_title_ ? builder_.end_heading() : builder_.break_paragraph();
      in_title_ = false;
    } else if (name == "tr") {
      builder_.end_row();
    } else if (name == "tbl") {
      builder_.end_table();
    } else if (name == "p" && !in_title_) {
      builder_.break_line();
    }
  }

  detail::TextBuilder& builder_;
  const detail::Relationships& relationships_;
  bool in_title_ = false;
};

/// A slide, then its diagrams (SmartArt: the text of each point), then its notes.
ParsedDocument read_slide(ZipArchive& archive, const std::string& member, const pugi::xml_node& root) {
  detail::TextBuilder builder;
  const detail::Relationships relationships = detail::relationships_of(archive, member);
  Slide(builder, relationships).add(root);
  for (const std::string_view wanted : {"diagramData", "notesSlide"}) {
    for (const auto& [id, relationship] : relationships) {
      if (relationship.type != wanted || !archive.has(relationship.target)) continue;
      const auto tree = detail::read_tree(archive, relationship.target);
      builder.break_paragraph();
      if (wanted == "diagramData") detail::append_diagram(tree.root(), builder);
      else Slide(builder, detail::relationships_of(archive, relationship.target)).add(tree.root());
    }
  }
  return builder.finish();
}

}  // namespace

bool PptxLoader::accepts(const std::filesystem::path& name, std::string_view bytes) const {
  return has_ending_of(*this, name) && (detail::is_zip(bytes) || detail::is_compound_file(bytes));
}

ParsedDocument PptxLoader::load(std::string_view bytes) const {
  detail::refuse_compound_file(bytes);
  ZipArchive archive(bytes);
  const std::string main = detail::main_part(archive, kMain);
  if (!main.starts_with("ppt/") || !archive.has(main)) throw Error(ErrorKind::Corrupt, "there is no presentation in it: open and save it anew as .pptx");
  const auto tree = detail::read_tree(archive, main);
  const auto relationships = detail::relationships_of(archive, main);
  ParsedDocument document;
  std::size_t number = 0;
  for (const auto& entry : child_of(tree.root(), "sldIdLst").children()) {
    if (local_name(entry) != "sldId") continue;
    ++number;
    const auto found = relationships.find(detail::relationship_id(entry));
    if (found == relationships.end() || !archive.has(found->second.target)) continue;
    const auto slide = detail::read_tree(archive, found->second.target);
    const ParsedDocument parsed = read_slide(archive, found->second.target, slide.root());
    if (attribute_of(slide.root(), "show") == "0") document.hidden_words += detail::count_words(parsed.text);
    else detail::append_page(document, parsed, fmt::format("{}", number));
  }
  return detail::finished(std::move(document), media_type(), detail::title_in(archive, "docProps/core.xml"));
}

}  // namespace panduan::documents
