#include "rag/exact_check.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

#include "base/unicode.h"
#include "rag/detail/dates.h"
#include "rag/detail/fact_text.h"
#include "rag/detail/names.h"
#include "rag/detail/negation.h"
#include "rag/detail/quantities.h"

namespace panduan::rag {
namespace {

using detail::Date;
using detail::NameIndex;
using detail::Negation;
using detail::Quantity;
using documents::ByteRange;

/// A text and the facts in it.
struct Facts {
  explicit Facts(std::string_view from) : text(detail::fact_text(from)), dates(detail::dates_of(text)), negations(detail::negations_of(text)) {
    std::vector<ByteRange> taken;
    for (const Date& date : dates) taken.push_back(date.range);
    quantities = detail::quantities_of(text, taken);
    terms = detail::content_terms(text);
  }
  std::string shown(ByteRange range) const { return text.substr(range.begin, range.size()); }
  bool has_term(const std::string& term) const { return std::ranges::find(terms, term) != terms.end(); }

  std::string text;
  std::vector<Date> dates;
  std::vector<Negation> negations;
  std::vector<Quantity> quantities;
  std::vector<std::string> terms;
};

bool looks_like_a_year(const Quantity& quantity) {
  return quantity.unit.empty() && quantity.literal.empty() && quantity.value >= 1000 && quantity.value <= 2200;
}

/// The word behind a number, which tells what is counted.
std::string counted_by(const Facts& facts, const Quantity& quantity) {
  const auto terms = detail::content_terms(truncate_utf8(std::string_view(facts.text).substr(quantity.range.end), 40));
  return terms.empty() ? "" : terms.front();
}

std::vector<std::string_view> clauses_of(std::string_view text) {
  std::vector<std::string_view> clauses;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find_first_of(",;:", begin), text.size());
    clauses.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return clauses;
}

/// "second", "21st", 第二
bool is_ordinal(const Facts& facts, const Quantity& quantity) {
  static constexpr std::array<std::string_view, 4> kEnds{"st", "nd", "rd", "th"};
  constexpr std::string_view kChinese = "第";
  const std::string number = detail::lower(facts.shown(quantity.range));
  return number.starts_with(kChinese) || std::string_view(facts.text).substr(0, quantity.range.begin).ends_with(kChinese) ||
         (number != "thousand" && std::ranges::any_of(kEnds, [&](std::string_view end) { return number.ends_with(end); })) || number == "second";
}

/// The text with spaces where its numbers stand, but for the years, which tell what a number is said of.
std::string without_numbers(const Facts& facts, bool without_years) {
  std::string text = facts.text;
  for (const Quantity& quantity : facts.quantities)
    if (without_years || !looks_like_a_year(quantity)) std::fill(text.begin() + quantity.range.begin, text.begin() + quantity.range.end, ' ');
  return text;
}

/// Where a list goes on: one thing counted, then the next.
std::vector<ByteRange> list_items(std::string_view text) {
  static constexpr std::array<std::string_view, 12> kBetween{", ", "; ", " , ", "、", "；", " and ", " but ", " while ", "和", "而", "以及", "与"};
  std::vector<ByteRange> items;
  std::size_t begin = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto* between = std::ranges::find_if(kBetween, [&](std::string_view one) { return text.substr(at).starts_with(one); });
    if (between == kBetween.end()) {
      at += character_at(text, at).bytes;
      continue;
    }
    items.push_back({begin, at});
    begin = at += between->size();
  }
  items.push_back({begin, text.size()});
  return items;
}

/// Content terms and pairs of neighbours among them.
std::set<std::string> terms_and_pairs(std::string_view text) {
  const auto terms = detail::content_terms(text);
  std::set<std::string> all(terms.begin(), terms.end());
  for (std::size_t i = 1; i < terms.size(); ++i) all.insert(terms[i - 1] + ' ' + terms[i]);
  return all;
}

/// Of what stands in this one of the items and in no other, the share that is said. What a list says once for all of its items ("the second busiest port
/// by ships and the third by tonnage") stands in the first.
double share_said(const std::set<std::string>& said, std::span<const std::set<std::string>> items, std::size_t item) {
  double own = 0;
  double shared = 0;
  for (const std::string& term : items[item]) {
    if (std::ranges::count_if(items, [&](const auto& other) { return other.contains(term); }) > 1) continue;
    own += 1;
    shared += said.contains(term) ? 1 : 0;
  }
  return own > 0 ? shared / own : 0;
}

class Comparison {
 public:
  Comparison(std::string_view statement, std::span<const std::string_view> sentences, std::span<const std::string_view> context) : said_(statement) {
    for (const std::string_view sentence : sentences) sources_.emplace_back(sentence);
    std::string all;
    for (const Facts& source : sources_) {
      names_.add(source.text);
      all += source.text;
    }
    for (const std::string_view text : context) names_.add(detail::fact_text(text));
    is_one_language_ = is_mostly_chinese(statement) == is_mostly_chinese(all);
  }

  std::vector<Finding> findings() {
    for (const Date& date : said_.dates) check(date);
    for (const Quantity& quantity : said_.quantities) {
      if (!quantity.is_weak) check(quantity);
    }
    if (is_one_language_) {
      check_what_is_counted();
      check_names();
      check_negations();
    }
    return std::move(findings_);
  }

 private:
  template <class Holds>
  bool any_quantity(Holds holds) const {
    return std::ranges::any_of(sources_, [&](const Facts& source) { return std::ranges::any_of(source.quantities, holds); });
  }
  template <class Holds>
  bool any_date(Holds holds) const {
    return std::ranges::any_of(sources_, [&](const Facts& source) { return std::ranges::any_of(source.dates, holds); });
  }
  bool has_year(int year) const {
    return any_date([&](const Date& other) { return other.year == year && !other.is_decade; }) ||
           any_quantity([&](const Quantity& other) { return looks_like_a_year(other) && other.value == year; });
  }

  void check(const Date& date) {
    if (any_date([&](const Date& other) { return agrees(date, other); })) return;
    const bool has_parts = date.year != 0 && !date.is_decade && has_year(date.year);
    if (has_parts && date.month == 0) return;
    Date of_year = date;
    of_year.year = 0;
    // "On 12 May of that year": the year may stand in another sentence.
    if (has_parts && any_date([&](const Date& other) { return other.year == 0 && agrees(of_year, other); })) return;
    findings_.push_back({FindingKind::Date, said_.shown(date.range), date_in_place_of(date)});
  }

  std::string date_in_place_of(const Date& date) const {
    if (sources_.empty()) return {};
    const Facts& nearest = sources_.front();
    for (const Date& other : nearest.dates) {
      const bool same_parts = (other.month != 0) == (date.month != 0) && (other.day != 0) == (date.day != 0) && other.is_decade == date.is_decade;
      const bool is_said = std::ranges::any_of(said_.dates, [&](const Date& said) { return agrees(said, other); });
      if (same_parts && !is_said) return nearest.shown(other.range);
    }
    return date.month == 0 ? year_in_place(nearest) : std::string();
  }
  /// The year of the source that the statement does not say.
  std::string year_in_place(const Facts& source) const {
    auto is_said = [&](int year) {
      return std::ranges::any_of(said_.dates, [&](const Date& said) { return said.year == year; }) ||
             std::ranges::any_of(said_.quantities, [&](const Quantity& said) { return said.value == year; });
    };
    for (const Date& other : source.dates) {
      if (other.year != 0 && !is_said(other.year)) return source.shown(other.range);
    }
    for (const Quantity& other : source.quantities) {
      if (looks_like_a_year(other) && !is_said(static_cast<int>(other.value))) return source.shown(other.range);
    }
    return {};
  }

  void check(const Quantity& quantity) {
    auto same_number = [&](const Quantity& other) { return is_same_number(quantity, other); };
    if (any_quantity([&](const Quantity& other) { return same_number(other) && may_be_same_unit(quantity, other); })) return;
    const bool is_bare = quantity.unit.empty() && quantity.literal.empty();
    if (is_bare && any_date([&](const Date& other) { return other.year == quantity.value || other.day == quantity.value; })) return;
    for (const Facts& source : sources_) {
      const auto other = std::ranges::find_if(source.quantities, same_number);
      if (other == source.quantities.end()) continue;
      findings_.push_back({FindingKind::Unit, said_.shown(quantity.range), source.shown(other->range)});
      return;
    }
    findings_.push_back({FindingKind::Number, said_.shown(quantity.range), number_in_place_of(quantity)});
  }

  std::string number_in_place_of(const Quantity& quantity) const {
    if (sources_.empty()) return {};
    const Facts& nearest = sources_.front();
    if (looks_like_a_year(quantity)) {
      if (std::string year = year_in_place(nearest); !year.empty()) return year;
    }
    std::vector<const Quantity*> others;
    for (const Quantity& other : nearest.quantities) {
      const bool is_said = std::ranges::any_of(said_.quantities, [&](const Quantity& said) { return is_same_number(said, other); });
      if (!is_said && !other.is_weak && other.unit == quantity.unit) others.push_back(&other);
    }
    const std::string counted = counted_by(said_, quantity);
    for (const Quantity* other : others) {
      if (!counted.empty() && counted == counted_by(nearest, *other)) return nearest.shown(other->range);
    }
    return others.size() == 1 ? nearest.shown(others.front()->range) : std::string();
  }

  /// Where a source counts several things ("the second by passengers and the third by freight"), each number has to stand with what it
  /// is said of.
  void check_what_is_counted() {
    for (const Quantity& quantity : said_.quantities) {
      const auto said = terms_and_pairs(without_numbers(said_, looks_like_a_year(quantity)));
      std::optional<Finding> finding;
      for (const Facts& source : sources_) {
        const bool has_it = std::ranges::any_of(source.quantities, [&](const Quantity& other) { return is_same_number(quantity, other); });
        if (!has_it) continue;
        const auto other = counted_in_its_place(quantity, said, source);
        if (!other) {
          finding.reset();
          break;
        }
        if (!finding) finding = {FindingKind::Number, said_.shown(quantity.range), source.shown(*other)};
      }
      if (finding) findings_.push_back(*finding);
    }
  }
  /// The number of the source that stands with what the statement says this one of.
  std::optional<ByteRange> counted_in_its_place(const Quantity& quantity, const std::set<std::string>& said, const Facts& source) const {
    const std::string text = without_numbers(source, looks_like_a_year(quantity));
    const auto items = list_items(source.text);
    std::vector<std::set<std::string>> terms;
    for (const ByteRange& item : items) terms.push_back(terms_and_pairs(std::string_view(text).substr(item.begin, item.size())));
    auto item_of = [&](const Quantity& number) {
      return static_cast<std::size_t>(std::ranges::find_if(items, [&](const ByteRange& item) { return number.range.begin < item.end; }) - items.begin());
    };
    // What a sentence says of all its numbers ("In 1909 there were …") stands with one of them only: a word or two tell nothing yet.
    double most = 0.34;
    for (const Quantity& number : source.quantities) {
      if (is_same_number(quantity, number)) most = std::max(most, share_said(said, terms, item_of(number)));
    }
    std::optional<ByteRange> other;
    for (const Quantity& number : source.quantities) {
      const bool is_said = std::ranges::any_of(said_.quantities, [&](const Quantity& one) { return is_same_number(one, number); });
      const bool is_alike = number.unit == quantity.unit && is_ordinal(source, number) == is_ordinal(said_, quantity) &&
                            (is_ordinal(source, number) || (!number.is_weak && !quantity.is_weak)) && number.literal.empty() == quantity.literal.empty() &&
                            looks_like_a_year(number) == looks_like_a_year(quantity);
      const double share = share_said(said, terms, item_of(number));
      if (is_said || !is_alike || share <= most) continue;
      most = share;
      other = number.range;
    }
    return other;
  }

  void check_names() {
    std::string missing;
    for (const std::string& name : detail::names_of(said_.text)) {
      if (names_.has(name)) {
        put_name(std::exchange(missing, {}));
        continue;
      }
      const std::string joined = missing.empty() ? name : missing + " " + name;
      const bool goes_on = missing.empty() || said_.text.find(joined) != std::string::npos;
      if (!goes_on) put_name(std::exchange(missing, {}));
      missing = goes_on ? joined : name;
    }
    put_name(missing);
  }
  void put_name(const std::string& missing) {
    if (!missing.empty()) findings_.push_back({FindingKind::Name, missing, name_in_place()});
  }
  /// The one name of the nearest sentence that the statement leaves out.
  std::string name_in_place() const {
    if (sources_.empty()) return {};
    NameIndex said;
    said.add(said_.text);
    const Facts& nearest = sources_.front();
    std::string left_out;
    for (const std::string& name : detail::names_of(nearest.text)) {
      if (said.has(name)) continue;
      const std::string joined = left_out.empty() ? name : left_out + " " + name;
      if (nearest.text.find(joined) == std::string::npos) return {};
      left_out = joined;
    }
    return left_out;
  }

  static bool negates(const Facts& facts) { return !facts.negations.empty() || detail::has_negative_word(facts.text); }

  void check_negations() {
    if (sources_.empty()) return;
    const Facts& nearest = sources_.front();
    if (!said_.negations.empty()) {
      const Negation& negation = said_.negations.front();
      const bool is_negated = negates(nearest) && !is_affirmed_in_a_clause(negation, nearest);
      if (!is_negated && !is_negated_elsewhere(negation)) findings_.push_back({FindingKind::Negation, said_.shown(negation.range), {}});
      return;
    }
    if (detail::has_negative_word(said_.text)) return;
    for (const Negation& negation : nearest.negations) {
      if (negation.scope.empty() || !said_.has_term(negation.scope.front())) continue;
      // "It was not opened in 1931 but opened in 1932."
      if (std::ranges::count(nearest.terms, negation.scope.front()) > 1) continue;
      findings_.push_back({FindingKind::Negation, {}, nearest.shown(negation.range)});
      return;
    }
  }
  /// Whether the clause that comes nearest to the one that the statement negates does not: "That is not so, since it can be recast."
  bool is_affirmed_in_a_clause(const Negation& negation, const Facts& source) const {
    constexpr std::size_t kLeastTerms = 3;
    constexpr double kNearlyAll = 0.6;
    std::vector<std::string> said;
    for (const std::string_view clause : clauses_of(said_.text)) {
      const auto begin = static_cast<std::size_t>(clause.data() - said_.text.data());
      if (negation.range.begin >= begin && negation.range.begin < begin + clause.size()) said = detail::content_terms(clause);
    }
    std::size_t most = 0;
    bool affirms = false;
    for (const std::string_view clause : clauses_of(source.text)) {
      const auto terms = detail::content_terms(clause);
      const auto shared =
          static_cast<std::size_t>(std::ranges::count_if(said, [&](const std::string& term) { return std::ranges::find(terms, term) != terms.end(); }));
      if (shared <= most) continue;
      most = shared;
      affirms = detail::negations_of(clause).empty() && !detail::has_negative_word(clause);
    }
    return affirms && most >= kLeastTerms && static_cast<double>(most) >= kNearlyAll * static_cast<double>(said.size());
  }
  /// Whether another sentence negates something of the same.
  bool is_negated_elsewhere(const Negation& said) const {
    return std::ranges::any_of(sources_.begin() + 1, sources_.end(), [&](const Facts& source) {
      return negates(source) && std::ranges::any_of(said.scope, [&](const std::string& term) { return source.has_term(term); });
    });
  }

  Facts said_;
  std::vector<Facts> sources_;
  NameIndex names_;
  bool is_one_language_ = true;
  std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> check_exactly(std::string_view statement, std::span<const std::string_view> sentences, std::span<const std::string_view> context) {
  return Comparison(statement, sentences, context).findings();
}

double shared_words(std::string_view statement, std::span<const std::string_view> texts) {
  const auto terms = detail::content_terms(detail::fact_text(statement));
  if (terms.empty()) return 0;
  std::vector<std::string> there;
  for (const std::string_view text : texts) {
    for (std::string& term : detail::content_terms(detail::fact_text(text))) there.push_back(std::move(term));
  }
  std::ranges::sort(there);
  const auto shared = std::ranges::count_if(terms, [&](const std::string& term) { return std::ranges::binary_search(there, term); });
  return static_cast<double>(shared) / static_cast<double>(terms.size());
}

}  // namespace panduan::rag
