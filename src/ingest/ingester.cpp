#include "ingest/ingester.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>

#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "documents/chunker.h"
#include "documents/loader.h"
#include "documents/terms.h"
#include "documents/worker.h"

namespace panduan::ingest {
namespace {

// Chunks that go to the embedder at once: enough to fill its batches, few enough that progress moves and a stop is prompt.
constexpr std::size_t kEmbeddedTogether = 64;

store::FileStamp stamp_of(const std::filesystem::path& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) throw error_from_errno(errno, fmt::format("cannot read '{}'", path.string()));
  return {.modified_ns = status.st_mtim.tv_sec * 1'000'000'000LL + status.st_mtim.tv_nsec, .bytes = static_cast<std::uint64_t>(status.st_size)};
}

}  // namespace

std::string chunking_of(const IngestOptions& options) {
  return fmt::format("{} tokens, overlap {}, reading {}", options.chunk_tokens, options.chunk_overlap, documents::kReadingVersion);
}

/// What one call carries from step to step.
struct Ingester::Run {
  identity::Caller caller;
  store::EmbeddingModelId model = 0;
  const AddSink& sink;
  const std::stop_token& stop;
  AddProgress progress{};
  AddSummary summary{};

  void report(const std::string& step) {
    progress.step = step;
    progress.tokens_per_second = summary.embed_ms > 0 ? static_cast<double>(progress.tokens_done) / summary.embed_ms * 1000 : 0;
    if (sink.on_progress) sink.on_progress(progress);
  }
  void stop_if_asked() const {
    if (stop.stop_requested()) throw Error(ErrorKind::Cancelled, "stopped; what was added stays, run the same command to go on");
  }
};

AddSummary Ingester::add(const identity::Caller& caller, const std::vector<std::filesystem::path>& paths, const AddSink& sink, const std::stop_token& stop) {
  identity::require(caller, identity::Right::Write);
  const Stopwatch watch;
  const auto files = find_files(paths);
  Run run{.caller = caller,
          .model = store_.embedding_model(caller.workspace_id, {.fingerprint = embedder_.fingerprint(), .name = embedder_.name(), .dims = embedder_.dims()}),
          .sink = sink,
          .stop = stop};
  run.progress.files_total = files.size();
  for (const auto& file : files) {
    run.stop_if_asked();
    run.progress.file = file.string();
    run.progress.chunks_done = run.progress.chunks_total = 0;
    FileResult result = add_file(run, file);
    switch (result.outcome) {
      case AddOutcome::Added: ++run.summary.added; break;
      case AddOutcome::Updated: ++run.summary.updated; break;
      case AddOutcome::Unchanged: ++run.summary.unchanged; break;
      case AddOutcome::Failed: ++run.summary.failed; break;
    }
    ++run.progress.files_done;
    if (sink.on_file) sink.on_file(result);
  }
  run.summary.total_ms = watch.elapsed_ms();
  return run.summary;
}

FileResult Ingester::add_bytes(const identity::Caller& caller, const std::string& name, std::string bytes, const std::stop_token& stop) {
  identity::require(caller, identity::Right::Write);
  const AddSink nobody;
  Run run{.caller = caller,
          .model = store_.embedding_model(caller.workspace_id, {.fingerprint = embedder_.fingerprint(), .name = embedder_.name(), .dims = embedder_.dims()}),
          .sink = nobody,
          .stop = stop};
  const store::FileStamp stamp{.modified_ns = 0, .bytes = bytes.size()};
  return store_bytes(run, name, stamp, std::move(bytes));
}

FileResult Ingester::add_file(Run& run, const std::filesystem::path& path) {
  const std::string source = path.string();
  try {
    run.report("reading");
    const store::FileStamp stamp = stamp_of(path);
    const auto known = store_.find_document_by_source(run.caller.workspace_id, source);
    if (stamp.bytes > options_.max_file_bytes) {
      throw Error(ErrorKind::TooLarge,
                  fmt::format("it has {} bytes, the limit is {}: split it, or raise documents.max_file_mb", stamp.bytes, options_.max_file_bytes));
    }
    if (known && known->stamp == stamp && store_.is_prepared(run.caller.workspace_id, known->id, chunking_of(options_), run.model)) {
      return {.source = source, .outcome = AddOutcome::Unchanged, .reason = {}, .document = *known};
    }
    return store_bytes(run, source, stamp, read_file(path, options_.max_file_bytes));
  } catch (const Error& error) {
    // These would meet every other file, too.
    if (error.kind() == ErrorKind::Cancelled || error.kind() == ErrorKind::NoSpace) throw;
    return {.source = source, .outcome = AddOutcome::Failed, .reason = error.what(), .document = {}};
  }
}

FileResult Ingester::store_bytes(Run& run, const std::string& source, const store::FileStamp& stamp, std::string bytes) {
  const auto workspace = run.caller.workspace_id;
  const Sha256 digest = sha256(bytes);
  const auto before = store_.find_document_by_source(workspace, source);
  if (before && before->content_sha256 == digest && store_.is_prepared(workspace, before->id, chunking_of(options_), run.model)) {
    store_.update_stamp(workspace, before->id, stamp);
    return {.source = source, .outcome = AddOutcome::Unchanged, .reason = {}, .document = *before};
  }
  const AddOutcome outcome = before ? AddOutcome::Updated : AddOutcome::Added;
  const documents::Loader& loader = documents::loader_for(source, bytes);
  if (auto shared = store_.put_known_content(workspace, {.source = source,
                                                         .stamp = stamp,
                                                         .content_sha256 = digest,
                                                         .media_type = std::string(loader.media_type()),
                                                         .chunking = chunking_of(options_),
                                                         .embedding_model = run.model})) {
    return {.source = source, .outcome = outcome, .reason = {}, .document = *std::move(shared)};
  }
  store::NewVersion version{.source = source,
                            .stamp = stamp,
                            .content_sha256 = digest,
                            .bytes = std::move(bytes),
                            .parsed = {},
                            .chunks = {},
                            .chunking = chunking_of(options_),
                            .embedding_model = run.model};
  version.parsed = documents::load_in_worker(loader, version.bytes, run.stop);
  version.chunks = make_chunks(run, version.parsed);
  run.report("storing");
  return {.source = source, .outcome = outcome, .reason = {}, .document = store_.put_version(workspace, version)};
}

std::vector<store::NewChunk> Ingester::make_chunks(Run& run, const documents::ParsedDocument& parsed) {
  const auto cut = documents::chunk_document(parsed, {.target_tokens = options_.chunk_tokens,
                                                      .overlap_tokens = options_.chunk_overlap,
                                                      .count_tokens = [this](std::string_view text) { return embedder_.count_tokens(text); }});
  std::vector<store::NewChunk> chunks;
  std::vector<std::string> texts;
  for (const documents::Chunk& chunk : cut) {
    const std::string_view text = std::string_view(parsed.text).substr(chunk.text.begin, chunk.text.size());
    // The headings say what a passage is about where its own words do not.
    texts.push_back(chunk.heading_path.empty() ? std::string(text) : fmt::format("{}\n{}", chunk.heading_path, text));
    chunks.push_back({.text = chunk.text,
                      .heading_path = chunk.heading_path,
                      .tokens = chunk.tokens,
                      .words = fmt::format("{}", fmt::join(documents::index_terms(texts.back()), " ")),
                      .vector = {}});
  }
  run.progress.chunks_done = 0;
  run.progress.chunks_total = chunks.size();
  for (std::size_t begin = 0; begin < chunks.size(); begin += kEmbeddedTogether) {
    run.stop_if_asked();
    run.report("embedding");
    const std::size_t count = std::min(kEmbeddedTogether, chunks.size() - begin);
    const Stopwatch watch;
    const auto embeddings = embedder_.embed(std::span(texts).subspan(begin, count), llm::EmbedAs::Passage, run.stop);
    run.summary.embed_ms += watch.elapsed_ms();
    for (std::size_t i = 0; i < count; ++i) {
      const auto row = embeddings.row(i);
      chunks[begin + i].vector.assign(row.begin(), row.end());
    }
    run.progress.tokens_done += embeddings.tokens;
    run.progress.chunks_done = begin + count;
  }
  run.summary.chunks += chunks.size();
  run.summary.tokens = run.progress.tokens_done;
  return chunks;
}

}  // namespace panduan::ingest
