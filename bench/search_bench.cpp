#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "documents/terms.h"
#include "retrieval/detail/int8_dot.h"

// What a search costs beside the embedding of its question: the first step of the vector index, and the index terms of texts.
namespace {

constexpr std::size_t kDims = 384;  // multilingual-e5-small

std::vector<std::int8_t> random_vectors(std::size_t rows) {
  std::mt19937 random(1);
  std::uniform_int_distribution<int> component(-127, 127);
  std::vector<std::int8_t> values(rows * kDims);
  for (std::int8_t& value : values) value = static_cast<std::int8_t>(component(random));
  return values;
}

/// One query against all rows, as VectorIndex::search does it first. The bytes read are the lower bound that memory sets.
void int8_scan(benchmark::State& state) {
  const auto rows = static_cast<std::size_t>(state.range(0));
  const std::vector<std::int8_t> values = random_vectors(rows);
  const std::vector<std::int8_t> query(values.begin(), values.begin() + kDims);
  const panduan_int8_dot dot = panduan_find_int8_dot();
  std::vector<float> scores(rows);
  for (auto _ : state) {
    for (std::size_t row = 0; row < rows; ++row) scores[row] = static_cast<float>(dot(query.data(), values.data() + row * kDims, kDims));
    benchmark::DoNotOptimize(scores.data());
    benchmark::ClobberMemory();
  }
  state.SetLabel(panduan_int8_dot_name());
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(rows));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(rows * kDims));
}
BENCHMARK(int8_scan)->Arg(10'000)->Arg(100'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

/// The index terms of a passage of about 256 tokens.
void index_terms(benchmark::State& state, const std::string& sentence) {
  std::string passage;
  while (passage.size() < 1200) passage += sentence;
  std::size_t terms = 0;
  for (auto _ : state) terms += panduan::documents::index_terms(passage).size();
  state.SetItemsProcessed(static_cast<std::int64_t>(terms));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(passage.size()));
}
BENCHMARK_CAPTURE(index_terms, english, "The package manager resolves dependencies before it unpacks the archive. ")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(index_terms, chinese, "软件包管理器在解开归档之前先解决依赖关系。")->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();
