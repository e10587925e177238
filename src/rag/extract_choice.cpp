#include "rag/extract_choice.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/unicode.h"

namespace panduan::rag {
namespace {

constexpr double kLeastProbability = 0.05;  // of all stretches together
constexpr double kBrevity = 0.2;            // of 0 to 0.7, on the odd articles: English as right as any, Chinese with two more of 128

struct Candidate {
  const llm::Extract* extract;
  std::string folded;
  double characters;
  bool is_short;
};

double expected_gain(const Candidate& shown, std::span<const Candidate> meant) {
  double gain = 0;
  for (const Candidate& other : meant) {
    if (shown.folded.find(other.folded) == std::string::npos) continue;
    gain += std::exp(other.extract->log_prob) * std::pow(std::min(1.0, other.characters / shown.characters), kBrevity);
  }
  return gain;
}

/// The probability of those that say the same in more words or fewer.
double agreeing(const Candidate& shown, std::span<const Candidate> meant) {
  double probability = 0;
  for (const Candidate& other : meant) {
    if (shown.folded.find(other.folded) == std::string::npos && other.folded.find(shown.folded) == std::string::npos) continue;
    probability += std::exp(other.extract->log_prob);
  }
  return probability;
}

}  // namespace

bool is_short(std::string_view answer) { return count_characters(answer) <= (is_mostly_chinese(answer) ? 20 : 60); }

ChosenExtract choose_extract(std::span<const llm::Extract> extracts) {
  std::vector<Candidate> candidates;
  double probability = 0;
  bool one_is_short = false;
  for (const llm::Extract& extract : extracts) {
    std::string folded = fold_to_letters_and_digits(extract.text);
    if (folded.empty()) continue;
    candidates.push_back({&extract, std::move(folded), static_cast<double>(count_characters(extract.text)), is_short(extract.text)});
    probability += std::exp(extract.log_prob);
    one_is_short = one_is_short || candidates.back().is_short;
  }
  ChosenExtract chosen{.text = {}, .log_prob = std::log(std::max(probability, 1e-9)), .agreement = 0};
  const Candidate* best = nullptr;
  double best_gain = -1;
  for (const Candidate& candidate : candidates) {
    if (one_is_short && !candidate.is_short) continue;
    const double gain = expected_gain(candidate, candidates);
    if (gain <= best_gain) continue;
    best = &candidate;
    best_gain = gain;
  }
  if (best == nullptr) return chosen;
  if (probability >= kLeastProbability) chosen.text = best->extract->text;
  chosen.agreement = agreeing(*best, candidates) / probability;
  return chosen;
}

}  // namespace panduan::rag
