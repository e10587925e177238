#pragma once
#include <optional>
#include <vector>

#include "store/store.h"

namespace panduan::retrieval {

struct FusedChunk {
  store::ChunkId chunk = 0;
  double score = 0;                                    ///< 0 to 1
  std::optional<std::size_t> word_rank, vector_rank;  ///< places in the two lists, from 1
  double word_score = 0;                               ///< BM25, 0 when word_rank is empty
  double similarity = 0;                               ///< cosine, 0 when vector_rank is empty
};

/// Fuses two ranked lists, BM25 and cosines, best first, by a convex combination of their scores (Bruch, Gai and Ingber, "An Analysis
/// of Fusion Functions for Hybrid Retrieval", 2023): score = ½ words + ½ meaning, each normalised to 0 to 1 within this search. Words
/// from zero, which is what BM25 gives a chunk with none of the terms, to the best; meaning from the least of the list, since embedding
/// models keep to a narrow band of cosines, to the best. A chunk that is not in a list has 0 there. Of two with the same score the one
/// with the better word rank is first.
std::vector<FusedChunk> fuse_by_convex_combination(const std::vector<store::ScoredChunk>& words, const std::vector<store::ScoredChunk>& vectors);

}  // namespace panduan::retrieval
