#pragma once
#include <map>
#include <string>
#include <string_view>

#include "base/zip.h"
#include "documents/detail/xml.h"

namespace panduan::documents::detail {

/// Whether bytes begin as a zip archive, as every office document does.
bool is_zip(std::string_view bytes);
/// Whether bytes begin as a compound file: what Office before 2007 wrote, and writes today for a document with a password.
bool is_compound_file(std::string_view bytes);
/// Throws Error{Unsupported} for a compound file, saying what to do.
void refuse_compound_file(std::string_view bytes);

/// A member as a tree. Throws as ZipArchive::read and XmlTree.
XmlTree read_tree(ZipArchive& archive, std::string_view member);

/// What a part of an Office Open XML document points to (ECMA-376, part 2): id → member, targets outside left out.
struct Relationship {
  std::string target;  ///< a member of the archive
  std::string type;    ///< the last word of its type: "slide"
};
using Relationships = std::map<std::string, Relationship, std::less<>>;
Relationships relationships_of(ZipArchive& archive, std::string_view part);

/// The part that a document begins with, by the relationships of the whole; some writers call it word/document2.xml. `usual` when none says.
std::string main_part(ZipArchive& archive, std::string_view usual);
/// The part of this type that another one has, empty when there is none.
std::string part_of_type(const Relationships& relationships, std::string_view type);

/// The id by which a node refers to a relationship: r:id, whatever the prefix; an id without a prefix is another thing.
std::string_view relationship_id(const pugi::xml_node& node);

/// "ppt/slides/slide1.xml" for "../slides/slide1.xml" as seen from "ppt/notes/n.xml"; empty for what leads out of the archive.
std::string member_path(std::string_view from, std::string_view target);

/// The title in the properties of a document, empty when it has none.
std::string title_in(ZipArchive& archive, std::string_view properties_member);

}  // namespace panduan::documents::detail
