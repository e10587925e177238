#pragma once
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string_view>
#include <vector>

#include "identity/caller.h"
#include "llm/embedder.h"
#include "retrieval/vector_index.h"
#include "store/store.h"

namespace panduan::retrieval {

struct SearchOptions {
  std::size_t limit = 8;
  std::size_t candidates = 100;  ///< taken from each index before they are fused
};

/// A found passage and why it is there.
struct Hit {
  store::Passage passage;
  double score = 0;                        ///< fused, 0 to 1, higher is better; only comparable within one search
  std::optional<std::size_t> word_rank;    ///< place among the word matches, from 1
  double word_score = 0;                   ///< BM25 of question and passage, 0 when word_rank is empty
  std::optional<std::size_t> vector_rank;  ///< place among the nearest vectors, from 1
  double similarity = 0;                   ///< cosine of question and passage, 0 when vector_rank is empty
};

struct SearchTimings {
  double embed_ms = 0, words_ms = 0, vectors_ms = 0, read_ms = 0;
};

struct SearchResult {
  std::vector<Hit> hits;  ///< best first
  SearchTimings timings;
};

/// Finds passages by words (BM25) and by meaning (vectors), fused by a convex combination of their scores. Only what the caller may
/// read is searched.
class Retriever {
 public:
  Retriever(store::Store& store, llm::Embedder& embedder);

  /// Throws Error: Forbidden, Cancelled.
  SearchResult search(const identity::Caller& caller, std::string_view question, const SearchOptions& options, const std::stop_token& stop = {});

 private:
  std::shared_ptr<const VectorIndex> index_of(store::WorkspaceId workspace);

  store::Store& store_;
  llm::Embedder& embedder_;
  std::mutex mutex_;
  std::vector<std::pair<store::WorkspaceId, std::shared_ptr<const VectorIndex>>> indexes_;
};

}  // namespace panduan::retrieval
