#include "ingest/folder_watch.h"

#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <string_view>

namespace panduan::ingest {
namespace {

namespace fs = std::filesystem;
using Time = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kLookAtStop{200};
constexpr std::chrono::seconds kQuiet{1};
constexpr std::chrono::seconds kLongestUnrest{10};
constexpr std::chrono::seconds kPollEvery{30};
constexpr std::uint32_t kEvents = IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;

bool is_hidden(std::string_view name) { return name.starts_with('.') && name != ".gitignore" && name != ".panduanignore"; }

}  // namespace

FolderWatch::FolderWatch(std::vector<fs::path> folders) : roots_(std::move(folders)), inotify_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
  polls_ = inotify_ < 0;
  for (const fs::path& root : roots_) add(root);
}

FolderWatch::~FolderWatch() {
  if (inotify_ >= 0) ::close(inotify_);
}

void FolderWatch::add(const fs::path& folder) {
  if (polls_) return;
  const int watch = ::inotify_add_watch(inotify_, folder.c_str(), kEvents);
  if (watch < 0) {
    polls_ = errno == ENOSPC || errno == ENOMEM;  // else the folder went away, or may not be read
    return;
  }
  watched_[watch] = folder;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    std::error_code ignored;
    if (!entry->is_symlink(ignored) && entry->is_directory(ignored) && !is_hidden(entry->path().filename().string())) add(entry->path());
  }
}

bool FolderWatch::lacks_a_root() const {
  return std::ranges::any_of(roots_,
                             [this](const fs::path& root) { return std::ranges::none_of(watched_, [&](const auto& one) { return one.second == root; }); });
}

/// Whether one of them matters.
bool FolderWatch::read_events() {
  alignas(inotify_event) std::array<char, 1U << 16U> buffer{};
  bool matters = false;
  while (true) {
    const ssize_t count = ::read(inotify_, buffer.data(), buffer.size());
    if (count <= 0) return matters;
    for (std::size_t at = 0; at < static_cast<std::size_t>(count);) {
      inotify_event event{};
      std::memcpy(&event, buffer.data() + at, sizeof event);
      const std::string_view name = event.len == 0 ? std::string_view() : std::string_view(buffer.data() + at + sizeof event);
      at += sizeof event + event.len;
      const bool is_folder = (event.mask & IN_ISDIR) != 0;
      if ((event.mask & IN_IGNORED) != 0) watched_.erase(event.wd);
      // A file that was made is still written to, and says so when it is closed.
      else if (!is_hidden(name) && (is_folder || (event.mask & IN_CREATE) == 0)) matters = true;
      const auto folder = watched_.find(event.wd);
      if (is_folder && (event.mask & (IN_CREATE | IN_MOVED_TO)) != 0 && folder != watched_.end() && !is_hidden(name)) add(folder->second / name);
    }
  }
}

bool FolderWatch::wait(const std::stop_token& stop, std::chrono::milliseconds at_latest) {
  const auto started = Time::now();
  auto first = Time::time_point::max();
  auto last = first;
  while (!stop.stop_requested()) {
    pollfd readable{.fd = inotify_, .events = POLLIN, .revents = 0};
    ::poll(&readable, 1, static_cast<int>(kLookAtStop.count()));
    const auto now = Time::now();
    if (inotify_ >= 0 && read_events()) {
      if (first == Time::time_point::max()) first = now;
      last = now;
    }
    if (first != Time::time_point::max() && (now - last >= kQuiet || now - first >= kLongestUnrest)) return true;
    if (std::chrono::floor<std::chrono::milliseconds>(now - started) >= at_latest) return true;
    if ((polls_ || lacks_a_root()) && now - started >= kPollEvery) {
      for (const fs::path& root : roots_) add(root);  // one that is watched already keeps its number
      return true;
    }
  }
  return false;
}

}  // namespace panduan::ingest
