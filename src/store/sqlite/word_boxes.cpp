#include "store/sqlite/word_boxes.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

namespace panduan::store {
namespace {

constexpr float kUnitsPerPoint = 10;
constexpr std::size_t kPackedBytes = 14;

void put(std::string& bytes, std::uint64_t value, int count) {
  for (int i = 0; i < count; ++i) bytes += static_cast<char>((value >> (8 * i)) & 0xFFU);
}

std::uint64_t get(const unsigned char* bytes, int count) {
  std::uint64_t value = 0;
  for (int i = 0; i < count; ++i) value |= static_cast<std::uint64_t>(bytes[i]) << (8 * i);
  return value;
}

std::uint64_t edge(float points) {
  constexpr float kMax = std::numeric_limits<std::uint16_t>::max();
  return static_cast<std::uint64_t>(std::clamp(std::round(points * kUnitsPerPoint), 0.0F, kMax));
}

}  // namespace

std::string pack_word_boxes(const documents::Page& page) {
  std::string bytes;
  bytes.reserve(page.words.size() * kPackedBytes);
  std::size_t previous = page.text.begin;
  for (const auto& word : page.words) {
    put(bytes, word.text.begin - previous, 4);
    put(bytes, std::min<std::size_t>(word.text.size(), std::numeric_limits<std::uint16_t>::max()), 2);
    put(bytes, edge(word.left), 2);
    put(bytes, edge(word.top), 2);
    put(bytes, edge(word.right), 2);
    put(bytes, edge(word.bottom), 2);
    previous = word.text.begin;
  }
  return bytes;
}

std::vector<documents::WordBox> unpack_word_boxes(std::span<const unsigned char> bytes, documents::ByteRange page_text) {
  std::vector<documents::WordBox> words;
  words.reserve(bytes.size() / kPackedBytes);
  std::size_t previous = page_text.begin;
  for (std::size_t at = 0; at + kPackedBytes <= bytes.size(); at += kPackedBytes) {
    const unsigned char* word = bytes.data() + at;
    previous += get(word, 4);
    auto coordinate = [&](std::size_t offset) { return static_cast<float>(get(word + offset, 2)) / kUnitsPerPoint; };
    words.push_back({{previous, previous + get(word + 4, 2)}, coordinate(6), coordinate(8), coordinate(10), coordinate(12)});
  }
  return words;
}

}  // namespace panduan::store
