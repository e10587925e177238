#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
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

}  // namespace panduan
