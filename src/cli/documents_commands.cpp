#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/open.h"
#include "cli/print_json.h"
#include "cli/terminal.h"
#include "documents/loader.h"
#include "server/json.h"

// add, list, remove
namespace panduan::cli {
namespace {

std::string file_name(const std::string& source) { return std::filesystem::path(source).filename().string(); }

std::string bar(std::size_t done, std::size_t total) {
  constexpr std::size_t kWidth = 20;
  const std::size_t filled = total == 0 ? 0 : done * kWidth / total;
  std::string drawn;
  for (std::size_t i = 0; i < kWidth; ++i) drawn += i < filled ? "━" : "─";
  return drawn;
}

std::string progress_text(const ingest::AddProgress& p) {
  std::string text = fmt::format("{}/{} {}", p.files_done + 1, p.files_total, printable(file_name(p.file)));
  if (p.step != "embedding") return fmt::format("{}  {}", text, p.step);
  text += fmt::format("  {} {}/{} passages", bar(p.chunks_done, p.chunks_total), p.chunks_done, p.chunks_total);
  if (p.tokens_per_second > 0 && p.chunks_done > 0) {
    const double tokens_per_chunk = 256;
    text += fmt::format(", {:.0f} tokens/s, {:.0f} s left", p.tokens_per_second,
                        static_cast<double>(p.chunks_total - p.chunks_done) * tokens_per_chunk / p.tokens_per_second);
  }
  return text;
}

void print_file(const ingest::FileResult& result) {
  const std::string name = printable(result.source);
  switch (result.outcome) {
    case ingest::AddOutcome::Added:
    case ingest::AddOutcome::Updated: {
      const auto& document = result.document;
      const std::string pages = document.pages > 0 ? fmt::format("{} pages, ", document.pages) : "";
      fmt::print("{} {} {}\n", styled(result.outcome == ingest::AddOutcome::Added ? "added  " : "updated", Style::Green), name,
                 styled(fmt::format("({}{} passages)", pages, document.chunks), Style::Dim));
      break;
    }
    case ingest::AddOutcome::Unchanged: fmt::print("{} {}\n", styled("same   ", Style::Dim), name); break;
    case ingest::AddOutcome::Failed: fmt::print("{} {}: {}\n", styled("failed ", Style::Red), name, printable(result.reason)); break;
  }
}

/// By id or source; a path is one of this process, whose folder is not the server's.
store::Document remove_named(app::Workbench& workbench, const std::string& name) {
  const auto caller = workbench.local_caller();
  std::error_code error;
  const auto path = std::filesystem::weakly_canonical(name, error).string();
  std::vector<std::string> candidates{name};
  if (!error && path != name) candidates.push_back(path);
  for (const auto& candidate : candidates) {
    try {
      return workbench.remove(caller, candidate);
    } catch (const Error& not_found) {
      if (not_found.kind() != ErrorKind::NotFound) throw;
    }
  }
  throw Error(ErrorKind::NotFound, fmt::format("there is no document '{}': 'panduan list' shows what is there", name));
}

}  // namespace

int run_add(const Session& session) {
  const auto workbench = open(session.config);
  StatusLine status;
  status.set("loading the embedding model…");
  std::vector<std::filesystem::path> paths;
  for (const auto& name : session.arguments.names) {
    std::error_code error;
    const auto absolute = std::filesystem::absolute(name, error);
    paths.push_back(error ? std::filesystem::path(name) : absolute);
  }
  const bool json = session.arguments.json;
  const ingest::AddSink sink{.on_progress = [&](const ingest::AddProgress& progress) { status.set(progress_text(progress)); },
                             .on_file =
                                 [&](const ingest::FileResult& result) {
                                   status.clear();
                                   if (json) print_json(server::to_json(result));
                                   else print_file(result);
                                   std::fflush(stdout);
                                 }};
  const auto summary = workbench->add(workbench->local_caller(), paths, sink, session.stop);
  status.clear();
  if (json) {
    print_json(server::to_json(summary));
  } else {
    fmt::print("{} added, {} updated, {} the same, {} failed", summary.added, summary.updated, summary.unchanged, summary.failed);
    if (summary.tokens > 0)
      fmt::print("; {} passages, {} tokens at {:.0f} tokens/s, {} in all", summary.chunks, summary.tokens,
                 static_cast<double>(summary.tokens) / summary.embed_ms * 1000, human_duration(summary.total_ms));
    fmt::print("\n");
    if (summary.added + summary.updated + summary.unchanged + summary.failed == 0)
      fmt::print("No file with a known ending was found there: {} are read.\n", documents::readable_formats());
  }
  return summary.failed > 0 ? 1 : 0;
}

int run_list(const Session& session) {
  const auto workbench = open(session.config);
  const auto list = workbench->list(workbench->local_caller(), session.arguments.list_limit, session.arguments.cursor);
  if (session.arguments.json) {
    print_json(server::to_json(list));
    return 0;
  }
  for (const auto& document : list.documents) {
    const std::string pages = document.pages > 0 ? fmt::format("{} pages, ", document.pages) : "";
    fmt::print("{}  {}  {}\n", styled(document.id, Style::Cyan), printable(document.source),
               styled(fmt::format("({}{} passages, {})", pages, document.chunks, human_bytes(document.stamp.bytes)), Style::Dim));
  }
  if (list.documents.empty()) fmt::print("No documents yet: 'panduan add PATH' adds some.\n");
  if (!list.next.empty()) fmt::print("There are more: --cursor {}\n", list.next);
  return 0;
}

int run_remove(const Session& session) {
  const auto workbench = open(session.config);
  for (const auto& name : session.arguments.names) {
    const auto document = remove_named(*workbench, name);
    if (session.arguments.json) print_json(server::to_json(document));
    else fmt::print("{} {}\n", styled("removed", Style::Green), printable(document.source));
  }
  return 0;
}

}  // namespace panduan::cli
