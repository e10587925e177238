#pragma once
#include <array>

#include "documents/loader.h"

namespace panduan::documents {

/// JSON and JSON Lines. Who looks for something in such a file knows a name and wants its value, or knows a value and wants what it is of; so a quote has to
/// hold both, as they are written:
///
///     server › tls › port: 8443            a value behind the names above it, values of one object in one paragraph
///     orders[0] › customer › name: Ada     elements are counted from 0, as programs do
///     tags: red, green                     short values of an array on one line, longer ones each on its own
///
///     Name | Address › City                an array of objects that are alike is a table under its path, with the names in its header
///     Ada | Kern
///
/// Where a file holds records (JSON Lines, or an array of objects that are not alike), each is a paragraph and its number is left out. Numbers stand as they
/// are written, however large; escapes are decoded; a text of several lines keeps them. Comments and a comma behind the last value are put up with. The title
/// is the value of "title" or "name".
class JsonLoader : public Loader {
 public:
  std::string_view media_type() const override { return "application/json"; }
  std::string_view name() const override { return "JSON"; }
  std::span<const std::string_view> endings() const override {
    static constexpr auto kEndings = std::to_array<std::string_view>({"json", "jsonl", "ndjson", "jsonc", "geojson", "webmanifest"});
    return kEndings;
  }
  bool accepts(const std::filesystem::path& name, std::string_view bytes) const override;
  ParsedDocument load(std::string_view bytes) const override;
};

}  // namespace panduan::documents
