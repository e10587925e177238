#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "store/store.h"

namespace panduan::retrieval {

/// The vectors of one workspace and model, in memory, scanned whole for each query: exact to the last place that matters up to
/// about a million, nothing to build, and what is deleted is gone. Two steps: an int8 scan (each vector scaled by its own largest
/// component), then the exact products of the best 50 from the store.
class VectorIndex {
 public:
  VectorIndex(const store::Store& store, store::WorkspaceId workspace, store::EmbeddingModelId model, std::size_t dims);

  /// The nearest chunks to an L2-normalised query [dims], most alike first; the score is the cosine.
  std::vector<store::ScoredChunk> search(std::span<const float> query, std::size_t limit) const;
  std::size_t size() const { return chunks_.size(); }
  /// The store's index_generation it was made from.
  std::int64_t generation() const { return generation_; }

 private:
  const store::Store& store_;
  store::WorkspaceId workspace_;
  store::EmbeddingModelId model_;
  std::size_t dims_;
  std::int64_t generation_;
  std::vector<store::ChunkId> chunks_;  ///< [rows]
  std::vector<std::int8_t> values_;     ///< [rows, dims]
  std::vector<float> scales_;           ///< [rows]: value = int8 * scale
};

}  // namespace panduan::retrieval
