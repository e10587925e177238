#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "store/records.h"

namespace panduan::ingest {

enum class AddOutcome { Added, Updated, Unchanged, Failed };

/// One file is done.
struct FileResult {
  std::string source;
  AddOutcome outcome = AddOutcome::Added;
  std::string reason;  ///< of a failure: one line, what and what to do
  store::Document document;  ///< empty when it failed
};

/// Where an `add` stands; sent several times a second.
struct AddProgress {
  std::size_t files_done = 0, files_total = 0;
  std::string file;   ///< the one being worked on
  std::string step;   ///< "reading", "embedding", "storing"
  std::size_t chunks_done = 0, chunks_total = 0;  ///< of this file
  std::size_t tokens_done = 0;                    ///< embedded so far, of all files
  double tokens_per_second = 0;
};

struct AddSummary {
  std::size_t added = 0, updated = 0, unchanged = 0, failed = 0;
  std::size_t chunks = 0, tokens = 0;
  double total_ms = 0, embed_ms = 0;
};

/// Callbacks of an `add`; either may be empty.
struct AddSink {
  std::function<void(const AddProgress&)> on_progress;
  std::function<void(const FileResult&)> on_file;
};

}  // namespace panduan::ingest
