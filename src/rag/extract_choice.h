#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "llm/chat_model.h"

namespace panduan::rag {

/// A phrase rather than a sentence: at most 20 characters in Chinese, 60 otherwise.
bool is_short(std::string_view answer);

struct ChosenExtract {
  std::string text;      ///< empty when the model hardly means any of them: it would answer in words of its own
  double log_prob = 0;   ///< natural logarithm of the probability of all of them together
  double agreement = 0;  ///< of that probability, the share of those that hold the best one or stand in it, 0 to 1
};

/// Which of the stretches that the model may have meant is shown: the one expected to hold what it meant while saying little else.
/// Minimum Bayes risk (Goel and Byrne, 2000), the gain of a stretch that holds another being (length of the other / its length)^0.2:
/// a word with its modifier is taken before the word alone where the model is torn between the two. None that is
/// not short while there is one.
ChosenExtract choose_extract(std::span<const llm::Extract> extracts);

}  // namespace panduan::rag
