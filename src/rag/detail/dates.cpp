#include "rag/detail/dates.h"

#include <array>
#include <optional>
#include <string>

#include "base/unicode.h"
#include "rag/detail/fact_text.h"
#include "rag/detail/number_words.h"

namespace panduan::rag::detail {
namespace {

struct Read {
  int value = 0;
  std::size_t end = 0;
};

constexpr std::array<std::string_view, 12> kMonths{"january", "february", "march",     "april",   "may",      "june",
                                                   "july",    "august",   "september", "october", "november", "december"};
constexpr int kFirstYear = 1000;
constexpr int kLastYear = 2200;

/// Between `least` and `most` digits, and no more of them before or behind.
std::optional<Read> digits_at(std::string_view text, std::size_t at, std::size_t least, std::size_t most) {
  if (at > 0 && is_digit(text[at - 1])) return std::nullopt;
  Read read{0, at};
  while (read.end < text.size() && is_digit(text[read.end])) {
    if (read.end - at == most) return std::nullopt;
    read.value = read.value * 10 + (text[read.end++] - '0');
  }
  return read.end - at >= least ? std::optional(read) : std::nullopt;
}

bool is_year(int value) { return value >= kFirstYear && value <= kLastYear; }
bool is_month(int value) { return value >= 1 && value <= 12; }
bool is_day(int value) { return value >= 1 && value <= 31; }

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text), lower_(lower(text)) {}

  std::vector<Date> scan() const {
    std::vector<Date> dates;
    for (std::size_t at = 0; at < text_.size();) {
      const bool inside = is_inside_word(text_, at);
      std::optional<Date> date = inside ? std::nullopt : first_of(at);
      if (!date) {
        at += character_at(text_, at).bytes;
        continue;
      }
      date->range.begin = at;
      at = date->range.end;
      dates.push_back(*date);
    }
    return dates;
  }

 private:
  std::optional<Date> first_of(std::size_t at) const {
    if (auto date = iso(at)) return date;
    if (auto date = chinese(at)) return date;
    if (auto date = day_first(at)) return date;
    if (auto date = month_first(at)) return date;
    return decade(at);
  }

  std::optional<Date> iso(std::size_t at) const {
    const auto year = digits_at(text_, at, 4, 4);
    if (!year || !is_year(year->value) || year->end >= text_.size()) return std::nullopt;
    const char mark = text_[year->end];
    if (mark != '-' && mark != '/' && mark != '.') return std::nullopt;
    const auto month = digits_at(text_, year->end + 1, 1, 2);
    if (!month || !is_month(month->value) || month->end >= text_.size() || text_[month->end] != mark) return std::nullopt;
    const auto day = digits_at(text_, month->end + 1, 1, 2);
    if (!day || !is_day(day->value)) return std::nullopt;
    return Date{.year = year->value, .month = month->value, .day = day->value, .range = {at, day->end}};
  }

  /// A number in figures or numerals, and the character that says what it is.
  std::optional<Read> counted(std::size_t at, std::string_view what) const {
    if (at >= text_.size()) return std::nullopt;
    std::optional<Read> read = digits_at(text_, at, 1, 4);
    if (!read && !is_digit(text_[at])) {
      if (const auto numeral = chinese_number_at(text_, at)) read = Read{static_cast<int>(numeral->value), numeral->end};
    }
    if (!read) return std::nullopt;
    if (read->end < text_.size() && text_[read->end] == ' ') ++read->end;
    if (!text_.substr(read->end).starts_with(what)) return std::nullopt;
    read->end += what.size();
    return read;
  }
  std::size_t past_space(std::size_t at) const { return at < text_.size() && text_[at] == ' ' ? at + 1 : at; }

  std::optional<Date> chinese(std::size_t at) const {
    if (const auto century = counted(at, "世纪")) {
      const auto tens = counted(past_space(century->end), "年代");
      if (!tens || tens->value > 90) return std::nullopt;
      return Date{.year = (century->value - 1) * 100 + tens->value, .is_decade = true, .range = {at, tens->end}};
    }
    if (const auto tens = counted(at, "年代"); tens && is_year(tens->value)) return Date{.year = tens->value, .is_decade = true, .range = {at, tens->end}};
    Date date{.range = {at, at}};
    if (const auto year = counted(at, "年"); year && is_year(year->value)) {
      date.year = year->value;
      date.range.end = year->end;
    }
    const auto month = counted(past_space(date.range.end), "月");
    if (!month || !is_month(month->value)) return date.year == 0 ? std::nullopt : std::optional(date);
    date.month = month->value;
    date.range.end = month->end;
    for (const std::string_view what : {"日", "号"}) {
      const auto day = counted(past_space(month->end), what);
      if (!day || !is_day(day->value)) continue;
      date.day = day->value;
      date.range.end = day->end;
    }
    // 三月 alone may be how long something took, but then 个 stands before 月.
    return date;
  }

  std::optional<Read> month_at(std::size_t at) const {
    for (std::size_t i = 0; i < kMonths.size(); ++i) {
      const std::string_view name = kMonths.at(i);
      if (at >= text_.size() || text_[at] < 'A' || text_[at] > 'Z') return std::nullopt;  // "may" and "march" are words, too
      if (has_words_at(lower_, at, name)) return Read{static_cast<int>(i) + 1, at + name.size()};
      const std::string_view abbreviated = name.substr(0, 3);
      if (name.size() > 4 && has_words_at(lower_, at, abbreviated)) {
        const std::size_t end = at + abbreviated.size();
        return Read{static_cast<int>(i) + 1, end < text_.size() && text_[end] == '.' ? end + 1 : end};
      }
    }
    return std::nullopt;
  }
  std::optional<Read> day_at(std::size_t at) const {
    auto day = digits_at(text_, at, 1, 2);
    if (!day || !is_day(day->value)) return std::nullopt;
    for (const std::string_view ordinal : {"st", "nd", "rd", "th"}) {
      if (has_words_at(lower_, day->end, ordinal)) day->end += ordinal.size();
    }
    return day;
  }
  /// The year that may follow: ", 1932" or " 1932".
  std::optional<Read> year_after(std::size_t at) const {
    if (at < text_.size() && text_[at] == ',') ++at;
    if (at >= text_.size() || text_[at] != ' ') return std::nullopt;
    const auto year = digits_at(text_, at + 1, 4, 4);
    return year && is_year(year->value) ? year : std::nullopt;
  }

  std::optional<Date> day_first(std::size_t at) const {
    const auto day = day_at(at);
    if (!day || day->end >= text_.size() || text_[day->end] != ' ') return std::nullopt;
    std::size_t next = day->end + 1;
    if (has_words_at(lower_, next, "of") && lower_.substr(next).starts_with("of ")) next += 3;
    const auto month = month_at(next);
    if (!month) return std::nullopt;
    Date date{.month = month->value, .day = day->value, .range = {at, month->end}};
    if (const auto year = year_after(month->end)) {
      date.year = year->value;
      date.range.end = year->end;
    }
    return date;
  }

  std::optional<Date> month_first(std::size_t at) const {
    const auto month = month_at(at);
    if (!month) return std::nullopt;
    Date date{.month = month->value, .range = {at, month->end}};
    if (const auto day = month->end < text_.size() && text_[month->end] == ' ' ? day_at(month->end + 1) : std::nullopt) {
      date.day = day->value;
      date.range.end = day->end;
    }
    if (const auto year = year_after(date.range.end)) {
      date.year = year->value;
      date.range.end = year->end;
    }
    // A name or a verb at a sentence's beginning, when nothing else of a date stands beside it.
    const bool is_ambiguous = has_words_at(lower_, at, "may") || has_words_at(lower_, at, "march") || has_words_at(lower_, at, "august");
    return date.day == 0 && date.year == 0 && is_ambiguous && (at < 2 || text_[at - 2] == '.') ? std::nullopt : std::optional(date);
  }

  std::optional<Date> decade(std::size_t at) const {
    const auto year = digits_at(text_, at, 4, 4);
    if (!year || !is_year(year->value) || year->value % 10 != 0) return std::nullopt;
    for (const std::string_view plural : {"s", "'s", "’s"}) {
      if (has_words_at(lower_, year->end, plural)) return Date{.year = year->value, .is_decade = true, .range = {at, year->end + plural.size()}};
    }
    return std::nullopt;
  }

  std::string_view text_;
  std::string lower_;
};

}  // namespace

std::vector<Date> dates_of(std::string_view text) { return Scanner(text).scan(); }

bool agrees(const Date& said, const Date& other) {
  auto same = [](int part, int of_other) { return part == 0 || part == of_other; };
  return said.is_decade == other.is_decade && same(said.year, other.year) && same(said.month, other.month) && same(said.day, other.day);
}

}  // namespace panduan::rag::detail
