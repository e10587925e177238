#include "rag/confidence.h"

#include <gtest/gtest.h>

#include <cmath>

namespace panduan::rag {
namespace {

constexpr llm::Weights kCalibration{.bias = -1, .question = 0.2, .sufficiency = 0.5, .copied = 0.5, .agreement = 2};

TEST(Confidence, IsTheLogisticOfTheWeightedSignals) {
  EXPECT_DOUBLE_EQ(confidence({.question = 5, .copied = 0}, kCalibration), 0.5);
  EXPECT_DOUBLE_EQ(confidence({.question = 15, .copied = 0}, kCalibration), 1 / (1 + std::exp(-2.0)));
}
TEST(Confidence, GrowsWithEachSignal) {
  EXPECT_GT(confidence({.question = 6, .copied = -1}, kCalibration), confidence({.question = 5, .copied = -1}, kCalibration));
  EXPECT_GT(confidence({.question = 5, .copied = -1}, kCalibration), confidence({.question = 5, .copied = -2}, kCalibration));
  EXPECT_GT(confidence({.question = 5, .sufficiency = 1}, kCalibration), confidence({.question = 5}, kCalibration));
  EXPECT_GT(confidence({.question = 5, .agreement = 1}, kCalibration), confidence({.question = 5, .agreement = 0.5}, kCalibration));
}
TEST(Confidence, DoesNotFallWithoutBoundWhereNothingIsCopied) {
  EXPECT_DOUBLE_EQ(confidence({.question = 5, .copied = -1e9}, kCalibration), confidence({.question = 5, .copied = -50}, kCalibration));
  EXPECT_GT(confidence({.question = 40, .copied = -50}, kCalibration), 0.9);
}

}  // namespace
}  // namespace panduan::rag
