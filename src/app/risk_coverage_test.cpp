#include "app/risk_coverage.h"

#include <gmock/gmock.h>

namespace panduan::app {
namespace {

using ::testing::DoubleEq;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(RiskCoverage, GoesFromTheSurestAnswerToAll) {
  const auto curve = risk_coverage({{0.2, false}, {0.9, true}, {0.6, false}, {0.8, true}}, 100);
  ASSERT_THAT(curve, SizeIs(4));
  EXPECT_EQ(curve[0].coverage, 0.25);
  EXPECT_EQ(curve[0].risk, 0);
  EXPECT_EQ(curve[2].least_probability, 0.6);
  EXPECT_THAT(curve[2].risk, DoubleEq(1.0 / 3));
  EXPECT_EQ(curve[3].coverage, 1);
  EXPECT_EQ(curve[3].risk, 0.5);
}
TEST(RiskCoverage, AnswersOfOneProbabilityAreShownTogether) {
  const auto curve = risk_coverage({{0.5, true}, {0.5, false}, {0.5, false}}, 100);
  ASSERT_THAT(curve, SizeIs(1));
  EXPECT_EQ(curve[0].coverage, 1);
}
TEST(RiskCoverage, ALongCurveIsThinnedAndKeepsItsEnd) {
  std::vector<Judged> judged;
  for (int i = 0; i < 1000; ++i) judged.push_back({i / 1000.0, i % 2 == 0});
  const auto curve = risk_coverage(judged, 20);
  EXPECT_LE(curve.size(), 21U);
  EXPECT_GE(curve.size(), 19U);
  EXPECT_EQ(curve.back().coverage, 1);
  EXPECT_EQ(curve.back().least_probability, 0);
  EXPECT_THAT(risk_coverage({}, 20), IsEmpty());
}
TEST(ExpectedCalibrationError, IsTheDistanceOfWhatWasSaidFromWhatCame) {
  EXPECT_DOUBLE_EQ(expected_calibration_error({{0.5, true}, {0.5, false}}, 1), 0);
  EXPECT_DOUBLE_EQ(expected_calibration_error({{0.9, false}, {0.9, false}, {0.1, true}, {0.1, true}}, 2), 0.9);
  EXPECT_DOUBLE_EQ(expected_calibration_error({{1, true}, {0, false}}, 10), 0);
  EXPECT_EQ(expected_calibration_error({}, 10), 0);
}

}  // namespace
}  // namespace panduan::app
