#include "retrieval/retriever.h"

#include <algorithm>
#include <string>

#include "base/clock.h"
#include "documents/terms.h"
#include "retrieval/fusion.h"

namespace panduan::retrieval {
namespace {

// Of a question, from its beginning: every term is looked up in the word index, and each passage that has one is scored.
constexpr std::size_t kMostTerms = 512;

}  // namespace

Retriever::Retriever(store::Store& store, llm::Embedder& embedder) : store_(store), embedder_(embedder) {}

SearchResult Retriever::search(const identity::Caller& caller, std::string_view question, const SearchOptions& options, const std::stop_token& stop) {
  identity::require(caller, identity::Right::Read);
  SearchResult result;
  Stopwatch watch;
  auto lap = [&watch] {
    const double elapsed = watch.elapsed_ms();
    watch.restart();
    return elapsed;
  };
  std::vector<std::string> terms = documents::index_terms(question);
  terms.resize(std::min(terms.size(), kMostTerms));
  std::ranges::sort(terms);
  terms.erase(std::unique(terms.begin(), terms.end()), terms.end());
  const auto words = store_.search_words(caller.workspace_id, terms, options.candidates);
  result.timings.words_ms = lap();

  const std::string text(question);
  const auto query = embedder_.embed(std::span(&text, 1), llm::EmbedAs::Query, stop);
  result.timings.embed_ms = lap();
  const auto vectors = index_of(caller.workspace_id)->search(query.row(0), options.candidates);
  result.timings.vectors_ms = lap();

  for (const FusedChunk& chunk : fuse_by_convex_combination(words, vectors)) {
    if (result.hits.size() == options.limit) break;
    auto passage = store_.passage(caller.workspace_id, chunk.chunk);
    if (!passage) continue;  // removed since it was found
    result.hits.push_back({.passage = *std::move(passage),
                           .score = chunk.score,
                           .word_rank = chunk.word_rank,
                           .word_score = chunk.word_score,
                           .vector_rank = chunk.vector_rank,
                           .similarity = chunk.similarity});
  }
  result.timings.read_ms = lap();
  return result;
}

std::shared_ptr<const VectorIndex> Retriever::index_of(store::WorkspaceId workspace) {
  const std::lock_guard lock(mutex_);
  auto found = std::ranges::find(indexes_, workspace, &std::pair<store::WorkspaceId, std::shared_ptr<const VectorIndex>>::first);
  if (found != indexes_.end() && found->second->generation() == store_.index_generation(workspace)) return found->second;
  const auto model = store_.embedding_model(workspace, {.fingerprint = embedder_.fingerprint(), .name = embedder_.name(), .dims = embedder_.dims()});
  auto made = std::make_shared<const VectorIndex>(store_, workspace, model, embedder_.dims());
  if (found != indexes_.end()) found->second = made;
  else indexes_.emplace_back(workspace, made);
  return made;
}

}  // namespace panduan::retrieval
