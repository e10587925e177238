#pragma once
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "identity/caller.h"
#include "ingest/progress.h"
#include "llm/embedder.h"
#include "store/store.h"

namespace panduan::ingest {

struct IngestOptions {
  std::size_t chunk_tokens = 256;
  std::size_t chunk_overlap = 0;
  std::uint64_t max_file_bytes = 200ULL << 20U;
};

/// As the store keeps how a document was cut (store::NewVersion::chunking).
std::string chunking_of(const IngestOptions& options);

/// A file becomes passages: read, hash, parse, cut, embed, store. Each document is stored whole, in one transaction, so a process
/// that is killed leaves only whole documents, and the next `add` goes on where it stopped.
class Ingester {
 public:
  Ingester(store::Store& store, llm::Embedder& embedder, const IngestOptions& options) : store_(store), embedder_(embedder), options_(options) {}

  /// Files and folders. A file that cannot be added is reported to the sink and the rest goes on; a full disk or a stop request
  /// ends it. Throws Error: Forbidden, NotFound (a path that is not there, before anything is added), NoSpace, Cancelled.
  AddSummary add(const identity::Caller& caller, const std::vector<std::filesystem::path>& paths, const AddSink& sink, const std::stop_token& stop);

  /// One document from bytes that are in memory. Throws what made it fail.
  FileResult add_bytes(const identity::Caller& caller, const std::string& name, std::string bytes, const std::stop_token& stop);

 private:
  struct Run;
  FileResult add_file(Run& run, const std::filesystem::path& path);
  FileResult store_bytes(Run& run, const std::string& source, const store::FileStamp& stamp, std::string bytes);
  std::vector<store::NewChunk> make_chunks(Run& run, const documents::ParsedDocument& parsed);

  store::Store& store_;
  llm::Embedder& embedder_;
  IngestOptions options_;
};

/// What `add` would look at: the files themselves, and in folders the files with a known ending; hidden ones and links to folders
/// are left out. Absolute paths, sorted, each once.
std::vector<std::filesystem::path> find_files(const std::vector<std::filesystem::path>& paths);

}  // namespace panduan::ingest
