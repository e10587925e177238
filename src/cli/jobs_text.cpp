#include "cli/jobs_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "cli/ingestion_text.h"
#include "cli/open.h"
#include "cli/print_json.h"
#include "cli/terminal.h"
#include "server/json.h"

namespace panduan::cli {
namespace {

using store::JobState;

Style style_of(JobState state) {
  switch (state) {
    case JobState::Waiting: return Style::Dim;
    case JobState::Running: return Style::Cyan;
    case JobState::Done: return Style::Green;
    case JobState::Failed: return Style::Red;
    case JobState::Cancelled: return Style::Yellow;
  }
  return Style::Dim;
}

std::string name_of(const app::AddWork& work) {
  if (work.paths.empty()) return "nothing";
  const std::string first = printable(work.paths.front().string());
  return work.paths.size() == 1 ? first : fmt::format("{} and {} more", first, work.paths.size() - 1);
}
std::string name_of(const app::SyncWork& work) { return printable(work.folder.string()); }
std::string name_of(const app::UploadWork& work) { return printable(work.name); }
std::string name_of(const app::IndexWork&) { return "by the new embedding model"; }

}  // namespace

std::string what_of(const store::Job& job) {
  return std::visit([](const auto& work) { return name_of(work); }, app::work_of(job.kind, job.arguments));
}

std::string standing_of(const store::Job& job) {
  switch (job.state) {
    case JobState::Running: return job.progress.empty() ? "begins" : progress_text(server::add_progress_from_json(server::parse_json(job.progress)));
    case JobState::Waiting:
      if (job.next_attempt_ms == 0) return "";
      return fmt::format("tried again at {}: {}", local_time(job.next_attempt_ms), printable(job.error));
    case JobState::Done: return job.result.empty() ? "" : summary_text(server::add_summary_from_json(server::parse_json(job.result)));
    case JobState::Failed: return printable(job.error);
    case JobState::Cancelled: break;
  }
  return "";
}

std::string line_of(const store::Job& job) {
  const std::string standing = standing_of(job);
  const std::string priority = job.priority == store::JobPriority::Normal ? "" : fmt::format(" ({} priority)", server::name_of(job.priority));
  const std::string state = styled(server::name_of(job.state), style_of(job.state));
  return fmt::format("{}  {}  {} {}{}{}  {}", styled(job.id, Style::Cyan), state, job.kind, what_of(job), priority, standing.empty() ? "" : ": " + standing,
                     styled(local_time(std::max({job.created_ms, job.started_ms, job.finished_ms})), Style::Dim));
}

int exit_code_of(const store::Job& job) {
  if (job.state == JobState::Cancelled) return error_mapping(ErrorKind::Cancelled).exit_code;
  if (job.state == JobState::Failed) return error_mapping(error_kind_from_slug(job.error_kind)).exit_code;
  return !job.result.empty() && server::add_summary_from_json(server::parse_json(job.result)).failed > 0 ? 1 : 0;
}

int submit_jobs(const Session& session, const std::vector<app::LongWork>& works) {
  const auto workbench = open_serving(session.config);
  if (!workbench)
    throw Error(ErrorKind::Unavailable, "no panduan serves this data folder, so nothing would be done: start 'panduan serve', or leave out --background");
  const auto priority = server::priority_from_name(session.arguments.priority);
  for (const app::LongWork& work : works) {
    const auto job = workbench->submit(workbench->local_caller(), work, priority);
    if (session.arguments.json) print_json(server::to_json(job));
    else fmt::print("{}  {} {}: 'panduan jobs' lists it, 'panduan jobs wait {}' follows it\n", styled(job.id, Style::Cyan), job.kind, what_of(job), job.id);
  }
  return 0;
}

}  // namespace panduan::cli
