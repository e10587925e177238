#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <string_view>
#include <vector>

namespace panduan::store {

/// Keyed fingerprints of phrases (Karp and Rabin, "Efficient randomized pattern-matching algorithms", 1987), modulo 2^61 - 1: a phrase is known
/// again by its fingerprint and cannot be read from it. Two different phrases of one length n share one with a probability below n / 2^60.
class PhraseFinder {
 public:
  /// The key is made random once for all phrases that are looked for together.
  explicit PhraseFinder(std::uint64_t key);

  std::uint64_t fingerprint(std::string_view phrase) const;

  /// Remembers a phrase under a number, which several may share; `length` > 0 in bytes.
  void add(std::size_t length, std::uint64_t fingerprint, std::size_t number);
  /// Calls the sink for each place where a remembered phrase stands, in text order for phrases of one length.
  void search(std::string_view bytes, const std::function<void(std::size_t number, std::size_t offset)>& sink) const;
  /// Bytes that a search of the next piece of a text has to see again.
  std::size_t overlap() const;

 private:
  /// The phrases of one length.
  struct Group {
    std::size_t length = 0;
    std::array<std::uint64_t, 256> leaving{};  ///< what a byte contributes when it is the first of the phrase
    std::vector<bool> may_be;                  ///< by the fingerprint's lowest bits
    std::multimap<std::uint64_t, std::size_t> numbers;
  };
  Group& group_of(std::size_t length);

  std::uint64_t base_;
  std::vector<Group> groups_;
};

}  // namespace panduan::store
