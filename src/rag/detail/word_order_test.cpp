#include "rag/detail/word_order.h"

#include <gtest/gtest.h>

namespace panduan::rag::detail {
namespace {

constexpr auto kBridge = "In 1932 the Aurora bridge, designed by Ada Kern, was opened for trams, and the Beacon tunnel followed in 1957.";

TEST(WordOrder, TheSameWordsInTheSameOrderSayTheSame) {
  EXPECT_TRUE(says_in_order(kBridge, "The Aurora bridge was designed by Ada Kern."));
  EXPECT_TRUE(says_in_order(kBridge, "In 1932, the Aurora bridge opened."));
  EXPECT_TRUE(says_in_order(kBridge, kBridge));
  EXPECT_TRUE(says_in_order("Syria and Egypt, with support from others, attacked Israel.", "Syria and Egypt attacked Israel."));
  EXPECT_TRUE(says_in_order("格陵兰岛 在 1985 年签署了一项条约，给予它特殊地位。", "格陵兰岛在1985年签署了一项条约。"));
  EXPECT_TRUE(says_in_order("1973年10月6日，叙利亚和埃及对以色列发动突然袭击。", "叙利亚和埃及对以色列发动了突然袭击。"));
}
TEST(WordOrder, AnotherOrderOrAWordMoreDoesNot) {
  EXPECT_FALSE(says_in_order(kBridge, "Ada Kern designed the Aurora bridge."));
  EXPECT_FALSE(says_in_order(kBridge, "The Aurora bridge was opened by Ada Kern."));
  EXPECT_FALSE(says_in_order(kBridge, "The old Aurora bridge was opened."));
  EXPECT_FALSE(says_in_order("Apple was sued by Banana.", "Apple sued Banana."));
  EXPECT_TRUE(says_in_order("Apple was sued by Banana.", "Apple was sued by Banana."));
  EXPECT_FALSE(says_in_order("Apple sued Banana.", "Apple was sued by Banana."));
  EXPECT_FALSE(says_in_order("林海被张山击败。", "林海击败张山。"));
  EXPECT_FALSE(says_in_order("Apple was sued by the giant Banana.", "Apple sued Banana."));
  EXPECT_FALSE(says_in_order("The father of Ada Kern designed the Aurora bridge.", "Ada Kern designed the Aurora bridge."));
  EXPECT_FALSE(says_in_order("Apple sold Banana to Cherry.", "Apple sold Cherry."));
  EXPECT_TRUE(says_in_order("The roof of the Aurora bridge is made of glass.", "The roof of the Aurora bridge is of glass."));
  EXPECT_FALSE(says_in_order("", "Apple sued Banana."));
  EXPECT_FALSE(says_in_order(kBridge, ""));
}
TEST(WordOrder, WhatIsSaidOfAnotherIsNotSaidOfTheFirst) {
  EXPECT_FALSE(says_in_order(kBridge, "The Aurora bridge was opened in 1957."));
  EXPECT_FALSE(says_in_order("Smith was born in London and Jones in Paris.", "Smith was born in Paris."));
  EXPECT_FALSE(says_in_order("Smith was born in London; Jones in Paris.", "Smith was born in Paris."));
  EXPECT_FALSE(says_in_order("林海生于北京，张山生于上海。", "林海生于上海。"));
  EXPECT_TRUE(says_in_order("林海生于北京，张山生于上海。", "张山生于上海。"));
}

}  // namespace
}  // namespace panduan::rag::detail
