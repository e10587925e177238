#include "rag/confidence.h"

#include <algorithm>
#include <cmath>

namespace panduan::rag {
namespace {

// What is hardly ever copied is not told apart any further: the logarithm has no bound below.
const double kLeastCopied = std::log(0.001);

}  // namespace

double confidence(const Signals& signals, const llm::Weights& weights) {
  const double log_odds = weights.bias + weights.question * signals.question + weights.sufficiency * signals.sufficiency +
                          weights.copied * std::max(signals.copied, kLeastCopied) + weights.agreement * signals.agreement;
  return 1 / (1 + std::exp(-log_odds));
}

}  // namespace panduan::rag
