#include "llm/quote_rule.h"

#include <gtest/gtest.h>

namespace panduan::llm {
namespace {

constexpr std::string_view kSource =
    "The bridge was opened in May 1932. It was \"a great marvel\", and all agreed. It is open.\n极光大桥于1932年通车，全长898米。";

bool allows(std::string_view text) { return QuoteRule(kSource).follow({}, text).has_value(); }
bool may_stop(std::string_view text) {
  const auto state = QuoteRule(kSource).follow({}, text);
  return state && QuoteRule::may_stop(*state);
}

TEST(QuoteRule, LetsAnythingStandAroundAQuote) {
  EXPECT_TRUE(may_stop("It opened, I am told, in 1933."));
  EXPECT_TRUE(may_stop("It says \"The bridge was opened in May 1932\", no more."));
  EXPECT_TRUE(may_stop("资料说“全长898米”，不是别的。"));
}
TEST(QuoteRule, LetsAQuoteOnlyCopy) {
  EXPECT_FALSE(allows("It says \"The bridge was closed"));
  EXPECT_FALSE(allows("It says \"I am told"));
  EXPECT_TRUE(allows("It says \"The bridge was opened"));
  EXPECT_FALSE(allows("It says \"The bridge was opened in May 1933"));
  EXPECT_FALSE(allows("“全长八百米"));
}
TEST(QuoteRule, LetsAQuoteEndBehindAWordAndNotTooSoon) {
  EXPECT_TRUE(allows("\"The bridge was\""));
  EXPECT_FALSE(allows("\"The bridge wa\""));
  EXPECT_FALSE(allows("\"The\""));
  EXPECT_FALSE(allows("\"\""));
  EXPECT_FALSE(allows("“全长898”")) << "a whole number, but nine bytes";
  EXPECT_FALSE(allows("\"It is open")) << "its sentence is too short";
}
TEST(QuoteRule, HoldsForEachQuoteAndInEachPieceOfText) {
  const QuoteRule rule(kSource);
  auto state = rule.follow({}, "It says \"The br");
  ASSERT_TRUE(state);
  EXPECT_TRUE(state->is_quoting());
  EXPECT_FALSE(QuoteRule::may_stop(*state));
  state = rule.follow(*state, "idge was\" and \"opened in May");
  ASSERT_TRUE(state);
  EXPECT_FALSE(rule.follow(*state, " 1933"));
  EXPECT_TRUE(rule.follow(*state, " 1932\"."));
  state = rule.follow({}, "\xE2\x80");
  ASSERT_TRUE(state);
  state = rule.follow(*state, "\x9C");
  ASSERT_TRUE(state);
  EXPECT_TRUE(state->is_quoting()) << "a mark may come in two pieces";
}
TEST(QuoteRule, StaysInOneSentence) {
  EXPECT_FALSE(allows("\"May 1932. It"));
  EXPECT_FALSE(allows("\"in May 1932\nIt"));
}
TEST(QuoteRule, KnowsTheOnlyWayOn) {
  const QuoteRule rule(kSource);
  EXPECT_EQ(rule.only_way(*rule.follow({}, "\"The bri")), "dge was opened in May 1932");
  EXPECT_EQ(rule.only_way(*rule.follow({}, "\"a")), "") << "two words begin so";
  EXPECT_EQ(rule.only_way(*rule.follow({}, "\"")), "");
  EXPECT_EQ(rule.only_way({}), "");
}
TEST(QuoteRule, OfNothingAllowsNoQuote) { EXPECT_FALSE(QuoteRule("").follow({}, "\"a")); }

}  // namespace
}  // namespace panduan::llm
