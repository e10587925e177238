#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "store/records.h"

namespace panduan::ingest {

enum class AddOutcome { Added, Updated, Unchanged, Failed, Moved, Removed };

/// One file is done.
struct FileResult {
  std::string source;
  AddOutcome outcome = AddOutcome::Added;
  std::string reason;  ///< of a failure: one line, what and what to do; of a moved file: where it was
  store::Document document;  ///< empty when it failed
};

/// Where an `add` or `sync` stands; sent several times a second.
struct AddProgress {
  std::size_t files_done = 0, files_total = 0;  ///< of those that have to be looked at
  std::uint64_t bytes_done = 0, bytes_total = 0;
  std::string file;   ///< the one being worked on
  std::string step;   ///< "looking", "reading", "recognising", "unpacking", "embedding", "storing", "indexing"
  std::size_t chunks_done = 0, chunks_total = 0;  ///< of what is being embedded
  std::size_t pages_done = 0, pages_total = 0;    ///< pictures of a document that are being read, most of them whole pages
  std::size_t tokens_done = 0;                    ///< embedded so far, of all files
  double tokens_per_second = 0;
  double seconds_left = -1;  ///< below zero while nothing can be said
};

struct AddSummary {
  std::size_t added = 0, updated = 0, unchanged = 0, failed = 0;
  std::size_t moved = 0, removed = 0;
  std::size_t failed_before = 0;  ///< could not be read in an earlier run, and have not changed since
  std::size_t chunks = 0, tokens = 0;
  std::size_t reindexed = 0;  ///< passages that the present embedding model embedded after another one
  double total_ms = 0, embed_ms = 0;
};

/// Callbacks of an `add` or `sync`; either may be empty.
struct AddSink {
  std::function<void(const AddProgress&)> on_progress;
  std::function<void(const FileResult&)> on_file;
};

}  // namespace panduan::ingest
