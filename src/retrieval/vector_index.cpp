#include "retrieval/vector_index.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "retrieval/detail/int8_dot.h"

namespace panduan::retrieval {
namespace {

constexpr std::size_t kRescored = 50;

/// Writes the int8 form of a vector to `target` and gives its scale.
float quantize(std::span<const float> vector, std::int8_t* target) {
  float largest = 0;
  for (const float value : vector) largest = std::max(largest, std::abs(value));
  const float scale = largest / 127;
  for (std::size_t d = 0; d < vector.size(); ++d) target[d] = static_cast<std::int8_t>(largest > 0 ? std::lround(vector[d] / scale) : 0);
  return scale;
}

}  // namespace

VectorIndex::VectorIndex(const store::Store& store, store::WorkspaceId workspace, store::EmbeddingModelId model, std::size_t dims)
    : store_(store), workspace_(workspace), model_(model), dims_(dims), generation_(store.index_generation(workspace)) {
  store.each_vector(workspace, model, [&](store::ChunkId chunk, std::span<const float> vector) {
    if (vector.size() != dims_) {
      throw Error(ErrorKind::Corrupt, fmt::format("[vectors] expected {} dimensions, chunk {} has {}: add its document again", dims_, chunk, vector.size()));
    }
    chunks_.push_back(chunk);
    values_.resize(values_.size() + dims_);
    scales_.push_back(quantize(vector, values_.data() + values_.size() - dims_));
  });
}

std::vector<store::ScoredChunk> VectorIndex::search(std::span<const float> query, std::size_t limit) const {
  std::vector<std::int8_t> quantized(dims_);
  const double query_scale = quantize(query, quantized.data());
  const panduan_int8_dot dot = panduan_find_int8_dot();
  std::vector<float> scores(chunks_.size());
  for (std::size_t row = 0; row < chunks_.size(); ++row)
    scores[row] = static_cast<float>(dot(quantized.data(), values_.data() + row * dims_, dims_)) * scales_[row];

  std::vector<std::size_t> order(chunks_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const std::size_t kept = std::min(order.size(), std::max(limit, kRescored));
  std::ranges::partial_sort(order, order.begin() + static_cast<std::ptrdiff_t>(kept),
                            [&](std::size_t a, std::size_t b) { return scores[a] != scores[b] ? scores[a] > scores[b] : a < b; });

  std::vector<store::ChunkId> candidates(kept);
  for (std::size_t i = 0; i < kept; ++i) candidates[i] = chunks_[order[i]];
  const std::vector<float> exact = store_.vectors(workspace_, model_, candidates, dims_);
  std::vector<store::ScoredChunk> found(kept);
  for (std::size_t i = 0; i < kept; ++i) {
    const auto vector = std::span(exact).subspan(i * dims_, dims_);
    // Erased since, as another model's are searched now: what the first step found has to do.
    const bool is_gone = std::ranges::all_of(vector, [](float value) { return value == 0; });
    found[i] = {candidates[i],
                is_gone ? scores[order[i]] * query_scale : static_cast<double>(std::inner_product(query.begin(), query.end(), vector.begin(), 0.0F))};
  }
  std::ranges::sort(found, [](const store::ScoredChunk& a, const store::ScoredChunk& b) { return a.score != b.score ? a.score > b.score : a.chunk < b.chunk; });
  found.resize(std::min(found.size(), limit));
  return found;
}

}  // namespace panduan::retrieval
