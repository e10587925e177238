#include "app/source_files.h"

#include <fmt/format.h>

#include "app/workbench.h"
#include "base/error.h"
#include "base/file.h"
#include "documents/loader.h"
#include "ingest/find_files.h"

namespace panduan::app {

std::vector<rag::Source> read_source_files(const std::vector<std::filesystem::path>& paths, std::uint64_t max_bytes, const std::stop_token& stop) {
  for (const auto& path : paths) {
    std::error_code error;
    if (!std::filesystem::exists(path, error)) throw Error(ErrorKind::NotFound, fmt::format("there is no source '{}'", path.string()));
  }
  std::vector<rag::Source> sources;
  std::size_t bytes = 0;
  for (const auto& file : ingest::find_files(paths).files) {
    try {
      sources.push_back({.name = file.string(), .document = documents::load_document(file, read_file(file, max_bytes), stop)});
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::Cancelled) throw;
      throw Error(error.kind(), fmt::format("the source '{}' cannot be read: {}", file.string(), error.what()));
    }
    bytes += sources.back().document.text.size();
    if (bytes > kMaxSourcesBytes) {
      throw Error(ErrorKind::TooLarge,
                  fmt::format("the sources have over {} bytes of text from '{}' on: give fewer, or add them with 'panduan add' and check without --sources",
                              kMaxSourcesBytes, file.string()));
    }
  }
  if (sources.empty())
    throw Error(ErrorKind::InvalidInput, fmt::format("no file with a known ending is among the sources: {} are read", documents::readable_formats()));
  return sources;
}

}  // namespace panduan::app
