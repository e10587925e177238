#include "rag/detail/word_order.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/unicode.h"
#include "rag/detail/fact_text.h"

namespace panduan::rag::detail {
namespace {

// What turns a relation round: "sued by" is not "sued".
constexpr auto kRelations =
    std::to_array<std::string_view>({"by", "from", "for", "of", "to", "with", "against", "than", "被", "由", "把", "从", "向", "给", "比"});
constexpr auto kJoins = std::to_array<std::string_view>({"and", "or", "but", "while", "whereas", "although", "nor"});
constexpr std::u32string_view kEverydayCharacters = U"的了是在和与也都就而及将其这那于之所以为等个有中上";
constexpr std::u32string_view kJoiningMarks = U";；";
constexpr std::u32string_view kChineseJoins = U"，,；;、和与及或而但";
constexpr std::size_t kMostWords = 600;  // of a sentence: a longer one is a table, and no order in it says anything

constexpr std::string_view kComma = ",";

struct Token {
  std::string word;  ///< empty: something new begins here; kComma
  bool is_word() const { return !word.empty() && word != kComma; }
};

void add_word(std::vector<Token>& tokens, std::string_view word) {
  const std::string folded = lower(word);
  if (std::ranges::find(kJoins, folded) != kJoins.end()) return tokens.push_back({});
  if (std::ranges::find(kRelations, folded) != kRelations.end()) return tokens.push_back({folded});
  for (std::string& term : content_terms(word)) tokens.push_back({std::move(term)});
}

std::vector<Token> tokens_of(std::string_view text) {
  const std::string plain = fact_text(text);
  const bool chinese = is_mostly_chinese(plain);
  const std::vector<Word> words = words_of(plain);
  auto word = words.begin();
  std::vector<Token> tokens;
  for (std::size_t at = 0; at < plain.size();) {
    if (word != words.end() && word->begin == at) {
      add_word(tokens, word->text);
      at = word++->end();
      continue;
    }
    const Character c = character_at(plain, at);
    const std::u32string_view joins = chinese ? kChineseJoins : kJoiningMarks;
    if (joins.find(c.code_point) != std::u32string_view::npos) tokens.push_back({});
    else if (c.code_point == U',') tokens.push_back({std::string(kComma)});
    else if (is_cjk(c.code_point) && is_letter_or_digit(c.code_point) && kEverydayCharacters.find(c.code_point) == std::u32string_view::npos) {
      tokens.push_back({plain.substr(at, c.bytes)});
    }
    at += c.bytes;
  }
  return tokens;
}

bool is_relation(const Token& token) { return std::ranges::find(kRelations, token.word) != kRelations.end(); }

/// Whether the word at `last` can follow one of those `from`: they stand side by side, or nothing new begins between them and no relation leads to the
/// word ("sued by the giant Banana"). What a comma closes is an aside, with its own relations.
bool follows(const std::vector<Token>& source, const std::vector<bool>& from, std::size_t last) {
  bool skipped_word = false;
  bool aside = false;
  bool joined = false;
  for (std::size_t at = last; at-- > 0 && !(skipped_word && joined);) {
    if (from[at]) return true;
    if (source[at].word == kComma) aside = true;
    else if (!source[at].is_word()) joined = true;
    else if (!aside && is_relation(source[at])) return false;
    else skipped_word = true;
  }
  return false;
}

/// "The father of Ada Kern designed it" says nothing of Ada Kern.
bool begins(const std::vector<Token>& source, std::size_t at) { return at == 0 || !is_relation(source[at - 1]); }

}  // namespace

bool says_in_order(std::string_view sentence, std::string_view statement) {
  const std::vector<Token> source = tokens_of(sentence);
  std::vector<Token> said = tokens_of(statement);
  std::erase_if(said, [](const Token& token) { return !token.is_word(); });
  if (said.empty() || source.size() > kMostWords) return false;
  // reached[i]: the words said so far end at the i-th of the sentence.
  std::vector<bool> reached(source.size());
  for (std::size_t i = 0; i < said.size(); ++i) {
    std::vector<bool> next(source.size());
    for (std::size_t at = 0; at < source.size(); ++at)
      next[at] = source[at].word == said[i].word && (i == 0 ? begins(source, at) : follows(source, reached, at));
    reached = std::move(next);
  }
  return std::ranges::find(reached, true) != reached.end();
}

}  // namespace panduan::rag::detail
