#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/ingestion_text.h"
#include "cli/jobs_text.h"
#include "cli/open.h"
#include "cli/print_json.h"
#include "cli/terminal.h"
#include "documents/loader.h"
#include "server/json.h"

// add, reindex, list, remove
namespace panduan::cli {
namespace {

/// By id or source, or all below a path, which is one of this process, whose folder is not the server's. Gives what was removed: id and source.
std::vector<store::KnownSource> remove_named(app::Workbench& workbench, const std::string& name) {
  const auto caller = workbench.local_caller();
  std::error_code error;
  const auto path = std::filesystem::weakly_canonical(name, error).string();
  std::vector<std::string> candidates{name};
  if (!error && path != name) candidates.push_back(path);
  for (const auto& candidate : candidates) {
    try {
      const auto document = workbench.remove(caller, candidate);
      return {{.id = document.id, .source = document.source}};
    } catch (const Error& not_found) {
      if (not_found.kind() != ErrorKind::NotFound) throw;
    }
  }
  return workbench.remove_below(caller, candidates.back());
}

}  // namespace

int run_add(const Session& session) {
  std::vector<std::filesystem::path> paths;
  for (const auto& name : session.arguments.names) {
    std::error_code error;
    const auto absolute = std::filesystem::absolute(name, error);
    paths.push_back(error ? std::filesystem::path(name) : absolute);
  }
  if (session.arguments.in_background) return submit_jobs(session, {app::AddWork{.paths = std::move(paths)}});
  const auto workbench = open(session.config);
  StatusLine status;
  status.set("loading the embedding model…");
  const auto summary = workbench->add(workbench->local_caller(), paths, printing_sink(status, session.arguments.json), session.stop);
  status.clear();
  if (session.arguments.json) {
    print_json(server::to_json(summary));
  } else {
    print_summary(summary);
    if (summary.added + summary.updated + summary.unchanged + summary.failed == 0)
      fmt::print("No file with a known ending was found there: {} are read.\n", documents::readable_formats());
  }
  return summary.failed > 0 ? 1 : 0;
}

int run_reindex(const Session& session) {
  const auto workbench = open(session.config);
  StatusLine status;
  status.set("loading the embedding model…");
  const auto summary = workbench->reindex(workbench->local_caller(), printing_sink(status, session.arguments.json), session.stop);
  status.clear();
  if (session.arguments.json) print_json(server::to_json(summary));
  else if (summary.reindexed == 0) fmt::print("Everything is embedded by {} already.\n", workbench->readiness().embedding_model);
  else fmt::print("{} passages embedded by {} in {}\n", summary.reindexed, workbench->readiness().embedding_model, human_duration(summary.total_ms));
  return 0;
}

int run_list(const Session& session) {
  const auto workbench = open(session.config);
  const auto list = workbench->list(workbench->local_caller(), session.arguments.list_limit, session.arguments.cursor);
  if (session.arguments.json) {
    print_json(server::to_json(list));
    return 0;
  }
  for (const auto& document : list.documents) {
    fmt::print("{}  {}  {}\n", styled(document.id, Style::Cyan), printable(document.source),
               styled(fmt::format("({}, {})", contents_text(document), human_bytes(document.stamp.bytes)), Style::Dim));
  }
  for (const auto& failed : list.failed) fmt::print("{}  {}: {}\n", styled("failed", Style::Red), printable(failed.source), printable(failed.reason));
  if (list.documents.empty() && list.failed.empty()) fmt::print("No documents yet: 'panduan add PATH' adds some.\n");
  if (!list.next.empty()) fmt::print("There are more: --cursor {}\n", list.next);
  return 0;
}

int run_remove(const Session& session) {
  const auto workbench = open(session.config);
  for (const auto& name : session.arguments.names) {
    for (const auto& removed : remove_named(*workbench, name)) {
      if (session.arguments.json) print_json({{"event", "removed"}, {"id", removed.id}, {"source", removed.source}});
      else fmt::print("{} {}\n", styled("removed", Style::Green), printable(removed.source));
    }
  }
  return 0;
}

}  // namespace panduan::cli
