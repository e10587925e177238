#include "rag/detail/quantities.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <optional>

#include "base/unicode.h"
#include "rag/detail/fact_text.h"
#include "rag/detail/number_words.h"
#include "rag/detail/units.h"

namespace panduan::rag::detail {
namespace {

using documents::ByteRange;

constexpr std::size_t kDigitsOfADouble = 15;

/// Figures with what belongs to them: "5,100", "2.5", "3.11.2", "10:30".
struct Figures {
  std::string plain;  ///< without the commas between thousands
  std::size_t end = 0;
  std::size_t marks = 0;  ///< full stops and colons between digits
};

Figures figures_at(std::string_view text, std::size_t offset) {
  Figures figures;
  std::size_t at = offset;
  auto digits_from = [&](std::size_t from) {
    std::size_t count = 0;
    while (from + count < text.size() && is_digit(text[from + count])) ++count;
    return count;
  };
  const std::size_t leading = digits_from(at);
  figures.plain = text.substr(at, leading);
  at += leading;
  if (leading <= 3) {
    while (at < text.size() && text[at] == ',' && digits_from(at + 1) == 3) {
      figures.plain += text.substr(at + 1, 3);
      at += 4;
    }
  }
  while (at + 1 < text.size() && (text[at] == '.' || text[at] == ':') && is_digit(text[at + 1])) {
    const std::size_t more = digits_from(at + 1);
    figures.marks += text[at] == ':' ? 2 : 1;
    figures.plain += text.substr(at, more + 1);
    at += more + 1;
  }
  figures.end = at;
  return figures;
}

class Scanner {
 public:
  Scanner(std::string_view text, const std::vector<ByteRange>& taken) : text_(text), lower_(lower(text)), taken_(taken) {}

  std::vector<Quantity> scan() {
    auto taken = taken_.begin();
    for (std::size_t at = 0; at < text_.size();) {
      if (taken != taken_.end() && at >= taken->begin) {
        at = std::max(at, taken->end);
        ++taken;
        continue;
      }
      const std::size_t end = number_at(at);
      at = end > at ? end : at + character_at(text_, at).bytes;
    }
    give_ranges_one_unit();
    return std::move(found_);
  }

 private:
  /// Where the number that begins here ends, or the word that is none; `at` when there is neither.
  std::size_t number_at(std::size_t at) {
    if (is_digit(text_[at])) return figures(at);
    if (is_latin_letter(text_[at])) return words(at);
    if (const auto number = percent_in_chinese(at)) return *number;
    if (const auto number = chinese_number_at(text_, at)) {
      add({.value = number->value, .literal = {}, .unit = {}, .range = {at, number->end}, .is_weak = number->is_weak});
      return found_.back().range.end;
    }
    return at;
  }

  std::size_t words(std::size_t at) {
    std::size_t end = at;
    while (end < text_.size() && (is_latin_letter(text_[end]) || is_digit(text_[end]))) ++end;  // "A320" is a name
    if (const auto number = english_number_at(lower_, at)) {
      add({.value = number->value, .literal = {}, .unit = {}, .range = {at, number->end}, .is_weak = number->is_weak});
      return std::max(end, found_.back().range.end);
    }
    return end;
  }

  std::size_t figures(std::size_t at) {
    const Figures figures = figures_at(text_, at);
    Quantity quantity{.value = std::strtod(figures.plain.c_str(), nullptr), .literal = {}, .unit = {}, .range = {at, figures.end}};
    if (figures.marks > 1 || figures.plain.size() > kDigitsOfADouble) quantity.literal = figures.plain;
    std::size_t end = figures.end;
    for (const std::string_view ordinal : {"st", "nd", "rd", "th"}) {
      if (has_words_at(lower_, end, ordinal)) end += ordinal.size();
    }
    for (auto multiplier = multiplier_at(lower_, end); multiplier; multiplier = multiplier_at(lower_, end)) {
      quantity.value *= multiplier->factor;
      end = multiplier->end;
      if (end >= text_.size() || !is_digit(text_[end]) || multiplier->factor < 1e4) break;
      const Figures rest = figures_at(text_, end);  // 1亿2000万
      const auto smaller = multiplier_at(lower_, rest.end);
      quantity.value += std::strtod(rest.plain.c_str(), nullptr) * (smaller ? smaller->factor : 1);
      end = smaller ? smaller->end : rest.end;
      break;
    }
    quantity.range.end = end;
    quantity.unit = currency_before(lower_, at);
    add(quantity);
    return found_.back().range.end;
  }

  std::optional<std::size_t> percent_in_chinese(std::size_t at) {
    constexpr std::string_view kPercent = "百分之";
    if (!text_.substr(at).starts_with(kPercent) || at + kPercent.size() >= text_.size()) return std::nullopt;
    const std::size_t begin = at + kPercent.size();
    const auto numeral = chinese_numeral_at(begin);
    if (!numeral && !is_digit(text_[begin])) return std::nullopt;
    const Figures figures = numeral ? Figures{} : figures_at(text_, begin);
    const std::size_t end = numeral ? numeral->end : figures.end;
    found_.push_back({.value = numeral ? numeral->value : std::strtod(figures.plain.c_str(), nullptr), .literal = {}, .unit = "%", .range = {at, end}});
    return end;
  }
  /// With 第 before it, a single numeral is a number whatever stands behind.
  std::optional<NumberFound> chinese_numeral_at(std::size_t begin) const {
    const std::string text = "第" + std::string(text_.substr(begin));
    auto number = chinese_number_at(text, 0);
    if (number) number->end = number->end - std::string_view("第").size() + begin;
    return number;
  }

  /// With the unit that stands behind it.
  void add(Quantity quantity) {
    std::size_t at = quantity.range.end;
    if (at < text_.size() && (text_[at] == ' ' || text_[at] == '-')) ++at;
    constexpr std::string_view kBeforeChrist = "公元前";
    if (const auto unit = unit_at(lower_, at); unit && quantity.unit.empty()) {
      quantity.unit = unit->unit;
      quantity.range.end = at + unit->bytes;
      quantity.is_weak = quantity.is_weak && quantity.unit != "century";
    }
    if (text_.substr(0, quantity.range.begin).ends_with(kBeforeChrist)) quantity.unit = "bc";
    found_.push_back(std::move(quantity));
  }

  /// "20 to 30 %", 5至10公里: both are meant in it.
  void give_ranges_one_unit() {
    constexpr std::array<std::string_view, 12> kBetween{"-", "–", "—", "~", " to ", " and ", " or ", "至", "到", "或", " - ", "～"};
    for (std::size_t i = found_.size(); i-- > 1;) {
      Quantity& first = found_[i - 1];
      const Quantity& second = found_[i];
      if (!first.unit.empty() || second.unit.empty() || second.range.begin < first.range.end) continue;
      const std::string_view between = std::string_view(lower_).substr(first.range.end, second.range.begin - first.range.end);
      if (std::ranges::find(kBetween, between) != kBetween.end()) first.unit = second.unit;
    }
  }

  std::string_view text_;
  std::string lower_;
  const std::vector<ByteRange>& taken_;
  std::vector<Quantity> found_;
};

}  // namespace

std::vector<Quantity> quantities_of(std::string_view text, const std::vector<ByteRange>& taken) { return Scanner(text, taken).scan(); }

bool is_same_number(const Quantity& a, const Quantity& b) {
  constexpr double kRounding = 1e-9;
  if (!a.literal.empty() || !b.literal.empty()) return a.literal == b.literal;
  return std::abs(a.value - b.value) <= kRounding * std::max(std::abs(a.value), std::abs(b.value));
}

bool may_be_same_unit(const Quantity& a, const Quantity& b) { return a.unit.empty() || b.unit.empty() || a.unit == b.unit; }

}  // namespace panduan::rag::detail
