#include "ingest/ingester.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "documents/chunker.h"
#include "documents/container.h"
#include "documents/loader.h"
#include "documents/terms.h"
#include "documents/worker.h"
#include "ingest/detail/ingest_run.h"
#include "ingest/find_files.h"

namespace panduan::ingest {
namespace {

// Passages that go to the embedder at once: enough to fill its batches, few enough that progress moves and a stop is prompt.
constexpr std::size_t kEmbeddedTogether = 64;
// Small files are taken together up to so many passages.
constexpr std::size_t kGroupPassages = 128;

store::KnownContent known_content_of(const store::NewVersion& version) {
  return {.source = version.source,
          .stamp = version.stamp,
          .content_sha256 = version.content_sha256,
          .media_type = version.parsed.media_type,
          .chunking = version.chunking};
}

}  // namespace

std::string chunking_of(const IngestOptions& options) {
  std::string chunking = fmt::format("{} tokens, overlap {}, reading {}", options.chunk_tokens, options.chunk_overlap, documents::kReadingVersion);
  if (options.pictures == documents::Pictures::Pages) chunking += ", pictures only of pages";
  if (options.pictures == documents::Pictures::None) chunking += ", no pictures";
  return chunking;
}

Ingester::Run Ingester::begin(const identity::Caller& caller, const AddSink& sink, const std::stop_token& stop) {
  return {.caller = caller,
          .model = store_.embedding_model(caller.workspace_id, {.fingerprint = embedder_.fingerprint(), .name = embedder_.name(), .dims = embedder_.dims()}),
          .chunking = chunking_of(options_),
          .sink = sink,
          .stop = stop};
}

AddSummary Ingester::add(const identity::Caller& caller, const std::vector<std::filesystem::path>& paths, const AddSink& sink, const std::stop_token& stop) {
  identity::require(caller, identity::Right::Write);
  const FoundFiles found = find_files(paths);
  Run run = begin(caller, sink, stop);
  std::vector<Pending> pending;
  std::vector<Pending> containers;
  for (const Refused& refused : found.refused) pending.push_back({.path = refused.path, .stamp = {}, .refused = refused.reason});
  for (const auto& path : found.files) {
    run.stop_if_asked();
    Pending file{.path = path, .stamp = {}, .refused = {}};
    try {
      file.stamp = detail::stamp_of(path);
      if (detail::holds_files(path)) {
        const bool is_known = is_container_known(run, file);
        if (!is_known) containers.push_back(file);
        if (!documents::has_known_ending(path)) {
          if (is_known) ++run.summary.unchanged;
          continue;
        }
      }
      const auto known = store_.find_document_by_source(caller.workspace_id, path.string());
      if (known && known->stamp == file.stamp && store_.is_prepared(caller.workspace_id, known->id, run.chunking)) {
        run.tell({.source = path.string(), .outcome = AddOutcome::Unchanged, .reason = {}, .document = *known});
        continue;
      }
    } catch (const Error& error) {
      if (detail::ends_everything(error)) throw;
      file.refused = error.what();
    }
    pending.push_back(std::move(file));
  }
  read_and_store(run, pending);
  for (const Pending& container : containers) add_container(run, container);
  run.summary.total_ms = run.watch.elapsed_ms();
  return run.summary;
}

std::vector<FileResult> Ingester::add_bytes(const identity::Caller& caller, const std::string& name, std::string bytes, const std::stop_token& stop,
                                            const std::function<void(const AddProgress&)>& on_progress) {
  identity::require(caller, identity::Right::Write);
  std::vector<FileResult> results;
  const AddSink sink{.on_progress = on_progress, .on_file = [&](const FileResult& result) { results.push_back(result); }};
  Run run = begin(caller, sink, stop);
  Pending pending{.path = name, .stamp = {.modified_ns = 0, .bytes = bytes.size()}, .refused = {}, .bytes = {}, .is_inside = true};
  const bool holds_files = documents::is_container(name, bytes);
  if (holds_files) pending.bytes = bytes;
  run.progress.file = name;
  if (!holds_files || documents::has_known_ending(name)) {
    run.progress.files_total = 1;
    run.progress.bytes_total = run.group_bytes = bytes.size();
    run.report("reading");
    ReadFile file = read_bytes(run, name, pending.stamp, std::move(bytes), true);
    ReadFile* const only = &file;
    embed(run, {&only, 1});
    run.tell(store(run, file));
  }
  if (holds_files) add_container(run, pending);
  return results;
}

void Ingester::read_and_store(Run& run, std::vector<Pending>& pending) {
  run.progress.files_total += pending.size();
  for (const Pending& file : pending) run.progress.bytes_total += file.stamp.bytes;
  if (pending.empty()) return;
  run.progress.file = pending.front().path.string();
  run.report("reading");
  ReadAhead ahead(pending.size(), [&](std::size_t index) { return read(run, pending[index]); });
  const auto take = [&] { return ahead.take(kGroupPassages, [&run] { run.tell_of_recognition(); }, run.stop); };
  for (auto group = take(); !group.empty(); group = take()) {
    run.stop_if_asked();
    run.progress.file = group.front().source;
    embed_group(run, group);
    run.report("storing");
    run.group_bytes = run.progress.chunks_done = run.progress.chunks_total = 0;
    for (ReadFile& file : group) {
      run.stop_if_asked();
      const std::uint64_t bytes = file.stamp.bytes;
      run.progress.file = file.source;
      const FileResult result = store_or_note(run, file);
      ++run.progress.files_done;
      run.progress.bytes_done += bytes;
      run.tell(result);
    }
    run.report(run.progress.files_done == run.progress.files_total ? "storing" : "reading");
  }
}

void Ingester::check_size(std::uint64_t bytes) const {
  if (bytes > options_.max_file_bytes)
    throw Error(ErrorKind::TooLarge, fmt::format("it has {} bytes, the limit is {}: split it, or raise documents.max_file_mb", bytes, options_.max_file_bytes));
}

ReadFile Ingester::read(const Run& run, Pending& pending) const {
  const std::string source = pending.path.string();
  ReadFile failed{
      .source = source, .outcome = AddOutcome::Failed, .reason = pending.refused, .unchanged = {}, .stamp = pending.stamp, .version = {}, .texts = {}};
  if (!pending.refused.empty()) return failed;
  try {
    check_size(pending.stamp.bytes);
    std::string bytes = pending.is_inside ? std::move(pending.bytes) : read_file(pending.path, options_.max_file_bytes);
    return read_bytes(run, source, pending.stamp, std::move(bytes), true);
  } catch (const Error& error) {
    if (detail::ends_everything(error)) throw;
    failed.reason = error.what();
    return failed;
  }
}

ReadFile Ingester::read_bytes(const Run& run, const std::string& source, const store::FileStamp& stamp, std::string bytes, bool looks_for_known) const {
  const auto workspace = run.caller.workspace_id;
  const Sha256 digest = sha256(bytes);
  ReadFile file{.source = source, .reason = {}, .unchanged = {}, .stamp = stamp, .version = {}, .texts = {}};
  if (auto before = store_.find_document_by_source(workspace, source)) {
    file.outcome = AddOutcome::Updated;
    if (before->content_sha256 == digest && store_.is_prepared(workspace, before->id, run.chunking)) {
      file.outcome = AddOutcome::Unchanged;
      file.unchanged = *std::move(before);
      return file;
    }
  }
  const documents::Loader& loader = documents::loader_for(source, bytes);
  file.version = {.source = source,
                  .stamp = stamp,
                  .content_sha256 = digest,
                  .bytes = std::move(bytes),
                  .parsed = {},
                  .chunks = {},
                  .chunking = run.chunking,
                  .embedding_model = run.model};
  file.version.parsed.media_type = loader.media_type();
  file.is_known = looks_for_known && store_.holds_content(workspace, known_content_of(file.version));
  if (file.is_known) return file;
  file.version.parsed = documents::load_in_worker(
      loader, file.version.bytes, run.stop, [&](std::size_t done, std::size_t total) { run.recognition->is_at(source, done, total); }, options_.pictures);
  cut(file);
  return file;
}

void Ingester::cut(ReadFile& file) const {
  const documents::ParsedDocument& parsed = file.version.parsed;
  const auto chunks = documents::chunk_document(parsed, {.target_tokens = options_.chunk_tokens,
                                                         .overlap_tokens = options_.chunk_overlap,
                                                         .count_tokens = [this](std::string_view text) { return embedder_.count_tokens(text); }});
  for (const documents::Chunk& chunk : chunks) {
    const std::string_view text = std::string_view(parsed.text).substr(chunk.text.begin, chunk.text.size());
    file.texts.push_back(detail::embedded_text(chunk.heading_path, text));
    file.version.chunks.push_back({.text = chunk.text,
                                   .heading_path = chunk.heading_path,
                                   .tokens = chunk.tokens,
                                   .words = fmt::format("{}", fmt::join(documents::index_terms(file.texts.back()), " ")),
                                   .vector = {}});
  }
}

/// Of files with the same bytes only the first is embedded: the others share its content when they are stored.
void Ingester::embed_group(Run& run, std::span<ReadFile> group) {
  std::vector<ReadFile*> distinct;
  std::set<std::pair<Sha256, std::string>> seen;
  for (ReadFile& file : group) {
    if (file.texts.empty()) continue;
    // The other one may be of this group, or was stored since this one was read.
    file.is_known = !seen.emplace(file.version.content_sha256, file.version.parsed.media_type).second ||
                    store_.holds_content(run.caller.workspace_id, known_content_of(file.version));
    if (!file.is_known) distinct.push_back(&file);
  }
  try {
    return embed(run, distinct);
  } catch (const Error& error) {
    if (detail::ends_everything(error)) throw;
  }
  // One of them is at fault, or the model is away: whoever fails alone is told of.
  for (ReadFile* file : distinct) {
    try {
      embed(run, {&file, 1});
    } catch (const Error& error) {
      if (detail::ends_everything(error)) throw;
      file->outcome = AddOutcome::Failed;
      file->reason = error.what();
    }
  }
}

void Ingester::embed(Run& run, std::span<ReadFile* const> files) {
  std::vector<std::string> texts;
  std::vector<std::vector<float>*> vectors;
  run.group_bytes = 0;
  for (ReadFile* file : files) {
    run.group_bytes += file->stamp.bytes;
    for (std::size_t i = 0; i < file->texts.size(); ++i) {
      texts.push_back(file->texts[i]);
      vectors.push_back(&file->version.chunks[i].vector);
    }
  }
  run.progress.chunks_done = 0;
  run.progress.chunks_total = texts.size();
  std::size_t tokens = 0;
  for (std::size_t begin = 0; begin < texts.size(); begin += kEmbeddedTogether) {
    run.stop_if_asked();
    run.report("embedding");
    const std::size_t count = std::min(kEmbeddedTogether, texts.size() - begin);
    const Stopwatch watch;
    const auto embeddings = embedder_.embed(std::span(texts).subspan(begin, count), llm::EmbedAs::Passage, run.stop);
    run.summary.embed_ms += watch.elapsed_ms();
    for (std::size_t i = 0; i < count; ++i) {
      const auto row = embeddings.row(i);
      vectors[begin + i]->assign(row.begin(), row.end());
    }
    tokens += embeddings.tokens;
    run.progress.tokens_done += embeddings.tokens;
    run.progress.chunks_done = begin + count;
  }
  run.summary.chunks += texts.size();
  run.summary.tokens += tokens;
}

FileResult Ingester::store(Run& run, ReadFile& file) {
  const auto workspace = run.caller.workspace_id;
  if (file.outcome == AddOutcome::Unchanged) {
    store_.update_stamp(workspace, file.unchanged.id, file.stamp);
    return {.source = file.source, .outcome = file.outcome, .reason = {}, .document = file.unchanged};
  }
  if (file.outcome == AddOutcome::Failed) return {.source = file.source, .outcome = file.outcome, .reason = file.reason, .document = {}};
  if (file.is_known) {
    if (auto shared = store_.put_known_content(workspace, known_content_of(file.version)))
      return {.source = file.source, .outcome = file.outcome, .reason = {}, .document = *std::move(shared)};
    // Whoever held it was removed meanwhile, or could not be embedded.
    file = read_bytes(run, file.source, file.stamp, std::move(file.version.bytes), false);
    ReadFile* const only = &file;
    embed(run, {&only, 1});
  }
  return {.source = file.source, .outcome = file.outcome, .reason = {}, .document = store_.put_version(workspace, file.version)};
}

FileResult Ingester::store_or_note(Run& run, ReadFile& file) {
  FileResult result{.source = file.source, .outcome = AddOutcome::Failed, .reason = {}, .document = {}};
  try {
    result = store(run, file);
  } catch (const Error& error) {
    if (detail::ends_everything(error)) throw;
    result.reason = error.what();
  }
  if (result.outcome == AddOutcome::Failed)
    store_.note_file(run.caller.workspace_id, {.source = file.source, .stamp = file.stamp, .chunking = run.chunking, .reason = result.reason});
  return result;
}

}  // namespace panduan::ingest
