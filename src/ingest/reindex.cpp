#include "ingest/detail/ingest_run.h"

// Another embedding model: its vectors are made beside those that are searched.
namespace panduan::ingest {
namespace {

// Batches of like length are the embedder's affair; the more it sees at once, the better they are.
constexpr std::size_t kEmbeddedTogether = 128;
// Erased in one transaction: a write of somebody else waits no longer than for that.
constexpr std::size_t kErasedTogether = 2000;

}  // namespace

bool Ingester::needs_index(const identity::Caller& caller) { return store_.has_other_vectors(caller.workspace_id, begin(caller, {}, {}).model); }

AddSummary Ingester::reindex(const identity::Caller& caller, const AddSink& sink, const std::stop_token& stop) {
  identity::require(caller, identity::Right::Write);
  Run run = begin(caller, sink, stop);
  const auto workspace = caller.workspace_id;
  if (!store_.has_other_vectors(workspace, run.model)) return run.summary;
  run.progress.chunks_total = store_.count_without_vector(workspace, run.model);
  do {
    store::ChunkId after = 0;
    for (auto chunks = store_.chunks_without_vector(workspace, run.model, after, kEmbeddedTogether); !chunks.empty();
         chunks = store_.chunks_without_vector(workspace, run.model, after, kEmbeddedTogether)) {
      run.stop_if_asked();
      run.report("indexing");
      std::vector<std::string> texts;
      std::vector<store::ChunkId> ids;
      for (const store::UnembeddedChunk& chunk : chunks) {
        texts.push_back(detail::embedded_text(chunk.heading_path, chunk.text));
        ids.push_back(chunk.chunk);
      }
      const Stopwatch watch;
      const auto embeddings = embedder_.embed(texts, llm::EmbedAs::Passage, run.stop);
      run.summary.embed_ms += watch.elapsed_ms();
      store_.put_vectors(workspace, run.model, ids, embeddings.values);
      after = ids.back();
      run.summary.reindexed += ids.size();
      run.summary.tokens += embeddings.tokens;
      run.progress.tokens_done += embeddings.tokens;
      run.progress.chunks_done += ids.size();
      run.progress.chunks_total = std::max(run.progress.chunks_total, run.progress.chunks_done);
    }
  } while (!store_.search_with(workspace, run.model));  // something was added meanwhile
  while (store_.erase_other_vectors(workspace, run.model, kErasedTogether) == kErasedTogether) run.stop_if_asked();
  run.report("indexing");
  run.summary.total_ms = run.watch.elapsed_ms();
  return run.summary;
}

}  // namespace panduan::ingest
