#pragma once
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "ingest/ingester.h"

namespace panduan::ingest {
namespace detail {

/// Throws Error: NotFound, Forbidden.
store::FileStamp stamp_of(const std::filesystem::path& path);

/// Whether a file is one that holds others, by its name or where that tells nothing by its first bytes.
bool holds_files(const std::filesystem::path& path);

/// Under this source a file that holds others is noted when all of them were read; under its own stands what is wrong with it.
inline std::string inside_of(const std::string& source) { return source + "/"; }

/// What is embedded of a passage. The headings say what it is about where its own words do not.
inline std::string embedded_text(std::string_view heading_path, std::string_view text) {
  return heading_path.empty() ? std::string(text) : fmt::format("{}\n{}", heading_path, text);
}

/// These would meet every other file, too.
inline bool ends_everything(const Error& error) { return error.kind() == ErrorKind::Cancelled || error.kind() == ErrorKind::NoSpace; }

}  // namespace detail

/// A file that has to be read.
struct Ingester::Pending {
  std::filesystem::path path;
  store::FileStamp stamp;
  std::string refused;  ///< why it cannot be looked at
  std::string bytes;    ///< of a file that lies in another one; else it is read from its path
  bool is_inside = false;
};

/// Which document's pictures are being read, and how far; the reading threads say so.
class Recognition {
 public:
  void is_at(const std::string& source, std::size_t done, std::size_t total) {
    const std::scoped_lock lock(mutex_);
    source_ = source;
    done_ = done;
    total_ = total;
  }
  /// False while there is none.
  bool show(AddProgress& progress) const {
    const std::scoped_lock lock(mutex_);
    if (done_ == total_) return false;
    progress.file = source_;
    progress.pages_done = done_;
    progress.pages_total = total_;
    return true;
  }

 private:
  mutable std::mutex mutex_;
  std::string source_;
  std::size_t done_ = 0, total_ = 0;
};

/// What one call carries from step to step.
struct Ingester::Run {
  identity::Caller caller;
  store::EmbeddingModelId model = 0;
  std::string chunking;
  const AddSink& sink;
  const std::stop_token& stop;
  Stopwatch watch{};
  AddProgress progress{};
  AddSummary summary{};
  std::uint64_t group_bytes = 0;  ///< of the files that are being embedded
  std::unique_ptr<Recognition> recognition = std::make_unique<Recognition>();

  void tell_of_recognition() {
    if (recognition->show(progress)) report("recognising");
    progress.pages_done = progress.pages_total = 0;
  }

  void report(const std::string& step) {
    progress.step = step;
    progress.tokens_per_second = summary.embed_ms > 0 ? static_cast<double>(progress.tokens_done) / summary.embed_ms * 1000 : 0;
    const double of_group = progress.chunks_total == 0 ? 0 : static_cast<double>(progress.chunks_done) / static_cast<double>(progress.chunks_total);
    const double done = static_cast<double>(progress.bytes_done) + of_group * static_cast<double>(group_bytes);
    const double left = static_cast<double>(progress.bytes_total) - done;
    if (progress.bytes_total == 0) {  // no file is read: the passages are counted
      const double seconds = watch.elapsed_ms() / 1000;
      progress.seconds_left = of_group > 0 ? seconds / of_group * (1 - of_group) : -1;
    } else progress.seconds_left = done > 0 ? std::max(0.0, left) / done * watch.elapsed_ms() / 1000 : -1;
    if (sink.on_progress) sink.on_progress(progress);
  }
  void stop_if_asked() const {
    if (stop.stop_requested()) throw Error(ErrorKind::Cancelled, "stopped; what was added stays, run the same command to go on");
  }
  void tell(const FileResult& result) {
    switch (result.outcome) {
      case AddOutcome::Added: ++summary.added; break;
      case AddOutcome::Updated: ++summary.updated; break;
      case AddOutcome::Unchanged: ++summary.unchanged; break;
      case AddOutcome::Failed: ++summary.failed; break;
      case AddOutcome::Moved: ++summary.moved; break;
      case AddOutcome::Removed: ++summary.removed; break;
    }
    if (sink.on_file) sink.on_file(result);
  }
};

}  // namespace panduan::ingest
