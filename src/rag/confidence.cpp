#include "rag/confidence.h"

#include <algorithm>
#include <cmath>

namespace panduan::rag {
namespace {

// What is hardly ever copied is not told apart any further: the logarithm has no bound below.
const double kLeastCopied = std::log(0.001);

}  // namespace

double confidence(const Signals& signals, const llm::LanguageCalibration& calibration) {
  const bool all = signals.question && signals.leaning;
  const llm::Weights& weights = all ? calibration.full : calibration.quick;
  const double sufficiency = all ? signals.sufficiency - *signals.leaning : signals.sufficiency;
  const double log_odds = weights.bias + weights.question * signals.question.value_or(0) + weights.sufficiency * sufficiency +
                          weights.copied * std::max(signals.copied, kLeastCopied) + weights.agreement * signals.agreement;
  return 1 / (1 + std::exp(-log_odds));
}

}  // namespace panduan::rag
