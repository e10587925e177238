#pragma once
#include <vector>

namespace panduan::app {

/// What came of a question that was asked without regard to risk.
struct Judged {
  double probability = 0;  ///< that the answer is right, as it was said
  bool right = false;
};

/// What shows when only answers of at least some probability are shown.
struct RiskCoveragePoint {
  double least_probability = 0;
  double coverage = 0;  ///< share of all questions that are answered
  double risk = 0;      ///< share of the shown answers that are wrong
};

/// From the surest answer alone to all of them, one point for each probability that occurs, at most `points` of them evenly over the
/// coverage (El-Yaniv and Wiener, "On the Foundations of Noise-free Selective Classification", 2010).
std::vector<RiskCoveragePoint> risk_coverage(std::vector<Judged> judged, std::size_t points);

/// Expected calibration error: how far the probabilities are from the share of right answers, in bins of equal count, the mean weighted
/// by their counts (Naeini et al., 2015, there with bins of equal width). 0 for none.
double expected_calibration_error(std::vector<Judged> judged, std::size_t bins);

}  // namespace panduan::app
