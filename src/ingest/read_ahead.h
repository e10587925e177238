#pragma once
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "ingest/progress.h"

namespace panduan::ingest {

/// A file that was read and cut, on its way to the store.
struct ReadFile {
  std::string source;
  AddOutcome outcome = AddOutcome::Added;  ///< Unchanged and Failed ones have no version
  std::string reason;
  store::Document unchanged;
  store::FileStamp stamp;
  bool is_known = false;  ///< its content is stored already, under another source
  store::NewVersion version;
  std::vector<std::string> texts;  ///< one a chunk, as it is embedded

  std::uint64_t bytes() const { return version.bytes.size() + 2 * version.parsed.text.size(); }
};

/// Reads files on threads of its own, ahead of who takes them, as far as its bounds allow; they come in order.
class ReadAhead {
 public:
  /// `read` is called with 0 to count - 1, on any of the threads.
  ReadAhead(std::size_t count, std::function<ReadFile(std::size_t)> read);
  ~ReadAhead();
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;

  /// The next files, up to so many passages together: waits for one, and takes the others that are there. Empty at the end. Throws what `read` threw, and
  /// Error{Cancelled}. Calls `while_waiting` several times a second.
  std::vector<ReadFile> take(std::size_t passages, const std::function<void()>& while_waiting, const std::stop_token& stop);

 private:
  void run(const std::stop_token& stop);
  bool may_start() const;

  const std::size_t count_;
  const std::function<ReadFile(std::size_t)> read_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::map<std::size_t, ReadFile> waiting_;
  std::map<std::size_t, std::exception_ptr> failures_;
  std::uint64_t waiting_bytes_ = 0;
  std::size_t next_to_read_ = 0;
  std::size_t next_to_take_ = 0;
  std::vector<std::jthread> threads_;
};

}  // namespace panduan::ingest
