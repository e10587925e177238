#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "app/evaluation.h"
#include "base/unicode.h"

// When an answer is right.
namespace panduan::app {
namespace {

std::vector<std::string> words_of(std::string_view text) {
  const std::string folded = nfkc_casefold(text);
  std::vector<std::string> words;
  std::string word;
  auto end_word = [&] {
    if (!word.empty()) words.push_back(std::exchange(word, {}));
  };
  for (std::size_t offset = 0; offset < folded.size();) {
    const Character c = character_at(folded, offset);
    const std::string bytes = folded.substr(offset, c.bytes);
    offset += c.bytes;
    if (is_cjk(c.code_point)) {
      end_word();
      words.push_back(bytes);
    } else if (is_letter_or_digit(c.code_point)) {
      word += bytes;
    } else {
      end_word();
    }
  }
  end_word();
  return words;
}

}  // namespace

Outcome judge(const SuiteQuestion& question, const std::optional<std::string>& answer) {
  if (!answer) return question.unanswerable ? Outcome::RightlySilent : Outcome::Silent;
  if (question.unanswerable) return Outcome::Wrong;
  const std::string given = fold_to_letters_and_digits(*answer);
  const std::size_t slack = is_mostly_chinese(question.question) ? 20 : 60;
  const bool right = std::ranges::any_of(question.answers, [&](const std::string& gold) {
    const std::string folded = fold_to_letters_and_digits(gold);
    return !folded.empty() && given.find(folded) != std::string::npos && count_characters(*answer) <= count_characters(gold) + slack;
  });
  return right ? Outcome::Right : Outcome::Wrong;
}

bool contains_answer(const SuiteQuestion& question, const std::string& text) {
  const std::string folded = fold_to_letters_and_digits(text);
  return std::ranges::any_of(question.answers, [&](const std::string& gold) {
    const std::string wanted = fold_to_letters_and_digits(gold);
    return !wanted.empty() && folded.find(wanted) != std::string::npos;
  });
}

double f1(const SuiteQuestion& question, const std::string& answer) {
  const auto given = words_of(answer);
  double best = 0;
  for (const std::string& gold : question.answers) {
    const auto wanted = words_of(gold);
    std::map<std::string, int> left;
    for (const std::string& word : wanted) ++left[word];
    int common = 0;
    for (const std::string& word : given) common += left[word]-- > 0 ? 1 : 0;
    if (common == 0) continue;
    const double precision = static_cast<double>(common) / static_cast<double>(given.size());
    const double recall = static_cast<double>(common) / static_cast<double>(wanted.size());
    best = std::max(best, 2 * precision * recall / (precision + recall));
  }
  return best;
}

}  // namespace panduan::app
