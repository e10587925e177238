#pragma once
#include <chrono>
#include <filesystem>
#include <map>
#include <stop_token>
#include <vector>

namespace panduan::ingest {

/// Tells when something changes in folders and below them (inotify). Hidden ones are not watched.
class FolderWatch {
 public:
  /// A folder that is not there is looked for again with each change and each half a minute.
  explicit FolderWatch(std::vector<std::filesystem::path> folders);
  ~FolderWatch();
  FolderWatch(const FolderWatch&) = delete;
  FolderWatch& operator=(const FolderWatch&) = delete;

  /// Waits until something has changed and a second has passed without another change, or ten with them: whoever saves a folder full of files is let finish.
  /// Or until `at_latest` has passed. False when it is to stop.
  bool wait(const std::stop_token& stop, std::chrono::milliseconds at_latest = std::chrono::milliseconds::max());

  /// Whether it only looks every half a minute: the system has no inotify, or too few watches.
  bool polls() const { return polls_; }

 private:
  void add(const std::filesystem::path& folder);
  bool read_events();
  bool lacks_a_root() const;

  std::vector<std::filesystem::path> roots_;
  std::map<int, std::filesystem::path> watched_;
  int inotify_ = -1;
  bool polls_ = false;
};

}  // namespace panduan::ingest
