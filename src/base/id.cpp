#include "base/id.h"

#include <sodium.h>

#include <array>

#include "base/clock.h"

namespace panduan {

std::string new_id(std::string_view prefix) {
  static constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  std::string id(prefix);
  id += '_';
  const auto now = static_cast<unsigned long long>(system_clock().now_ms());
  for (int shift = 45; shift >= 0; shift -= 5) id += kAlphabet[(now >> shift) & 31];
  std::array<unsigned char, 16> random{};
  randombytes_buf(random.data(), random.size());
  for (const unsigned char byte : random) id += kAlphabet[byte & 31];
  return id;
}

}  // namespace panduan
