#pragma once
#include "llm/model_catalogue.h"

namespace panduan::rag {

/// What a model makes of a passage and of the answer that it finds there, in natural logarithms but for the last.
struct Signals {
  /// How much likelier the passage makes the question than no passage does: what answers a question lets one ask it (Sachan et al.,
  /// "Improving Passage Retrieval with Zero-Shot Question Generation", 2022, there for ranking). Without the likelihood of the bare
  /// question, which wording and length decide.
  double question = 0;
  /// The odds of yes to no when it is asked whether the passage says what an answer needs, less those without any passage (Zhao et al.,
  /// "Calibrate Before Use", 2021, there for few-shot labels): how the question is put and how the model leans decide most of the odds.
  double sufficiency = 0;
  double copied = 0;  ///< the probability that its answer is copied from the passage
  /// Not a logarithm: of that probability, the share of the stretches that hold the chosen one or stand in it. 0 to 1.
  double agreement = 0;
};

/// The probability that the answer is right: logistic in the signals (Platt, 1999).
double confidence(const Signals& signals, const llm::Weights& weights);

}  // namespace panduan::rag
