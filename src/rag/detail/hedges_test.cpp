#include "rag/detail/hedges.h"

#include <gtest/gtest.h>

namespace panduan::rag::detail {
namespace {

TEST(Hedges, AStatementWithoutTheLimitSaysMore) {
  EXPECT_TRUE(drops_a_hedge("Charter schools do not require it.", "Many charter schools do not require it."));
  EXPECT_TRUE(drops_a_hedge("The lines use the broad gauge.", "The lines mainly use the broad gauge."));
  EXPECT_TRUE(drops_a_hedge("特许学校不要求资格证书。", "许多 特许学校 不要求他们的教师有资格证书。"));
  EXPECT_TRUE(drops_a_hedge("大桥全长898米。", "大桥全长约898米。"));
}
TEST(Hedges, WithTheLimitItSaysNoMore) {
  EXPECT_FALSE(drops_a_hedge("Many charter schools do not require it.", "Many charter schools do not require it."));
  EXPECT_FALSE(drops_a_hedge("大桥全长约898米。", "大桥全长约898米。"));
}
TEST(Hedges, ALimitOnSomethingElseIsNone) {
  EXPECT_FALSE(drops_a_hedge("Ada Kern designed the bridge.", "Ada Kern designed the bridge, which some people dislike."));
  EXPECT_FALSE(drops_a_hedge("大桥由林海设计。", "大桥由林海设计，许多人喜欢它。"));
  EXPECT_FALSE(drops_a_hedge("", ""));
}

}  // namespace
}  // namespace panduan::rag::detail
