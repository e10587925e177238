#include "rag/detail/number_words.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/unicode.h"
#include "rag/detail/fact_text.h"

namespace panduan::rag::detail {
namespace {

struct NumberWord {
  std::string_view word;
  double value;
};

constexpr std::array kCardinals = std::to_array<NumberWord>({
    {"zero", 0},      {"one", 1},      {"two", 2},      {"three", 3},      {"four", 4},      {"five", 5},      {"six", 6},
    {"seven", 7},     {"eight", 8},    {"nine", 9},     {"ten", 10},       {"eleven", 11},   {"twelve", 12},   {"thirteen", 13},
    {"fourteen", 14}, {"fifteen", 15}, {"sixteen", 16}, {"seventeen", 17}, {"eighteen", 18}, {"nineteen", 19}, {"twenty", 20},
    {"thirty", 30},   {"forty", 40},   {"fifty", 50},   {"sixty", 60},     {"seventy", 70},  {"eighty", 80},   {"ninety", 90},
});
constexpr std::array kOrdinals = std::to_array<NumberWord>({
    {"first", 1},      {"second", 2},     {"third", 3},        {"fourth", 4},      {"fifth", 5},       {"sixth", 6},       {"seventh", 7},
    {"eighth", 8},     {"ninth", 9},      {"tenth", 10},       {"eleventh", 11},   {"twelfth", 12},    {"thirteenth", 13}, {"fourteenth", 14},
    {"fifteenth", 15}, {"sixteenth", 16}, {"seventeenth", 17}, {"eighteenth", 18}, {"nineteenth", 19}, {"twentieth", 20},  {"thirtieth", 30},
});
constexpr std::array<NumberWord, 5> kScales{{{"hundred", 100}, {"thousand", 1e3}, {"million", 1e6}, {"billion", 1e9}, {"trillion", 1e12}}};

template <std::size_t N>
std::optional<double> value_of(const std::array<NumberWord, N>& words, std::string_view word) {
  const auto found = std::ranges::find(words, word, &NumberWord::word);
  return found == words.end() ? std::nullopt : std::optional(found->value);
}

std::string_view english_word_at(std::string_view text, std::size_t offset) {
  std::size_t end = offset;
  while (end < text.size() && is_latin_letter(text[end])) ++end;
  return text.substr(offset, end - offset);
}

/// Where the next word of the same number would begin.
std::size_t next_word(std::string_view text, std::size_t offset) {
  if (offset < text.size() && (text[offset] == ' ' || text[offset] == '-')) ++offset;
  return has_words_at(text, offset, "and") && text.substr(offset).starts_with("and ") ? offset + 4 : offset;
}

/// The numerals read one behind the other, or with the places between them: 一九三二, 三百二十.
class ChineseNumeral {
 public:
  bool take(std::string_view character) {
    if (const auto digit = digit_of(character)) {
      only_digits_ = only_digits_ * 10 + *digit;
      has_two_digits_ = has_two_digits_ || (last_ == Last::Digit && digit_ != 0);
      digit_ = *digit;
      last_ = Last::Digit;
    } else if (const double place = place_of(character); place > 0) {
      has_place_ = true;
      if (place >= 1e4) {
        total_ = (total_ + section_ + digit_ + (last_ == Last::Nothing ? 1 : 0)) * place;
        section_ = 0;
      } else {
        section_ += (last_ == Last::Digit ? digit_ : 1) * place;
      }
      digit_ = 0;
      last_ = Last::Place;
    } else {
      return false;
    }
    ++count_;
    return true;
  }
  double value() const { return has_place_ ? total_ + section_ + digit_ : only_digits_; }
  std::size_t count() const { return count_; }
  /// 一九三二 and 三百 are numbers; 三四 ("three or four") and 千万 ("by all means") say something else.
  bool is_number() const { return has_place_ ? !has_two_digits_ && value() > 0 && starts_with_digit_or_ten() : count_ == 1 || count_ >= 3; }
  void note_first(std::string_view character) { first_ = std::string(character); }

 private:
  enum class Last { Nothing, Digit, Place };
  bool starts_with_digit_or_ten() const { return digit_of(first_).has_value() || first_ == "十"; }
  static std::optional<double> digit_of(std::string_view character) {
    constexpr std::array<NumberWord, 12> kDigits{
        {{"〇", 0}, {"零", 0}, {"一", 1}, {"二", 2}, {"两", 2}, {"三", 3}, {"四", 4}, {"五", 5}, {"六", 6}, {"七", 7}, {"八", 8}, {"九", 9}}};
    return value_of(kDigits, character);
  }
  static double place_of(std::string_view character) {
    constexpr std::array<NumberWord, 5> kPlaces{{{"十", 10}, {"百", 100}, {"千", 1e3}, {"万", 1e4}, {"亿", 1e8}}};
    return value_of(kPlaces, character).value_or(0);
  }

  double total_ = 0, section_ = 0, digit_ = 0, only_digits_ = 0;
  bool has_place_ = false, has_two_digits_ = false;
  Last last_ = Last::Nothing;
  std::size_t count_ = 0;
  std::string first_;
};

/// Behind a single numeral: with one of these it counts something, without it is part of a word (三角, 四川, 五金).
constexpr auto kCounters = std::to_array<std::string_view>(
    {"年", "月", "日", "个", "名", "人", "次", "座", "条", "种", "位",   "家", "米",   "公里", "千米", "岁",   "天", "周", "小时", "分", "秒",
     "倍", "届", "支", "部", "本", "场", "所", "项", "艘", "辆", "枚",   "层", "章",   "世纪", "大洲", "州",   "县", "架", "颗",   "亿", "万",
     "类", "组", "队", "篇", "首", "只", "件", "张", "块", "元", "美元", "吨", "公斤", "度",   "英里", "英尺", "成", "代", "级",   "轮", "阶段"});

}  // namespace

std::optional<NumberFound> english_number_at(std::string_view lower_text, std::size_t offset) {
  double total = 0;
  double section = 0;
  std::size_t end = 0;
  std::size_t words = 0;
  bool is_weak = false;
  for (std::size_t at = offset;;) {
    const std::string_view word = english_word_at(lower_text, at);
    if (const auto ordinal = value_of(kOrdinals, word)) {
      if (words > 0 && *ordinal >= 10) break;
      section += *ordinal;
      is_weak = words == 0 && *ordinal <= 2;
      end = at + word.size();
      ++words;
      break;
    }
    const auto cardinal = value_of(kCardinals, word);
    const auto scale = value_of(kScales, word);
    if ((!cardinal && !scale) || (scale && words == 0)) break;
    if (cardinal && words > 0 && *cardinal > 0 && section > 0) {
      const bool fits = section >= 100 || (section >= 20 && *cardinal < 10);  // "five six" are two numbers
      if (!fits) break;
    }
    if (cardinal) section += *cardinal;
    else if (*scale == 100) section *= 100;
    else {
      total += section * *scale;
      section = 0;
    }
    is_weak = words == 0 && word == "one";
    end = at + word.size();
    ++words;
    at = next_word(lower_text, end);
    if (at == end) break;
  }
  if (words == 0) return std::nullopt;
  return NumberFound{.value = total + section, .end = end, .is_weak = is_weak};
}

std::optional<NumberFound> chinese_number_at(std::string_view text, std::size_t offset) {
  const bool is_ordinal = text.substr(offset).starts_with("第");
  std::size_t end = offset + (is_ordinal ? std::string_view("第").size() : 0);
  ChineseNumeral numeral;
  std::string_view first;
  while (end < text.size()) {
    const std::string_view character = text.substr(end, character_at(text, end).bytes);
    if (!numeral.take(character)) break;
    if (first.empty()) numeral.note_first(first = character);
    end += character.size();
  }
  if (numeral.count() == 0 || !numeral.is_number()) return std::nullopt;
  const bool counts = std::ranges::any_of(kCounters, [&](std::string_view counter) { return text.substr(end).starts_with(counter); });
  if (numeral.count() == 1 && !is_ordinal && !counts) return std::nullopt;
  const bool is_small = numeral.count() == 1 && (numeral.value() == 1 || (is_ordinal && numeral.value() <= 2));
  return NumberFound{.value = numeral.value(), .end = end, .is_weak = is_small || first == "两"};
}

std::optional<Multiplier> multiplier_at(std::string_view lower_text, std::size_t offset) {
  const std::size_t begin = offset < lower_text.size() && lower_text[offset] == ' ' ? offset + 1 : offset;
  for (const auto& [word, factor] : kScales) {
    if (has_words_at(lower_text, begin, word)) return Multiplier{factor, begin + word.size()};
  }
  constexpr std::array<NumberWord, 6> kChinese{{{"万亿", 1e12}, {"千万", 1e7}, {"百万", 1e6}, {"十万", 1e5}, {"亿", 1e8}, {"万", 1e4}}};
  for (const auto& [word, factor] : kChinese) {
    if (lower_text.substr(begin).starts_with(word)) return Multiplier{factor, begin + word.size()};
  }
  return std::nullopt;
}

}  // namespace panduan::rag::detail
