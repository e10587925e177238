#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/log.h"
#include "cli/commands.h"
#include "cli/ingestion_text.h"
#include "cli/jobs_text.h"
#include "cli/open.h"
#include "cli/print_json.h"
#include "cli/terminal.h"
#include "ingest/folder_watch.h"
#include "server/json.h"

// sync: documents are kept in step with folders
namespace panduan::cli {
namespace {

std::filesystem::path absolute(const std::string& name) {
  std::error_code error;
  auto path = std::filesystem::weakly_canonical(name, error);
  return error ? std::filesystem::path(name) : path;
}

class Syncing {
 public:
  explicit Syncing(const Session& session) : session_(session), workbench_(open(session.config)) {}

  int run() {
    const Arguments& arguments = session_.arguments;
    if (arguments.lists_folders) return list();
    if (arguments.unfollows) return unfollow();
    const auto folders = this->folders();
    if (arguments.in_background) return submit(folders);
    int code = 0;
    for (const auto& folder : folders) code = std::max(code, pass(folder, true));
    return arguments.watches ? watch(folders) : code;
  }

 private:
  std::vector<std::filesystem::path> folders() const {
    std::vector<std::filesystem::path> folders;
    for (const auto& name : session_.arguments.names) folders.push_back(absolute(name));
    if (folders.empty()) {
      for (const auto& folder : workbench_->followed_folders(workbench_->local_caller())) folders.emplace_back(folder);
    }
    if (folders.empty()) throw Error(ErrorKind::InvalidInput, "no folder is followed yet: 'panduan sync DIR' follows one");
    return folders;
  }

  int submit(const std::vector<std::filesystem::path>& folders) const {
    std::vector<app::LongWork> works;
    for (const auto& folder : folders)
      works.emplace_back(app::SyncWork{.folder = folder, .how = {.empties = session_.arguments.empties, .retries = session_.arguments.retries}});
    return submit_jobs(session_, works);
  }

  /// Says nothing where nothing has changed, unless it is to `speak`.
  int pass(const std::filesystem::path& folder, bool speak) {
    const bool json = session_.arguments.json;
    StatusLine status;
    if (speak) status.set("loading the embedding model…");
    const ingest::SyncOptions how{.empties = session_.arguments.empties, .retries = session_.arguments.retries && speak};
    const auto summary = workbench_->sync(workbench_->local_caller(), folder, how, printing_sink(status, json), session_.stop);
    status.clear();
    const bool is_quiet = summary.added + summary.updated + summary.failed + summary.moved + summary.removed == 0;
    if (speak || !is_quiet) {
      if (json) print_json(server::to_json(summary));
      else print_summary(summary);
      std::fflush(stdout);
    }
    return summary.failed > 0 ? 1 : 0;
  }

  int watch(const std::vector<std::filesystem::path>& folders) {
    ingest::FolderWatch watch(folders);
    if (!session_.arguments.json) {
      fmt::print("{}\n", styled(watch.polls() ? "Looking every 30 s, for there are more folders than this system watches at once; Ctrl-C ends it."
                                              : "Watching; Ctrl-C ends it.",
                                Style::Dim));
      std::fflush(stdout);
    }
    constexpr std::chrono::milliseconds kSoon = std::chrono::seconds(30);
    constexpr std::chrono::milliseconds kNever = std::chrono::milliseconds::max();
    bool failed = false;
    while (workbench_.reset(), watch.wait(session_.stop, failed ? kSoon : kNever)) {  // while nothing happens, the store is free for others
      failed = false;
      try {
        workbench_ = open(session_.config);
        for (const auto& folder : folders) pass(folder, false);
      } catch (const Error& error) {
        if (error.kind() == ErrorKind::Cancelled) return 0;
        log::warning(error.what());  // a folder that is not mounted just now, a store that is busy: it may be well again
        failed = true;
      }
    }
    return 0;
  }

  int list() {
    const auto folders = workbench_->followed_folders(workbench_->local_caller());
    if (session_.arguments.json) {
      print_json({{"folders", folders}});
      return 0;
    }
    for (const auto& folder : folders) fmt::print("{}\n", printable(folder));
    if (folders.empty()) fmt::print("No folder is followed yet: 'panduan sync DIR' follows one.\n");
    return 0;
  }

  int unfollow() {
    if (session_.arguments.names.empty()) throw Error(ErrorKind::InvalidInput, "--unfollow needs the folder: 'panduan sync --list' shows them");
    for (const auto& name : session_.arguments.names) {
      const std::string folder = absolute(name).string();
      workbench_->unfollow(workbench_->local_caller(), folder);
      if (!session_.arguments.json) fmt::print("{} {}; its documents stay\n", styled("no longer followed:", Style::Green), printable(folder));
    }
    return 0;
  }

  const Session& session_;
  std::unique_ptr<app::Workbench> workbench_;
};

}  // namespace

int run_sync(const Session& session) { return Syncing(session).run(); }

}  // namespace panduan::cli
