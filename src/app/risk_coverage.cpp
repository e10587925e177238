#include "app/risk_coverage.h"

#include <algorithm>
#include <cmath>

namespace panduan::app {

std::vector<RiskCoveragePoint> risk_coverage(std::vector<Judged> judged, std::size_t points) {
  std::ranges::stable_sort(judged, std::greater{}, &Judged::probability);
  const auto all = static_cast<double>(judged.size());
  std::vector<RiskCoveragePoint> curve;
  double wrong = 0;
  double next = 0;
  for (std::size_t i = 0; i < judged.size(); ++i) {
    wrong += judged[i].right ? 0 : 1;
    const bool is_last = i + 1 == judged.size();
    if (!is_last && judged[i + 1].probability == judged[i].probability) continue;  // they are shown together or not at all
    const auto shown = static_cast<double>(i + 1);
    if (!is_last && shown / all < next) continue;
    curve.push_back({judged[i].probability, shown / all, wrong / shown});
    next += 1 / static_cast<double>(points);
  }
  return curve;
}

double expected_calibration_error(std::vector<Judged> judged, std::size_t bins) {
  std::ranges::stable_sort(judged, std::less{}, &Judged::probability);
  double error = 0;
  for (std::size_t bin = 0; bin < bins; ++bin) {
    double difference = 0;
    for (std::size_t i = bin * judged.size() / bins; i < (bin + 1) * judged.size() / bins; ++i) difference += judged[i].probability - (judged[i].right ? 1 : 0);
    error += std::abs(difference);
  }
  return judged.empty() ? 0 : error / static_cast<double>(judged.size());
}

}  // namespace panduan::app
