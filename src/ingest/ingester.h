#pragma once
#include <filesystem>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "documents/container.h"
#include "documents/worker.h"
#include "identity/caller.h"
#include "ingest/progress.h"
#include "ingest/read_ahead.h"
#include "llm/embedder.h"
#include "store/store.h"

namespace panduan::ingest {

struct IngestOptions {
  std::size_t chunk_tokens = 256;
  std::size_t chunk_overlap = 0;
  std::uint64_t max_file_bytes = 200ULL << 20U;
  documents::Pictures pictures = documents::Pictures::All;
  documents::ContainerLimits containers = {};  ///< of one, and in bytes also of all that lie in it
};

struct SyncOptions {
  /// A folder that is suddenly empty is more often one that was not mounted: its documents go only when this is asked for.
  bool empties = false;
  /// Looks again at what could not be read before, also where it has not changed.
  bool retries = false;
};

/// As the store keeps how a document was cut (store::NewVersion::chunking).
std::string chunking_of(const IngestOptions& options);

/// A file becomes passages: read, hash, parse, cut, embed, store. Files are read ahead of the embedder, and small ones embedded together. Each document is
/// stored whole, in one transaction, so a process that is killed leaves only whole documents, and the next run goes on where it stopped.
class Ingester {
 public:
  Ingester(store::Store& store, llm::Embedder& embedder, const IngestOptions& options) : store_(store), embedder_(embedder), options_(options) {}

  /// Files and folders. A file that cannot be added is reported to the sink and noted in the store, and the rest goes on; a full disk or a stop request
  /// ends it. Throws Error: Forbidden, NotFound (a path that is not there, before anything is added), NoSpace, Cancelled.
  AddSummary add(const identity::Caller& caller, const std::vector<std::filesystem::path>& paths, const AddSink& sink, const std::stop_token& stop);

  /// Makes the documents of a folder those that `add` would make of it now: what is new is added, what has changed is read again, what was moved inside the
  /// folder keeps its id, what is gone is removed. What has not changed costs a look at its size and time. Throws as add; InvalidInput for what is no
  /// folder, Conflict for a folder that has become empty.
  AddSummary sync(const identity::Caller& caller, const std::filesystem::path& folder, const SyncOptions& how, const AddSink& sink,
                  const std::stop_token& stop);

  /// Whether reindex has something to do.
  bool needs_index(const identity::Caller& caller);
  /// Embeds each passage that this embedder has not embedded yet, because another one did; then its vectors are searched, from one moment to the
  /// next, and the others erased. Until then the others are searched. A run that is stopped is gone on with. Throws as add.
  AddSummary reindex(const identity::Caller& caller, const AddSink& sink, const std::stop_token& stop);

  /// One document from bytes that are in memory, or the documents that they hold: all as it came out, and no source of theirs that is gone from them. Throws
  /// what made a document fail that holds no others.
  std::vector<FileResult> add_bytes(const identity::Caller& caller, const std::string& name, std::string bytes, const std::stop_token& stop,
                                    const std::function<void(const AddProgress&)>& on_progress = {});

 private:
  struct Run;
  struct Pending;
  struct Plan;
  Run begin(const identity::Caller& caller, const AddSink& sink, const std::stop_token& stop);
  Plan plan(const Run& run, const std::filesystem::path& folder, const SyncOptions& how) const;
  void move_files(Run& run, Plan& plan);
  void read_and_store(Run& run, std::vector<Pending>& pending);
  ReadFile read(const Run& run, Pending& pending) const;
  void check_size(std::uint64_t bytes) const;
  void note_failure(Run& run, const std::string& source, const store::FileStamp& stamp, const std::string& reason);
  bool is_container_known(const Run& run, const Pending& file) const;
  void add_container(Run& run, const Pending& file);
  struct Unpacking;
  std::string unpack(Run& run, Unpacking& unpacking, const std::string& source, std::string_view bytes, int depth);
  ReadFile read_bytes(const Run& run, const std::string& source, const store::FileStamp& stamp, std::string bytes, bool looks_for_known) const;
  void cut(ReadFile& file) const;
  void embed_group(Run& run, std::span<ReadFile> group);
  void embed(Run& run, std::span<ReadFile* const> files);
  FileResult store(Run& run, ReadFile& file);
  FileResult store_or_note(Run& run, ReadFile& file);

  store::Store& store_;
  llm::Embedder& embedder_;
  IngestOptions options_;
};

}  // namespace panduan::ingest
