#include "store/detail/phrase_finder.h"

#include <algorithm>

namespace panduan::store {
namespace {

constexpr std::uint64_t kPrime = (1ULL << 61U) - 1;
constexpr std::uint64_t kFilterBits = 1ULL << 20U;

__extension__ using Wide = unsigned __int128;

std::uint64_t add_mod(std::uint64_t a, std::uint64_t b) {
  const std::uint64_t sum = a + b;
  return sum >= kPrime ? sum - kPrime : sum;
}

std::uint64_t multiply_mod(std::uint64_t a, std::uint64_t b) {
  const Wide product = static_cast<Wide>(a) * b;
  return add_mod(static_cast<std::uint64_t>(product & kPrime), static_cast<std::uint64_t>(product >> 61U));
}

std::uint64_t value_of(char byte) { return static_cast<unsigned char>(byte) + 1U; }  // zero bytes count as well

}  // namespace

PhraseFinder::PhraseFinder(std::uint64_t key) : base_(256 + (key % (kPrime - 512))) {}

std::uint64_t PhraseFinder::fingerprint(std::string_view phrase) const {
  std::uint64_t hash = 0;
  for (const char byte : phrase) hash = add_mod(multiply_mod(hash, base_), value_of(byte));
  return hash;
}

PhraseFinder::Group& PhraseFinder::group_of(std::size_t length) {
  const auto found = std::ranges::find(groups_, length, &Group::length);
  if (found != groups_.end()) return *found;
  Group& group = groups_.emplace_back();
  group.length = length;
  group.may_be.resize(kFilterBits);
  std::uint64_t power = 1;
  for (std::size_t i = 1; i < length; ++i) power = multiply_mod(power, base_);
  for (std::size_t byte = 0; byte < group.leaving.size(); ++byte) group.leaving[byte] = multiply_mod(byte + 1, power);
  return group;
}

void PhraseFinder::add(std::size_t length, std::uint64_t fingerprint, std::size_t number) {
  Group& group = group_of(length);
  group.may_be[fingerprint % kFilterBits] = true;
  group.numbers.emplace(fingerprint, number);
}

void PhraseFinder::search(std::string_view bytes, const std::function<void(std::size_t, std::size_t)>& sink) const {
  for (const Group& group : groups_) {
    if (bytes.size() < group.length) continue;
    std::uint64_t hash = fingerprint(bytes.substr(0, group.length));
    for (std::size_t offset = 0;; ++offset) {
      if (group.may_be[hash % kFilterBits]) {
        const auto [first, last] = group.numbers.equal_range(hash);
        for (auto found = first; found != last; ++found) sink(found->second, offset);
      }
      if (offset + group.length == bytes.size()) break;
      hash = add_mod(hash, kPrime - group.leaving[static_cast<unsigned char>(bytes[offset])]);
      hash = add_mod(multiply_mod(hash, base_), value_of(bytes[offset + group.length]));
    }
  }
}

std::size_t PhraseFinder::overlap() const {
  std::size_t longest = 1;
  for (const Group& group : groups_) longest = std::max(longest, group.length);
  return longest - 1;
}

}  // namespace panduan::store
