#pragma once
#include <array>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

namespace panduan {

using Sha256 = std::array<unsigned char, 32>;

std::string to_hex(std::span<const unsigned char> bytes);
/// Throws Error{InvalidInput} unless `hex` is 64 hexadecimal digits.
Sha256 sha256_from_hex(std::string_view hex);
Sha256 sha256(std::string_view bytes);

/// SHA-256 of a stream, piece by piece.
class Sha256Hasher {
 public:
  Sha256Hasher();
  ~Sha256Hasher();
  Sha256Hasher(const Sha256Hasher&) = delete;
  Sha256Hasher& operator=(const Sha256Hasher&) = delete;
  void update(std::string_view bytes);
  Sha256 finish();  ///< may be called once

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// SHA-256 of a file; `on_progress(bytes so far)` about every 8 MB. Throws Error{NotFound, Cancelled, Internal}.
Sha256 sha256_of_file(const std::filesystem::path& path, const std::function<void(std::size_t)>& on_progress = {}, const std::stop_token& stop = {});

}  // namespace panduan
