#pragma once
#include <optional>

#include "llm/model_catalogue.h"

namespace panduan::rag {

/// What a model makes of a passage and of the answer that it finds there, in natural logarithms but for the last.
struct Signals {
  double sufficiency = 0;  ///< the odds of yes to no when it is asked whether the passage says what an answer needs
  double copied = 0;       ///< the probability that its answer is copied from the passage
  /// Not a logarithm: of that probability, the share of the stretches that hold the chosen one or stand in it. 0 to 1.
  double agreement = 0;
  // What takes longer, and is not asked where the answer is sure enough without it:
  /// How much likelier the passage makes the question than no passage does: what answers a question lets one ask it (Sachan et al.,
  /// "Improving Passage Retrieval with Zero-Shot Question Generation", 2022, there for ranking). Without the likelihood of the bare
  /// question, which wording and length decide.
  std::optional<double> question = {};
  /// The odds of yes to no without any passage, which count against those with one (Zhao et al., "Calibrate Before Use", 2021, there for
  /// few-shot labels): how the question is put and how the model leans decide most of them.
  std::optional<double> leaning = {};
};

/// The probability that the answer is right: logistic in the signals (Platt, 1999), in all of them where all were asked for.
double confidence(const Signals& signals, const llm::LanguageCalibration& calibration);

}  // namespace panduan::rag
