#include "documents/office/epub_loader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/error.h"
#include "documents/detail/assembly.h"
#include "documents/detail/html_text.h"
#include "documents/detail/package.h"
#include "documents/detail/parser_memory.h"
#include "documents/detail/source_text.h"
#include "documents/detail/text_builder.h"

namespace panduan::documents {
namespace {

using detail::attribute_of;
using detail::child_of;
using detail::local_name;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// A reference inside a book without its fragment, with %20 as what it stands for.
std::string decoded_reference(std::string_view reference) {
  std::string path;
  reference = reference.substr(0, reference.find('#'));
  for (std::size_t i = 0; i < reference.size(); ++i) {
    const bool escaped = reference[i] == '%' && i + 2 < reference.size() && hex_digit(reference[i + 1]) >= 0 && hex_digit(reference[i + 2]) >= 0;
    path += escaped ? static_cast<char>(hex_digit(reference[i + 1]) * 16 + hex_digit(reference[i + 2])) : reference[i];
    if (escaped) i += 2;
  }
  return path;
}

/// What a rights management has encrypted. Fonts are often scrambled, and nobody reads those.
std::set<std::string, std::less<>> encrypted_members(ZipArchive& archive) {
  std::set<std::string, std::less<>> found;
  if (!archive.has("META-INF/encryption.xml")) return found;
  const auto tree = detail::read_tree(archive, "META-INF/encryption.xml");
  detail::walk(
      tree.root(),
      [&](const pugi::xml_node& node) {
        if (local_name(node) == "CipherReference") found.insert(decoded_reference(attribute_of(node, "URI")));
        return true;
      },
      [](const pugi::xml_node&) {});
  return found;
}

/// XHTML closes an empty <title/> at once; for a parser of HTML all that follows would be inside it.
std::string with_end_tags(std::string_view xhtml) {
  static constexpr std::array<std::string_view, 6> kSwallowing{"title", "script", "style", "textarea", "iframe", "noscript"};
  std::string html;
  for (std::size_t at = 0; at < xhtml.size();) {
    const std::size_t open = std::min(xhtml.find('<', at), xhtml.size());
    html += xhtml.substr(at, open - at);
    const std::size_t close = std::min(xhtml.find('>', open), xhtml.size());
    const std::string_view tag = xhtml.substr(open, close - open);
    const auto* swallowing = std::ranges::find_if(kSwallowing, [&](std::string_view name) {
      return tag.ends_with('/') && tag.substr(1).starts_with(name) && tag.find_first_of(" \t\n/", 1) == name.size() + 1;
    });
    if (swallowing == kSwallowing.end()) html += xhtml.substr(open, close - open + 1);
    else html += fmt::format("{}></{}>", tag.substr(0, tag.size() - 1), *swallowing);
    at = close + 1;
  }
  return html;
}

struct Book {
  std::string title;
  std::vector<std::string> chapters;  ///< members, in reading order
  std::vector<std::string> styles;    ///< members: its style sheets
};

Book read_book(ZipArchive& archive) {
  const auto container = detail::read_tree(archive, "META-INF/container.xml");
  const std::string package(attribute_of(child_of(container.root(), {"rootfiles", "rootfile"}), "full-path"));
  if (package.empty() || !archive.has(package)) throw Error(ErrorKind::Corrupt, "the book is broken: it does not say what is in it");
  const auto tree = detail::read_tree(archive, package);
  Book book{.title = detail::one_line(detail::text_of(child_of(tree.root(), {"metadata", "title"}))), .chapters = {}, .styles = {}};
  std::map<std::string, std::string, std::less<>> members;
  for (const auto& item : child_of(tree.root(), "manifest").children()) {
    const std::string_view type = attribute_of(item, "media-type");
    std::string member = detail::member_path(package, decoded_reference(attribute_of(item, "href")));
    if (type == "text/css") book.styles.push_back(std::move(member));
    else if (type == "application/xhtml+xml" || type == "text/html") members[std::string(attribute_of(item, "id"))] = std::move(member);
  }
  for (const auto& item : child_of(tree.root(), "spine").children()) {
    const auto found = members.find(attribute_of(item, "idref"));
    if (found != members.end()) book.chapters.push_back(found->second);
  }
  return book;
}

std::string styles_of(ZipArchive& archive, const Book& book, const std::set<std::string, std::less<>>& encrypted) {
  std::string styles;
  for (const std::string& member : book.styles) {
    if (archive.has(member) && !encrypted.contains(member)) styles.append(detail::seen(archive.read(member))).append("\n");
  }
  return styles;
}

}  // namespace

bool EpubLoader::accepts(const std::filesystem::path& name, std::string_view bytes) const {
  return detail::is_zip(bytes) && (has_ending_of(*this, name) || bytes.substr(0, 100).find("mimetypeapplication/epub+zip") != std::string_view::npos);
}

ParsedDocument EpubLoader::load(std::string_view bytes) const {
  ZipArchive archive(bytes);
  const Book book = read_book(archive);
  const auto encrypted = encrypted_members(archive);
  const std::string styles = styles_of(archive, book, encrypted);
  detail::TextBuilder builder;
  std::set<std::string> read;
  for (const std::string& chapter : book.chapters) {
    if (!archive.has(chapter) || !read.insert(chapter).second) continue;
    if (encrypted.contains(chapter)) throw Error(ErrorKind::Unsupported, "the book is encrypted by a rights management: give a copy without it");
    const std::string page = archive.read(chapter);
    if (page.empty()) continue;
    detail::check_markup_size(page, "HTML");
    const std::string source = with_end_tags(detail::decode_source(page));
    detail::ParserMemory memory(detail::ParserMemory::Limits::for_input(source.size()));
    builder.break_paragraph();
    const auto picture = [&](std::string_view address, std::size_t) {
      const std::string member = detail::member_path(chapter, decoded_reference(address));
      return is_readable_picture(member) && archive.has(member) && !encrypted.contains(member) ? member : std::string();
    };
    detail::append_html(source, builder, memory, {.styles = styles, .picture = picture});
  }
  return detail::finished(builder.finish(), media_type(), book.title);
}

}  // namespace panduan::documents
