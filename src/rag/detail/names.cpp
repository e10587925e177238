#include "rag/detail/names.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/unicode.h"
#include "rag/detail/dates.h"
#include "rag/detail/fact_text.h"
#include "rag/detail/units.h"

namespace panduan::rag::detail {
namespace {

// In capitals for another reason than being a name.
constexpr auto kNoNames = std::to_array<std::string_view>(
    {"i",      "the",       "a",       "an",       "in",       "on",    "at",      "of",       "it",    "he",    "she",  "they",  "we",
     "you",    "this",      "that",    "these",    "those",    "there", "and",     "but",      "or",    "if",    "as",   "by",    "for",
     "from",   "to",        "with",    "no",       "not",      "yes",   "its",     "his",      "her",   "their", "our",  "after", "also",
     "then",   "when",      "while",   "mr",       "mrs",      "ms",    "dr",      "sir",      "both",  "all",   "each", "some",  "many",
     "most",   "other",     "such",    "however",  "who",      "what",  "january", "february", "march", "april", "may",  "june",  "july",
     "august", "september", "october", "november", "december", "bc",    "ad",      "bce",      "ce",    "i'm",   "it's"});

// Whose adjective is another word, and not one with an ending.
constexpr auto kPeoples = std::to_array<std::pair<std::string_view, std::string_view>>({{"france", "french"},
                                                                                        {"spain", "spanish"},
                                                                                        {"poland", "polish"},
                                                                                        {"britain", "british"},
                                                                                        {"england", "english"},
                                                                                        {"ireland", "irish"},
                                                                                        {"scotland", "scottish"},
                                                                                        {"wales", "welsh"},
                                                                                        {"netherlands", "dutch"},
                                                                                        {"denmark", "danish"},
                                                                                        {"sweden", "swedish"},
                                                                                        {"switzerland", "swiss"},
                                                                                        {"greece", "greek"},
                                                                                        {"turkey", "turkish"},
                                                                                        {"finland", "finnish"},
                                                                                        {"germany", "german"},
                                                                                        {"normandy", "norman"},
                                                                                        {"america", "american"}});

constexpr auto kEndings = std::to_array<std::string_view>({"ian", "ean", "an", "ese", "ish", "ic", "i", "ns", "s", "es", "y", "a", "ia", "e", "o", "ns'", "n"});

std::string without_genitive(std::string word) {
  for (const std::string_view genitive : {"'s", "’s", "'", "’"}) {
    if (word.ends_with(genitive)) word.resize(word.size() - genitive.size());
  }
  return word;
}

/// As it is compared: "U.S." is "us".
std::string folded(std::string_view word) {
  std::string result = without_genitive(nfkc_casefold(word));
  std::erase(result, '.');
  return result;
}

std::vector<std::string> stems_of(const std::string& word) {
  constexpr std::size_t kLeast = 3;
  std::vector<std::string> stems{word};
  for (const std::string_view ending : kEndings) {
    if (word.size() >= ending.size() + kLeast && word.ends_with(ending)) stems.push_back(word.substr(0, word.size() - ending.size()));
  }
  for (const auto& [country, people] : kPeoples) {
    if (word == people) stems.emplace_back(country);
  }
  return stems;
}

bool is_one_of_no_names(const std::string& word) { return std::ranges::find(kNoNames, word) != kNoNames.end(); }

bool has_han(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); at += character_at(text, at).bytes) {
    if (is_cjk(character_at(text, at).code_point)) return true;
  }
  return false;
}

bool is_number_or_unit(const std::string& word) {
  if (std::ranges::all_of(word, is_digit)) return true;
  const std::size_t letters = std::min(word.find_first_not_of("0123456789"), word.size());
  const auto unit = unit_at(word, letters);
  const std::string_view rest = std::string_view(word).substr(letters);
  const bool is_ordinal = letters > 0 && (rest == "st" || rest == "nd" || rest == "rd" || rest == "th" || rest == "s");
  return is_ordinal || (unit && letters + unit->bytes == word.size());
}

void add_words(std::string_view text, std::vector<std::string>& names) {
  const bool chinese = has_han(text);
  for (const Word& word : words_of(text)) {
    const std::string name = folded(word.text);
    if (name.size() < 2 || is_one_of_no_names(name) || is_number_or_unit(name)) continue;
    const bool is_name = chinese || word.more_capitals || (word.capital && !word.begins_sentence);
    if (is_name) names.push_back(without_genitive(std::string(word.text)));
  }
}

/// The characters on both sides of the point in 科特·科尔曼; where the name begins and ends nothing tells.
void add_transcriptions(std::string_view text, std::vector<std::string>& names) {
  constexpr std::string_view kPoint = "·";
  for (std::size_t at = text.find(kPoint); at != std::string_view::npos; at = text.find(kPoint, at + kPoint.size())) {
    std::size_t begin = at;
    while (begin > 0 && (static_cast<unsigned char>(text[--begin]) & 0xC0U) == 0x80U) {
    }
    const std::size_t after = at + kPoint.size();
    if (begin == at || after >= text.size() || !is_cjk(character_at(text, begin).code_point) || !is_cjk(character_at(text, after).code_point)) continue;
    names.emplace_back(text.substr(begin, after + character_at(text, after).bytes - begin));
  }
}

void add_titles(std::string_view text, std::vector<std::string>& names) {
  constexpr std::string_view kOpening = "《";
  constexpr std::string_view kClosing = "》";
  for (std::size_t at = text.find(kOpening); at != std::string_view::npos; at = text.find(kOpening, at + 1)) {
    const std::size_t end = text.find(kClosing, at);
    if (end == std::string_view::npos) break;
    names.emplace_back(text.substr(at, end + kClosing.size() - at));
  }
}

}  // namespace

std::vector<std::string> names_of(std::string_view text) {
  std::vector<std::string> names;
  add_words(text, names);
  add_transcriptions(text, names);
  add_titles(text, names);
  return names;
}

void NameIndex::add(std::string_view fact_text) {
  packed_ += fold_to_letters_and_digits(fact_text) + "\n";
  std::string initials;
  std::size_t end_of_last = 0;
  for (const Word& word : words_of(fact_text)) {
    const std::string name = folded(word.text);
    words_.insert(name);
    for (std::string& stem : stems_of(name)) stems_.insert(std::move(stem));
    const bool goes_on = word.begin == end_of_last + 1 || name == "of" || name == "and" || name == "the";
    if (!goes_on) initials.clear();
    end_of_last = word.end();
    if (!word.capital) {
      if (name != "of" && name != "and" && name != "the" && name != "for") initials.clear();
      continue;
    }
    initials += name.substr(0, 1);
    for (std::size_t begin = 0; begin + 2 <= initials.size(); ++begin) initials_.insert(initials.substr(begin));
  }
}

bool NameIndex::has_form_of(const std::string& folded_name) const {
  if (words_.contains(folded_name) || initials_.contains(folded_name)) return true;
  return std::ranges::any_of(stems_of(folded_name), [this](const std::string& stem) { return stems_.contains(stem); });
}

bool NameIndex::has(std::string_view name) const {
  if (has_han(name) || name.find("《") != std::string_view::npos) return packed_.find(fold_to_letters_and_digits(name)) != std::string::npos;
  return has_form_of(folded(name));
}

}  // namespace panduan::rag::detail
