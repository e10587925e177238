#include "base/zip.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <zip.h>

#include <cerrno>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/file.h"

namespace panduan {
namespace {

constexpr std::size_t kPieceBytes = 1U << 20U;

struct DiscardArchive {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
struct CloseMember {
  void operator()(zip_file_t* member) const { zip_fclose(member); }
};
using Archive = std::unique_ptr<zip_t, DiscardArchive>;
using Member = std::unique_ptr<zip_file_t, CloseMember>;

ErrorKind kind_of(int zip_error) {
  switch (zip_error) {
    case ZIP_ER_NOENT: return ErrorKind::NotFound;
    case ZIP_ER_COMPNOTSUPP:
    case ZIP_ER_ENCRNOTSUPP:
    case ZIP_ER_NOPASSWD:
    case ZIP_ER_OPNOTSUPP: return ErrorKind::Unsupported;
    case ZIP_ER_MEMORY: return ErrorKind::Unavailable;
    default: return ErrorKind::Corrupt;
  }
}

Error zip_failure(zip_error_t& error, const std::string& what) {
  const int code = zip_error_code_zip(&error);
  // With a system error behind it (no permission, a failing disk) errno says more than libzip's own code.
  if (const int number = zip_error_code_system(&error); number != 0 && (code == ZIP_ER_OPEN || code == ZIP_ER_READ)) {
    return error_from_errno(number, what);
  }
  return Error(kind_of(code), fmt::format("{}: {}", what, zip_error_strerror(&error)));
}

Archive open_archive(const std::filesystem::path& path) {
  int code = 0;
  Archive archive(zip_open(path.c_str(), ZIP_RDONLY, &code));
  if (archive) return archive;
  zip_error_t error;
  zip_error_init_with_code(&error, code);
  Error failure = zip_failure(error, fmt::format("cannot open the archive '{}'", path.string()));
  zip_error_fini(&error);
  throw failure;
}

void read_all(zip_t* archive, const std::string& member, zip_flags_t flags, const std::string& what, const std::function<void(std::string_view)>& sink) {
  const Member source(zip_fopen(archive, member.c_str(), flags));
  if (!source) throw zip_failure(*zip_get_error(archive), what);
  std::vector<char> piece(kPieceBytes);
  for (;;) {
    // The read that meets the end also compares the checksum.
    const zip_int64_t count = zip_fread(source.get(), piece.data(), piece.size());
    if (count < 0) throw zip_failure(*zip_file_get_error(source.get()), what);
    if (count == 0) return;
    sink({piece.data(), static_cast<std::size_t>(count)});
  }
}

}  // namespace

std::uint64_t read_zip_member(const std::filesystem::path& archive, std::string_view member, const std::function<void(std::string_view)>& sink,
                              const ZipReadOptions& options, const std::stop_token& stop) {
  const std::string what = fmt::format("cannot read '{}' in the archive '{}'", member, archive.string());
  const Archive opened = open_archive(archive);
  std::uint64_t total = 0;
  read_all(opened.get(), std::string(member), 0, what, [&](std::string_view piece) {
    if (stop.stop_requested()) throw Error(ErrorKind::Cancelled, fmt::format("unpacking '{}' was stopped", archive.string()));
    total += piece.size();
    if (total > options.max_bytes) throw Error(ErrorKind::TooLarge, fmt::format("{}: it unpacks to more than {} bytes", what, options.max_bytes));
    sink(piece);
    if (options.on_progress) options.on_progress(total);
  });
  return total;
}

std::uint64_t extract_zip_member(const std::filesystem::path& archive, std::string_view member, const std::filesystem::path& destination,
                                 const ZipReadOptions& options, const std::stop_token& stop) {
  const std::string what = fmt::format("cannot write '{}'", destination.string());
  const int file = ::open(destination.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) throw error_from_errno(errno, what);
  try {
    const auto write = [&](std::string_view bytes) {
      while (!bytes.empty()) {
        const ssize_t count = ::write(file, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) throw error_from_errno(errno, what);
        bytes.remove_prefix(static_cast<std::size_t>(count));
      }
    };
    const std::uint64_t total = read_zip_member(archive, member, write, options, stop);
    if (::close(file) != 0) throw error_from_errno(errno, what);
    return total;
  } catch (...) {
    ::close(file);
    ::unlink(destination.c_str());
    throw;
  }
}

struct ZipArchive::Opened {
  Archive archive;
};

ZipArchive::ZipArchive(std::string_view bytes, const Limits& limits) : opened_(std::make_unique<Opened>()), bytes_left_(limits.max_unpacked_bytes) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  if (source != nullptr) opened_->archive.reset(zip_open_from_source(source, ZIP_RDONLY, &error));
  if (!opened_->archive) {
    if (source != nullptr) zip_source_free(source);
    Error failure = zip_failure(error, "its archive is broken or cut off, fetch or save it anew");
    zip_error_fini(&error);
    throw failure;
  }
  zip_error_fini(&error);
  const auto members = static_cast<std::uint64_t>(zip_get_num_entries(opened_->archive.get(), 0));
  if (members > limits.max_members) throw Error(ErrorKind::TooLarge, fmt::format("it holds {} files, more than {}", members, limits.max_members));
}
ZipArchive::~ZipArchive() = default;

bool ZipArchive::has(std::string_view member) const { return zip_name_locate(opened_->archive.get(), std::string(member).c_str(), ZIP_FL_NOCASE) >= 0; }

std::string ZipArchive::read(std::string_view member) {
  std::string bytes;
  const auto add = [&](std::string_view piece) {
    if (piece.size() > bytes_left_)
      throw Error(ErrorKind::TooLarge, "it unpacks to more than is put up with: a very large document, or an archive made to fill the memory");
    bytes_left_ -= piece.size();
    bytes += piece;
  };
  try {
    read_all(opened_->archive.get(), std::string(member), ZIP_FL_NOCASE, fmt::format("cannot read '{}' in it", member), add);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::Corrupt) throw Error(error.kind(), fmt::format("{}; it is broken or was changed, fetch or save it anew", error.what()));
    if (error.kind() == ErrorKind::Unsupported) throw Error(error.kind(), fmt::format("{}; save a copy without a password and add that", error.what()));
    throw;
  }
  return bytes;
}

}  // namespace panduan
