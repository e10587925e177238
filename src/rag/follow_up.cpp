#include "rag/follow_up.h"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <vector>

#include "base/unicode.h"
#include "documents/terms.h"
#include "rag/detail/chinese_follow_up.h"
#include "rag/function_words.h"

namespace panduan::rag {
namespace {

using detail::starts_with_any;

// Who writes so much says what is meant.
constexpr std::size_t kMostCharacters = 200;
constexpr std::size_t kFewWords = 3;

struct Word {
  std::string text;      ///< nfkc_casefold
  bool is_name = false;  ///< or a number: it names one thing, whatever was said before
  documents::ByteRange range;
};

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

bool is_apostrophe(char32_t c) { return c == U'\'' || c == U'’'; }

/// A capital that is not only the sentence's, or a digit.
bool names(std::string_view word, bool first) {
  static constexpr auto kRequests =
      std::to_array<std::string_view>({"name", "list", "tell", "give", "define", "describe", "explain", "show", "find", "compare"});
  const std::string folded = nfkc_casefold(word);
  if (std::ranges::any_of(word, [](char c) { return c >= '0' && c <= '9'; })) return true;
  const std::string_view rest = word.substr(character_at(word, 0).bytes);
  if (nfkc_casefold(rest) != nfkc(rest)) return true;  // "DECnet"; "IT" is no pronoun
  if (is_function_word(folded)) return false;
  return (folded != nfkc(word) && !(first && is_one_of(kRequests, folded)));
}

std::vector<Word> words_of(std::string_view text) {
  std::vector<Word> words;
  std::size_t begin = 0;
  auto end_word = [&](std::size_t end) {
    if (end > begin) words.push_back({nfkc_casefold(text.substr(begin, end - begin)), names(text.substr(begin, end - begin), words.empty()), {begin, end}});
  };
  for (std::size_t offset = 0; offset < text.size();) {
    const Character c = character_at(text, offset);
    offset += c.bytes;
    // A possessive ends the word: "Warsaw's" names Warsaw.
    if (is_letter_or_digit(c.code_point)) continue;
    end_word(c.offset);
    begin = offset;
    if (is_apostrophe(c.code_point) && offset < text.size() && character_at(text, offset).code_point == U's') begin = ++offset;
  }
  end_word(text.size());
  return words;
}

/// One English question.
class English {
 public:
  English(std::string_view question, std::string_view before) : folded_(nfkc_casefold(question)), words_(words_of(question)), before_(before) {}

  std::optional<Cue> cue() const {
    if (words_.empty()) return std::nullopt;
    if (is_correction()) return Cue::Correction;
    if (is_ellipsis()) return Cue::Ellipsis;
    for (std::size_t i = 0; i < words_.size(); ++i) {
      if (is_pronoun(i)) return Cue::Pronoun;
      if (is_demonstrative(i)) return Cue::Demonstrative;
    }
    if (is_definite()) return Cue::Definite;
    if (is_short()) return Cue::Short;
    return std::nullopt;
  }

  std::size_t joining_bytes() const { return words_.size() > 1 && is_one_of(kJoining, at(0)) ? words_[1].range.begin : 0; }

  std::optional<documents::ByteRange> pronoun() const {
    for (std::size_t i = 0; i < words_.size(); ++i) {
      if (is_pronoun(i) || (at(i) == "there" && is_demonstrative(i))) return words_[i].range;
    }
    return std::nullopt;
  }

 private:
  static constexpr auto kJoining = std::to_array<std::string_view>({"and", "or", "but", "so", "also", "then"});

  std::string_view at(std::size_t i) const { return i < words_.size() ? std::string_view(words_[i].text) : std::string_view(); }
  std::string_view before_word(std::size_t i) const { return i == 0 ? std::string_view() : at(i - 1); }
  bool has_name(std::size_t end) const {
    return std::any_of(words_.begin(), words_.begin() + static_cast<std::ptrdiff_t>(end), [](const Word& word) { return word.is_name; });
  }
  template <std::size_t N>
  bool comes_later(std::size_t i, const std::array<std::string_view, N>& words) const {
    return std::any_of(words_.begin() + static_cast<std::ptrdiff_t>(i) + 1, words_.end(), [&](const Word& word) { return is_one_of(words, word.text); });
  }
  std::size_t content_words() const {
    return static_cast<std::size_t>(std::ranges::count_if(words_, [](const Word& word) { return !is_function_word(word.text); }));
  }

  bool is_correction() const {
    static constexpr auto kOpenings =
        std::to_array<std::string_view>({"no,", "no.", "no i ", "no, ", "not ", "i meant", "i mean ", "i was asking", "i asked", "sorry,", "sorry i",
                                         "actually,", "wrong", "that's not", "that’s not", "that is not", "rather,", "correction"});
    return starts_with_any(folded_, kOpenings);
  }

  bool is_ellipsis() const {
    static constexpr auto kVerbs = std::to_array<std::string_view>({"is",  "are", "was",   "were", "am",    "be",  "do",    "does", "did",   "has",   "have",
                                                                    "had", "can", "could", "will", "would", "may", "might", "must", "shall", "should"});
    static constexpr auto kQuestionWords = std::to_array<std::string_view>({"who", "what", "which", "when", "where", "why", "how", "whose", "whom"});
    static constexpr auto kPrepositions =
        std::to_array<std::string_view>({"in", "on", "at", "by", "for", "from", "to", "of", "with", "under", "until", "since", "before", "after"});
    static constexpr std::size_t kFragmentWords = 6;
    if (is_one_of(kJoining, at(0))) return true;
    if ((at(0) == "what" || at(0) == "how") && at(1) == "about") return true;
    if (words_.size() > kFragmentWords || std::ranges::any_of(words_, [](const Word& word) { return is_one_of(kVerbs, word.text); })) return false;
    // "The Panthers?" "By whom?" have no verb; a word search such as "notice period tenants" has none either, and no article.
    return is_one_of(kPrepositions, at(0)) || at(0) == "the" || at(0) == "only" || at(0) == "any" ||
           (is_one_of(kQuestionWords, at(0)) && content_words() <= 1 && !has_name(words_.size()));
  }

  bool is_pronoun(std::size_t i) const {
    static constexpr auto kOwners = std::to_array<std::string_view>({"his", "her", "its", "their"});
    static constexpr auto kSubjects = std::to_array<std::string_view>({"he", "she", "they"});
    static constexpr auto kAuxiliaries = std::to_array<std::string_view>({"is", "was", "will", "would", "has", "had", "can", "could", "should"});
    static constexpr auto kOthers = std::to_array<std::string_view>({"it", "him", "them", "hers", "theirs"});
    const std::string_view word = at(i);
    if (words_[i].is_name) return false;
    if (is_one_of(kOwners, word) || is_one_of(kSubjects, word) || (word == "it" && is_one_of(kAuxiliaries, at(i + 1))))
      return !has_name(i) && !is_of_what_is_asked(i);
    return is_one_of(kOthers, word) && !(word == "it" && stands_for_a_clause(i));
  }

  /// "Which university has its origins in …?"
  bool is_of_what_is_asked(std::size_t i) const {
    static constexpr auto kInversions = std::to_array<std::string_view>({"is", "are", "was", "were", "do", "does", "did"});
    const auto end = words_.begin() + static_cast<std::ptrdiff_t>(i);
    return i > 1 && (at(0) == "which" || at(1) == "many") &&
           std::none_of(words_.begin(), end, [](const Word& word) { return is_one_of(kInversions, word.text); });
  }

  /// "Is it true that …", "how long does it take to …": the pronoun stands for what follows it.
  bool stands_for_a_clause(std::size_t i) const {
    static constexpr auto kFollowers =
        std::to_array<std::string_view>({"take", "takes", "took", "true", "possible", "legal", "allowed", "necessary", "important", "mean", "means"});
    static constexpr auto kClauses = std::to_array<std::string_view>({"to", "that", "when", "if"});
    return is_one_of(kFollowers, at(i + 1)) && comes_later(i + 1, kClauses);
  }

  bool is_demonstrative(std::size_t i) const {
    static constexpr auto kBeforeThat = std::to_array<std::string_view>(
        {"",    "is",   "was", "are", "were", "did",  "does", "do",     "of",  "about", "after", "before", "in",    "on",    "at",
         "for", "from", "by",  "to",  "with", "than", "why",  "during", "has", "can",   "could", "will",   "since", "until", "like"});
    static constexpr auto kBeforeThere =
        std::to_array<std::string_view>({"is", "are", "was", "were", "be", "been", "has", "have", "had", "will", "would", "may", "can"});
    static constexpr auto kBehindThere = std::to_array<std::string_view>({"is", "are", "was", "were"});
    static constexpr auto kRelatives = std::to_array<std::string_view>({"who", "that", "which", "with", "in", "of", "from", "whose"});
    static constexpr auto kComparisons = std::to_array<std::string_view>({"than", "besides", "along", "aside", "apart", "except", "as", "for", "of"});
    static constexpr auto kPeriods = std::to_array<std::string_view>({"year", "month", "week", "season"});
    static constexpr auto kBeforeOne =
        std::to_array<std::string_view>({"first", "second", "third", "last", "other", "which", "this", "that", "another", "the"});
    const std::string_view word = at(i);
    if (word == "this" && is_one_of(kPeriods, at(i + 1))) return false;
    if (word == "this" || word == "these" || word == "former" || word == "latter" || word == "here" || word == "ones") return true;
    if (word == "that") return (is_one_of(kBeforeThat, before_word(i)) || (i == 2 && at(0) == "who")) && !(i > 0 && is_one_of(kRelatives, at(i + 1)));
    if (word == "those") return !is_one_of(kRelatives, at(i + 1));
    if (word == "there") return !is_one_of(kBeforeThere, before_word(i)) && !is_one_of(kBehindThere, at(i + 1));
    if (word == "then") return i + 1 == words_.size();
    if (word == "such") return at(i + 1) != "as";
    if (word == "one") return is_one_of(kBeforeOne, before_word(i)) && at(i + 1) != "of";
    if (word == "same" && before_word(i) != "the") return false;
    if (word == "same" || word == "other" || word == "others" || word == "another" || word == "else")
      return !is_one_of(kComparisons, at(0)) && !comes_later(i, kComparisons);
    return false;
  }

  /// "the bridge" of a question that names nothing, and a bridge was spoken of.
  bool is_definite() const {
    static constexpr auto kParticiples = std::to_array<std::string_view>({"ed", "en", "lt", "wn"});
    static constexpr auto kQualifiers = std::to_array<std::string_view>({"of", "for", "that", "which", "who", "whose", "between"});
    if (has_name(words_.size())) return false;
    const auto spoken = documents::index_terms(before_);
    for (std::size_t i = 1; i < words_.size(); ++i) {
      if (before_word(i) != "the" || is_function_word(at(i)) || std::ranges::find(spoken, at(i)) == spoken.end()) continue;
      // With more words of its own ("the national anthem", "the capital of France") it says which.
      const std::string_view next = at(i + 1);
      if (next.empty() || (is_function_word(next) && !is_one_of(kQualifiers, next))) return true;
      if (i + 2 == words_.size() && std::ranges::any_of(kParticiples, [next](std::string_view ending) { return next.ends_with(ending); })) return true;
    }
    return false;
  }

  bool is_short() const {
    static constexpr auto kBe = std::to_array<std::string_view>({"is", "are", "was", "were"});
    if (has_name(words_.size())) return false;
    if (content_words() == 0) return true;
    // "What is photosynthesis?" asks for all that it needs.
    return words_.size() <= kFewWords && !is_one_of(kBe, at(1));
  }

  std::string folded_;
  std::vector<Word> words_;
  std::string_view before_;
};

}  // namespace

std::optional<Cue> find_cue(std::string_view question, std::string_view before) {
  if (before.empty() || count_characters(question) > kMostCharacters) return std::nullopt;
  return is_mostly_chinese(question) ? detail::find_chinese_cue(question) : English(question, before).cue();
}

std::size_t joining_bytes(std::string_view question) {
  return is_mostly_chinese(question) ? detail::chinese_joining_bytes(question) : English(question, {}).joining_bytes();
}

std::optional<documents::ByteRange> find_pronoun(std::string_view question) {
  return is_mostly_chinese(question) ? detail::find_chinese_pronoun(question) : English(question, {}).pronoun();
}

}  // namespace panduan::rag
