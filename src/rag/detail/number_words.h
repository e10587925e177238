#pragma once
#include <optional>
#include <string_view>

namespace panduan::rag::detail {

struct NumberFound {
  double value = 0;
  std::size_t end = 0;  ///< offset behind it
  bool is_weak = false;
};

/// A number in English words that begins at `offset`: "twelve", "twenty-four", "three hundred million", "third".
std::optional<NumberFound> english_number_at(std::string_view lower_text, std::size_t offset);
/// A number in Chinese numerals: 三百二十, 一九三二, 第三, and a single numeral before a word that is counted by it.
std::optional<NumberFound> chinese_number_at(std::string_view text, std::size_t offset);

/// What multiplies the figures before it: "million", 万, 亿.
struct Multiplier {
  double factor = 1;
  std::size_t end = 0;
};
std::optional<Multiplier> multiplier_at(std::string_view lower_text, std::size_t offset);

}  // namespace panduan::rag::detail
