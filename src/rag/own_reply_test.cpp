#include "rag/own_reply.h"

#include <gtest/gtest.h>

namespace panduan::rag {
namespace {

TEST(OwnReply, StandsBehindTheQuestionInTheSameParagraph) {
  constexpr std::string_view kText = "Facts.\n\nQ: How much did the roof cost?\nA: 7 pounds\n\nThe door cost 9 pounds.";
  const auto at = [&](std::string_view words) {
    const std::size_t begin = kText.find(words);
    return documents::ByteRange{begin, begin + words.size()};
  };
  EXPECT_TRUE(is_own_reply(kText, at("7 pounds"), "How much did the roof cost?"));
  EXPECT_FALSE(is_own_reply(kText, at("7 pounds"), "How much did the old tower cost in 1908?"));
  EXPECT_FALSE(is_own_reply(kText, at("The door cost 9 pounds."), "How much did the roof cost?")) << "another paragraph";
  EXPECT_FALSE(is_own_reply(kText, at("Facts."), "How much did the roof cost?"));
}

}  // namespace
}  // namespace panduan::rag
