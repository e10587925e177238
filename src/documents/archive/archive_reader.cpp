#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <memory>

#include "base/error.h"
#include "documents/detail/container_reader.h"

// zip and tar by libarchive, of which only those two formats and the filters that run in this process are registered.

namespace panduan::documents::detail {
namespace {

struct FreeArchive {
  void operator()(archive* opened) const { archive_read_free(opened); }
};
using Opened = std::unique_ptr<archive, FreeArchive>;

std::string message_of(archive* opened) {
  const char* said = archive_error_string(opened);
  return said == nullptr ? "unknown error" : shown_name(said);
}

Opened open(std::string_view bytes) {
  Opened opened(archive_read_new());
  if (!opened) throw std::bad_alloc();
  archive_read_support_format_zip(opened.get());
  archive_read_support_format_tar(opened.get());
  archive_read_support_filter_gzip(opened.get());
  archive_read_support_filter_bzip2(opened.get());
  archive_read_support_filter_xz(opened.get());
  archive_read_support_filter_zstd(opened.get());
  if (archive_read_open_memory(opened.get(), bytes.data(), bytes.size()) != ARCHIVE_OK)
    throw Error(ErrorKind::Corrupt, fmt::format("it is no archive that can be read ({}): fetch or make it anew", message_of(opened.get())));
  return opened;
}

class Reader {
 public:
  Reader(std::string_view bytes, BatchCollector& collector) : opened_(open(bytes)), collector_(collector) {}

  void run() {
    archive_entry* entry = nullptr;
    for (bool is_first = true; collector_.wants_more(); is_first = false) {
      const int said = archive_read_next_header(opened_.get(), &entry);
      if (said == ARCHIVE_EOF) return;
      if (said == ARCHIVE_RETRY) continue;
      if (said < ARCHIVE_WARN) {
        if (is_first) throw Error(ErrorKind::Corrupt, fmt::format("the archive is broken or cut off ({}): fetch or make it anew", message_of(opened_.get())));
        return collector_.end(fmt::format("the archive is broken or cut off there ({}): fetch or make it anew", message_of(opened_.get())));
      }
      add(entry);
      count_stream();
    }
  }

 private:
  bool is_tar() const { return (archive_format(opened_.get()) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_TAR; }
  /// A tar is unpacked as a whole, whatever is made of its members.
  bool count_stream() { return !is_tar() || collector_.count_unpacked(static_cast<std::uint64_t>(archive_filter_bytes(opened_.get(), 0))); }

  void add(archive_entry* entry) {
    const char* raw = archive_entry_pathname(entry);
    const std::string name = raw == nullptr ? std::string() : raw;
    if (const std::string problem = problem_of(entry); !problem.empty()) return collector_.add_problem(name, problem);
    if (archive_entry_filetype(entry) == AE_IFDIR) return;
    const std::string path = safe_path(name);
    if (!path.empty() && !is_worth_opening(path)) return pass_over();
    if (archive_entry_is_encrypted(entry) != 0) return collector_.add_problem(name, "it has a password: unpack it and add what is in it");
    bool was_read = false;
    collector_.add(name, [&](std::string& bytes) {
      was_read = true;
      return read(bytes);
    });
    if (!was_read) pass_over();
  }

  static std::string problem_of(archive_entry* entry) {
    if (archive_entry_hardlink(entry) != nullptr || archive_entry_filetype(entry) == AE_IFLNK)
      return "a link, and links in archives are not followed: add the file that it points to";
    const auto type = archive_entry_filetype(entry);
    return type != AE_IFREG && type != AE_IFDIR ? "a device or a pipe, and no file: pack what it stands for, or leave it out" : "";
  }

  /// Each piece of what a member holds; the reason where it ends too soon.
  template <class Sink>
  std::string each_piece(Sink&& sink) {
    for (;;) {
      const void* piece = nullptr;
      std::size_t size = 0;
      la_int64_t offset = 0;
      const int said = archive_read_data_block(opened_.get(), &piece, &size, &offset);
      if (said == ARCHIVE_EOF) return {};
      if (said < ARCHIVE_WARN) return fmt::format("it is broken ({}): fetch or make the archive anew", message_of(opened_.get()));
      if (!is_tar() && !collector_.count_unpacked(collector_.unpacked() + size)) return {};
      if (!count_stream()) return {};
      if (std::string problem = sink(std::string_view(static_cast<const char*>(piece), size), static_cast<std::uint64_t>(offset)); !problem.empty())
        return problem;
    }
  }

  std::string read(std::string& bytes) {
    return each_piece([&](std::string_view piece, std::uint64_t offset) -> std::string {
      if (offset > collector_.max_member_bytes() || offset + piece.size() > collector_.max_member_bytes()) {
        bytes = {};
        return fmt::format("it has more than {} MB: unpack it and add it by itself", collector_.max_member_bytes() >> 20U);
      }
      if (offset > bytes.size()) bytes.resize(offset);  // a hole in a sparse file
      bytes.append(piece);
      return {};
    });
  }

  /// Of a tar piece by piece, so that what is unpacked only to be passed over counts as well; in a zip the next member is a place to go to.
  void pass_over() {
    if (is_tar()) each_piece([](std::string_view, std::uint64_t) { return std::string(); });
  }

  Opened opened_;
  BatchCollector& collector_;
};

}  // namespace

void read_archive(std::string_view bytes, BatchCollector& collector) { Reader(bytes, collector).run(); }

}  // namespace panduan::documents::detail
