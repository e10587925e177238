#include "base/hash.h"

#include <sodium.h>

#include <fstream>
#include <vector>

#include "base/error.h"

namespace panduan {

struct Sha256Hasher::State {
  crypto_hash_sha256_state sodium;
};

Sha256Hasher::Sha256Hasher() : state_(std::make_unique<State>()) { crypto_hash_sha256_init(&state_->sodium); }
Sha256Hasher::~Sha256Hasher() = default;

void Sha256Hasher::update(std::string_view bytes) {
  crypto_hash_sha256_update(&state_->sodium, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
}

Sha256 Sha256Hasher::finish() {
  Sha256 digest{};
  crypto_hash_sha256_final(&state_->sodium, digest.data());
  return digest;
}

std::string to_hex(std::span<const unsigned char> bytes) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  hex.reserve(bytes.size() * 2);
  for (const unsigned char byte : bytes) {
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 15];
  }
  return hex;
}

Sha256 sha256_from_hex(std::string_view hex) {
  Sha256 digest{};
  std::size_t length = 0;
  if (hex.size() != digest.size() * 2 || sodium_hex2bin(digest.data(), digest.size(), hex.data(), hex.size(), nullptr, &length, nullptr) != 0 ||
      length != digest.size()) {
    throw Error(ErrorKind::InvalidInput, "'" + std::string(hex) + "' is not a SHA-256: expected 64 hexadecimal digits");
  }
  return digest;
}

Sha256 sha256(std::string_view bytes) {
  Sha256Hasher hasher;
  hasher.update(bytes);
  return hasher.finish();
}

Sha256 sha256_of_file(const std::filesystem::path& path, const std::function<void(std::size_t)>& on_progress, const std::stop_token& stop) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error(ErrorKind::NotFound, "cannot read '" + path.string() + "'");
  Sha256Hasher hasher;
  std::vector<char> buffer(8U << 20U);
  std::size_t total = 0;
  while (file) {
    if (stop.stop_requested()) throw Error(ErrorKind::Cancelled, "stopped while hashing '" + path.string() + "'");
    file.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    const auto count = static_cast<std::size_t>(file.gcount());
    hasher.update({buffer.data(), count});
    total += count;
    if (on_progress) on_progress(total);
  }
  if (file.bad()) throw Error(ErrorKind::Internal, "reading '" + path.string() + "' failed");
  return hasher.finish();
}

}  // namespace panduan
