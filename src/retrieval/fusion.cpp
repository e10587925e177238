#include "retrieval/fusion.h"

#include <algorithm>
#include <limits>
#include <map>

namespace panduan::retrieval {
namespace {

// From 0.4 to 0.6 tables and prose of the tuning sets are found alike (bench/README.md, "Words and meaning fused").
constexpr double kWordsShare = 0.5;

/// Where a score stands between two others; all of it where they are the same, as with a single candidate.
double normalised(double score, double least, double best) { return best > least ? (score - least) / (best - least) : 1; }

/// Its place among the word matches; what no word found is behind all of them.
std::size_t word_place(const FusedChunk& chunk) { return chunk.word_rank.value_or(std::numeric_limits<std::size_t>::max()); }

}  // namespace

std::vector<FusedChunk> fuse_by_convex_combination(const std::vector<store::ScoredChunk>& words, const std::vector<store::ScoredChunk>& vectors) {
  std::map<store::ChunkId, FusedChunk> fused;
  for (std::size_t i = 0; i < words.size(); ++i) {
    FusedChunk& chunk = fused[words[i].chunk];
    chunk.word_rank = i + 1;
    chunk.word_score = words[i].score;
    chunk.score += kWordsShare * normalised(words[i].score, 0, words.front().score);
  }
  for (std::size_t i = 0; i < vectors.size(); ++i) {
    FusedChunk& chunk = fused[vectors[i].chunk];
    chunk.vector_rank = i + 1;
    chunk.similarity = vectors[i].score;
    chunk.score += (1 - kWordsShare) * normalised(vectors[i].score, vectors.back().score, vectors.front().score);
  }
  std::vector<FusedChunk> ranked;
  ranked.reserve(fused.size());
  for (auto& [id, chunk] : fused) {
    chunk.chunk = id;
    ranked.push_back(chunk);
  }
  std::ranges::stable_sort(ranked,
                           [](const FusedChunk& a, const FusedChunk& b) { return a.score != b.score ? a.score > b.score : word_place(a) < word_place(b); });
  return ranked;
}

}  // namespace panduan::retrieval
