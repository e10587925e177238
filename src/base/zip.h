#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

namespace panduan {

struct ZipReadOptions {
  std::uint64_t max_bytes = 8ULL << 30U;  ///< of the member once unpacked; what the archive claims about itself is not trusted
  std::function<void(std::uint64_t)> on_progress = {};  ///< bytes unpacked so far
};

/// Unpacks one member of a zip archive piece by piece; its checksum has been compared when this returns.
/// Returns the member's size. Throws Error: NotFound (no such archive or member), Corrupt, TooLarge, Unsupported (encrypted, an
/// unknown compression), Cancelled. After an error the sink has seen a part of the member.
std::uint64_t read_zip_member(const std::filesystem::path& archive, std::string_view member, const std::function<void(std::string_view)>& sink,
                              const ZipReadOptions& options = {}, const std::stop_token& stop = {});

/// The same into a file, which is made or replaced, and removed when anything fails. Throws Error{NoSpace, Forbidden} besides.
std::uint64_t extract_zip_member(const std::filesystem::path& archive, std::string_view member, const std::filesystem::path& destination,
                                 const ZipReadOptions& options = {}, const std::stop_token& stop = {});

/// A zip archive whose bytes are in memory: an office document. For a process that is confined; nothing is written anywhere.
class ZipArchive {
 public:
  struct Limits {
    std::uint64_t max_unpacked_bytes = 512ULL << 20U;  ///< of all members that are read
    std::uint64_t max_members = 100'000;
  };
  /// `bytes` are not copied. Throws Error: Corrupt (no archive), TooLarge (too many members).
  ZipArchive(std::string_view bytes, const Limits& limits);
  explicit ZipArchive(std::string_view bytes) : ZipArchive(bytes, Limits{}) {}
  ~ZipArchive();
  ZipArchive(const ZipArchive&) = delete;
  ZipArchive& operator=(const ZipArchive&) = delete;

  /// Names are compared without case, as office documents do.
  bool has(std::string_view member) const;
  /// A member's bytes; its checksum has been compared. Throws Error: NotFound, Corrupt, TooLarge (the limit of all members), Unsupported (encrypted).
  std::string read(std::string_view member);

 private:
  struct Opened;
  std::unique_ptr<Opened> opened_;
  std::uint64_t bytes_left_;
};

}  // namespace panduan
