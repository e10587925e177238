#include "rag/confidence.h"

#include <gtest/gtest.h>

#include <cmath>

namespace panduan::rag {
namespace {

constexpr llm::LanguageCalibration kCalibration{.quick = {.bias = -1, .sufficiency = 0.5, .copied = 0.5, .agreement = 2},
                                                .full = {.bias = -1, .question = 0.2, .sufficiency = 0.5, .copied = 0.5, .agreement = 2}};

TEST(Confidence, IsTheLogisticOfTheWeightedSignals) {
  EXPECT_DOUBLE_EQ(confidence({.sufficiency = 2}, kCalibration), 0.5);
  EXPECT_DOUBLE_EQ(confidence({.sufficiency = 4, .question = 5, .leaning = 4}, kCalibration), 0.5);
  EXPECT_DOUBLE_EQ(confidence({.question = 15, .leaning = 0}, kCalibration), 1 / (1 + std::exp(-2.0)));
}
TEST(Confidence, TakesTheSlowSignalsOnlyTogether) {
  EXPECT_DOUBLE_EQ(confidence({.sufficiency = 2, .question = 5}, kCalibration), confidence({.sufficiency = 2}, kCalibration));
}
TEST(Confidence, GrowsWithEachSignal) {
  EXPECT_GT(confidence({.question = 6, .leaning = 0}, kCalibration), confidence({.question = 5, .leaning = 0}, kCalibration));
  EXPECT_GT(confidence({.copied = -1}, kCalibration), confidence({.copied = -2}, kCalibration));
  EXPECT_GT(confidence({.sufficiency = 1}, kCalibration), confidence({}, kCalibration));
  EXPECT_GT(confidence({.agreement = 1}, kCalibration), confidence({.agreement = 0.5}, kCalibration));
  EXPECT_LT(confidence({.question = 5, .leaning = 1}, kCalibration), confidence({.question = 5, .leaning = 0}, kCalibration));
}
TEST(Confidence, DoesNotFallWithoutBoundWhereNothingIsCopied) {
  EXPECT_DOUBLE_EQ(confidence({.copied = -1e9}, kCalibration), confidence({.copied = -50}, kCalibration));
}

}  // namespace
}  // namespace panduan::rag
