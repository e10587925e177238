#include "base/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "base/error.h"

namespace panduan {
namespace {

/// A file descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  Descriptor(Descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor& operator=(Descriptor&&) = delete;
  int get() const { return value_; }

 private:
  int value_;
};

struct OpenedFile {
  Descriptor descriptor;
  std::uint64_t bytes;
};

OpenedFile open_to_read(const std::filesystem::path& path) {
  const std::string what = fmt::format("cannot read '{}'", path.string());
  // O_NONBLOCK: opening a pipe must not wait for a writer.
  const int opened = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (opened < 0) throw error_from_errno(errno, what);
  OpenedFile file{.descriptor = Descriptor(opened), .bytes = 0};
  struct stat status{};
  if (::fstat(opened, &status) != 0) throw error_from_errno(errno, what);
  if (!S_ISREG(status.st_mode)) throw Error(ErrorKind::InvalidInput, what + ": it is not a regular file");
  file.bytes = static_cast<std::uint64_t>(status.st_size);
  return file;
}

std::string read_up_to(const Descriptor& file, std::size_t count, const std::filesystem::path& path) {
  std::string bytes(count, '\0');
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const ssize_t got = ::read(file.get(), bytes.data() + filled, bytes.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw error_from_errno(errno, fmt::format("cannot read '{}'", path.string()));
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  bytes.resize(filled);
  return bytes;
}

void write_all(int descriptor, std::string_view bytes, const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw error_from_errno(errno, fmt::format("cannot write '{}'", path.string()));
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

}  // namespace

Error error_from_errno(int number, const std::string& what) {
  ErrorKind kind = ErrorKind::Internal;
  std::string advice;
  switch (number) {
    case ENOENT:
    case ENOTDIR: kind = ErrorKind::NotFound; break;
    case EACCES:
    case EPERM:
    case EROFS: kind = ErrorKind::Forbidden; break;
    case ENOSPC:
    case EDQUOT:
      kind = ErrorKind::NoSpace;
      advice = ": free some space and run the command again";
      break;
    case ELOOP:
    case ENAMETOOLONG:
    case ENXIO: kind = ErrorKind::InvalidInput; break;
    default: break;
  }
  return Error(kind, fmt::format("{}: {}{}", what, std::strerror(number), advice));
}

std::string read_file(const std::filesystem::path& path, std::uint64_t max_bytes) {
  const OpenedFile file = open_to_read(path);
  if (file.bytes > max_bytes) throw Error(ErrorKind::TooLarge, fmt::format("'{}' has {} bytes, the limit is {}", path.string(), file.bytes, max_bytes));
  return read_up_to(file.descriptor, static_cast<std::size_t>(file.bytes), path);
}

std::string read_file_start(const std::filesystem::path& path, std::size_t bytes) { return read_up_to(open_to_read(path).descriptor, bytes, path); }

void write_file_atomically(const std::filesystem::path& path, std::string_view bytes) {
  std::string temporary = path.string() + ".XXXXXX";
  const Descriptor file(::mkostemp(temporary.data(), O_CLOEXEC));
  if (file.get() < 0) throw error_from_errno(errno, fmt::format("cannot write '{}'", path.string()));
  try {
    write_all(file.get(), bytes, path);
    if (::fsync(file.get()) != 0 || ::rename(temporary.c_str(), path.c_str()) != 0) {
      throw error_from_errno(errno, fmt::format("cannot write '{}'", path.string()));
    }
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
}

std::uint64_t free_bytes(const std::filesystem::path& path) {
  std::error_code error;
  const auto space = std::filesystem::space(path, error);
  if (error) throw error_from_errno(error.value(), fmt::format("cannot ask for the space left at '{}'", path.string()));
  return space.available;
}

std::optional<FileLock> FileLock::try_acquire(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) throw error_from_errno(errno, fmt::format("cannot open the lock '{}'", path.string()));
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    const int number = errno;
    ::close(descriptor);
    if (number == EWOULDBLOCK) return std::nullopt;
    throw error_from_errno(number, fmt::format("cannot lock '{}'", path.string()));
  }
  return FileLock(descriptor);
}

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

FileLock::~FileLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void FileLock::set_owner(std::string_view text) {
  if (::ftruncate(descriptor_, 0) != 0 || ::pwrite(descriptor_, text.data(), text.size(), 0) < 0) {
    throw error_from_errno(errno, "cannot write into the lock");
  }
}

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "panduan-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw error_from_errno(errno, fmt::format("cannot make a temporary folder '{}'", pattern));
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace panduan
