#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace panduan {

/// The whole file. Throws Error: NotFound, Forbidden, InvalidInput (a folder, a device), TooLarge (over `max_bytes`).
std::string read_file(const std::filesystem::path& path, std::uint64_t max_bytes);

/// So many bytes of its beginning, or fewer where it has fewer. Throws Error: NotFound, Forbidden, InvalidInput (a folder, a device).
std::string read_file_start(const std::filesystem::path& path, std::size_t bytes);

/// Writes beside the file, flushes to the disk and renames: readers see the old bytes or the new ones. Throws Error{NoSpace, Internal}.
void write_file_atomically(const std::filesystem::path& path, std::string_view bytes);

/// An Error for errno, with the kind that fits it (ENOSPC is NoSpace, EACCES is Forbidden, ENOENT is NotFound).
class Error error_from_errno(int number, const std::string& what);

/// Bytes that an unprivileged process may still write below this path's file system.
std::uint64_t free_bytes(const std::filesystem::path& path);

/// An exclusive advisory lock on a file (flock), released with the object or the process, however it ends.
class FileLock {
 public:
  /// nullopt when another process holds it. The file's content is then what that process wrote with `set_owner`.
  static std::optional<FileLock> try_acquire(const std::filesystem::path& path);
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  ~FileLock();

  void set_owner(std::string_view text);  ///< who holds it, for the one who finds it locked

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

/// A folder of its own below the system's temporary folder, removed with the object.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace panduan
