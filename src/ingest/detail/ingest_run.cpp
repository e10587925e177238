#include "ingest/detail/ingest_run.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>

#include "base/file.h"
#include "documents/container.h"
#include "documents/loader.h"

namespace panduan::ingest::detail {

store::FileStamp stamp_of(const std::filesystem::path& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) throw error_from_errno(errno, fmt::format("cannot read '{}'", path.string()));
  return {.modified_ns = status.st_mtim.tv_sec * 1'000'000'000LL + status.st_mtim.tv_nsec, .bytes = static_cast<std::uint64_t>(status.st_size)};
}

bool holds_files(const std::filesystem::path& path) {
  if (documents::has_container_ending(path)) return true;
  if (documents::has_known_ending(path)) return false;
  constexpr std::size_t kTellingBytes = 1024;
  return documents::is_container(path, read_file_start(path, kTellingBytes));
}

}  // namespace panduan::ingest::detail
