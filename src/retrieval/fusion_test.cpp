#include "retrieval/fusion.h"

#include <gmock/gmock.h>

namespace panduan::retrieval {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<store::ChunkId> order(const std::vector<FusedChunk>& fused) {
  std::vector<store::ChunkId> chunks;
  for (const FusedChunk& chunk : fused) chunks.push_back(chunk.chunk);
  return chunks;
}

TEST(Fusion, HalfOfAScoreIsTheWordsAndHalfTheMeaning) {
  const auto fused = fuse_by_convex_combination({{1, 8.0}, {2, 6.0}}, {{2, 0.9}, {3, 0.85}, {4, 0.8}});
  ASSERT_THAT(order(fused), ElementsAre(2, 1, 3, 4));
  EXPECT_DOUBLE_EQ(fused[0].score, 0.5 * 6 / 8 + 0.5);
  EXPECT_DOUBLE_EQ(fused[1].score, 0.5);
  EXPECT_NEAR(fused[2].score, 0.25, 1e-12) << "half way from the least alike to the most";
  EXPECT_DOUBLE_EQ(fused[3].score, 0);
}

TEST(Fusion, SaysWhereAChunkStandsInEachList) {
  const auto fused = fuse_by_convex_combination({{1, 9.0}, {2, 8.0}}, {{2, 0.9}, {3, 0.8}});
  ASSERT_THAT(order(fused), ElementsAre(2, 1, 3));
  EXPECT_EQ(fused[0].word_rank, 2U);
  EXPECT_DOUBLE_EQ(fused[0].word_score, 8.0);
  EXPECT_EQ(fused[0].vector_rank, 1U);
  EXPECT_DOUBLE_EQ(fused[0].similarity, 0.9);
  EXPECT_FALSE(fused[1].vector_rank);
  EXPECT_DOUBLE_EQ(fused[1].similarity, 0);
  EXPECT_FALSE(fused[2].word_rank);
  EXPECT_DOUBLE_EQ(fused[2].word_score, 0);
}

// A row of a table: only its chunk has the name that was asked for, and by meaning all rows are much alike.
TEST(Fusion, AWideLeadByWordsOutweighsAFewPlacesByMeaning) {
  const std::vector<store::ScoredChunk> words{{1, 12.0}, {2, 5.0}, {3, 4.9}};
  const std::vector<store::ScoredChunk> vectors{{2, 0.880}, {3, 0.879}, {4, 0.878}, {5, 0.877}, {6, 0.876}, {1, 0.875}, {7, 0.800}};
  EXPECT_EQ(fuse_by_convex_combination(words, vectors)[0].chunk, 1);
}

TEST(Fusion, AWideLeadByMeaningOutweighsAFewPlacesByWords) {
  const std::vector<store::ScoredChunk> words{{2, 5.00}, {3, 4.99}, {4, 4.98}, {5, 4.97}, {6, 4.96}, {1, 4.95}};
  const std::vector<store::ScoredChunk> vectors{{1, 0.91}, {2, 0.82}, {3, 0.81}, {7, 0.80}};
  EXPECT_EQ(fuse_by_convex_combination(words, vectors)[0].chunk, 1);
}

TEST(Fusion, OfTheSameScoreTheBetterWordRankIsFirst) {
  EXPECT_THAT(order(fuse_by_convex_combination({{7, 3.0}}, {{2, 0.9}, {5, 0.8}})), ElementsAre(7, 2, 5));
  EXPECT_THAT(order(fuse_by_convex_combination({{9, 3.0}, {4, 3.0}}, {})), ElementsAre(9, 4));
}

TEST(Fusion, KeepsTheOrderOfTheOnlyListThatFoundSomething) {
  EXPECT_THAT(order(fuse_by_convex_combination({}, {{3, 0.9}, {1, 0.8}, {2, 0.7}})), ElementsAre(3, 1, 2));
  EXPECT_THAT(order(fuse_by_convex_combination({{3, 9.0}, {1, 8.0}, {2, 7.0}}, {})), ElementsAre(3, 1, 2));
  EXPECT_THAT(fuse_by_convex_combination({}, {}), IsEmpty());
}

TEST(Fusion, ChunksThatAreAllAlikeAreAllAsGoodAsTheBest) {
  const auto fused = fuse_by_convex_combination({}, {{1, 0.8}, {2, 0.8}});
  EXPECT_DOUBLE_EQ(fused[0].score, 0.5);
  EXPECT_DOUBLE_EQ(fused[1].score, 0.5);
}

}  // namespace
}  // namespace panduan::retrieval
