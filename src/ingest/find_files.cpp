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

void throw_if(const std::error_code& error, const fs::path& folder) {
  if (error) throw error_from_errno(error.value(), fmt::format("cannot read the folder '{}'", folder.string()));
}

void collect(const fs::path& folder, std::set<fs::path>& files) {
  std::error_code error;
  const fs::directory_iterator may_be_read(folder, error);  // below, what may not be read is passed over
  throw_if(error, folder);
  fs::recursive_directory_iterator entry(folder, fs::directory_options::skip_permission_denied, error);
  throw_if(error, folder);
  std::error_code ignored;
  for (const fs::recursive_directory_iterator end; entry != end; entry.increment(error)) {
    if (is_hidden(entry->path())) {
      if (entry->is_directory(ignored)) entry.disable_recursion_pending();
      continue;
    }
    if (entry->is_regular_file(ignored) && documents::has_known_ending(entry->path())) files.insert(entry->path());
  }
  throw_if(error, folder);  // an increment that fails leaves the iterator at its end
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
