#include <fmt/format.h>

#include <set>

#include "base/error.h"
#include "base/file.h"
#include "documents/loader.h"
#include "ingest/ingester.h"

namespace panduan::ingest {
namespace {

namespace fs = std::filesystem;

bool is_hidden(const fs::path& path) { return path.filename().string().starts_with('.'); }

void collect(const fs::path& folder, std::set<fs::path>& files) {
  std::error_code error;
  fs::recursive_directory_iterator entry(folder, fs::directory_options::skip_permission_denied, error);
  if (error) throw error_from_errno(error.value(), fmt::format("cannot read the folder '{}'", folder.string()));
  for (const fs::recursive_directory_iterator end; entry != end; entry.increment(error)) {
    if (error) throw error_from_errno(error.value(), fmt::format("cannot read the folder '{}'", folder.string()));
    if (is_hidden(entry->path())) {
      if (entry->is_directory(error)) entry.disable_recursion_pending();
      continue;
    }
    if (entry->is_regular_file(error) && documents::has_known_ending(entry->path())) files.insert(entry->path());
  }
}

}  // namespace

std::vector<fs::path> find_files(const std::vector<fs::path>& paths) {
  std::set<fs::path> files;
  for (const fs::path& path : paths) {
    std::error_code error;
    const fs::path whole = fs::canonical(path, error);
    if (error) throw error_from_errno(error.value(), fmt::format("cannot add '{}'", path.string()));
    if (fs::is_directory(whole)) collect(whole, files);
    else files.insert(whole);
  }
  return {files.begin(), files.end()};
}

}  // namespace panduan::ingest
