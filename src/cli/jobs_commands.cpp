#include <fmt/format.h>

#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/jobs_text.h"
#include "cli/open.h"
#include "cli/print_json.h"
#include "cli/terminal.h"
#include "server/json.h"

// jobs, jobs show, cancel, retry, wait, run
namespace panduan::cli {
namespace {

using store::Job;
using store::JobState;

constexpr std::chrono::milliseconds kLook{500};

void print(const Session& session, const Job& job) {
  if (session.arguments.json) print_json(server::to_json(job));
  else fmt::print("{}\n", line_of(job));
  std::fflush(stdout);
}

int list(const Session& session) {
  const auto workbench = open(session.config);
  const auto jobs = workbench->jobs(workbench->local_caller(), session.arguments.list_limit);
  for (const Job& job : jobs) print(session, job);
  if (jobs.empty() && !session.arguments.json)
    fmt::print("No jobs: 'panduan add --background PATH' and 'panduan sync --background DIR' give some to the server.\n");
  return 0;
}

void show(const Session& session, const Job& job) {
  if (session.arguments.json) return print(session, job);
  fmt::print("{}\n", line_of(job));
  const auto fact = [](std::string_view name, const std::string& value) {
    if (!value.empty()) fmt::print("  {} {}\n", styled(fmt::format("{:<10}", name), Style::Dim), value);
  };
  const auto time = [](std::int64_t ms) { return ms == 0 ? std::string() : local_time(ms); };
  const app::LongWork work = app::work_of(job.kind, job.arguments);
  if (const auto* add = std::get_if<app::AddWork>(&work)) {
    for (const auto& path : add->paths) fact("path", printable(path.string()));
  }
  fact("priority", std::string(server::name_of(job.priority)));
  fact("attempts", std::to_string(job.attempts));
  fact("submitted", time(job.created_ms));
  fact("begun", time(job.started_ms));
  fact("ended", time(job.finished_ms));
}

int cancel(const Session& session) {
  const auto workbench = open(session.config);
  for (const auto& id : session.arguments.names) {
    const Job job = workbench->cancel_job(workbench->local_caller(), id);
    if (session.arguments.json) print_json(server::to_json(job));
    else if (job.state == JobState::Running)
      fmt::print("{} {}: it ends in a moment, and what was added stays\n", styled("asked to stop", Style::Yellow), job.id);
    else fmt::print("{} {}\n", styled("cancelled", Style::Yellow), job.id);
  }
  return 0;
}

int retry(const Session& session) {
  const auto serving = open_serving(session.config);
  const auto workbench = serving ? nullptr : open(session.config);
  app::Workbench& to = serving ? *serving : *workbench;
  for (const auto& id : session.arguments.names) {
    const Job job = to.retry_job(to.local_caller(), id);
    if (session.arguments.json) print_json(server::to_json(job));
    else fmt::print("{} {}{}\n", styled("waits", Style::Green), job.id, serving ? "" : ": 'panduan serve' or 'panduan jobs run' does it");
  }
  return 0;
}

/// Ctrl-C ends the looking, not the job.
void rest(const std::stop_token& stop) {
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable_any never;
  never.wait_for(lock, stop, kLook, [] { return false; });
  if (stop.stop_requested()) throw Error(ErrorKind::Cancelled, "no longer followed; the job goes on");
}

int wait(const Session& session) {
  const auto serving = open_serving(session.config);
  const auto workbench = serving ? nullptr : open(session.config);
  app::Workbench& from = serving ? *serving : *workbench;
  const auto& id = session.arguments.names.at(0);
  StatusLine status;
  while (true) {
    const Job job = from.job(from.local_caller(), id);
    if (job.is_over()) {
      status.clear();
      print(session, job);
      return exit_code_of(job);
    }
    if (!serving) throw Error(ErrorKind::Unavailable, "nobody does it while no server runs: start 'panduan serve', or do it with 'panduan jobs run'");
    const std::string standing = standing_of(job);
    status.set(standing.empty() ? "waiting" : standing);
    rest(session.stop);
  }
}

int run(const Session& session) {
  if (open_serving(session.config)) {
    fmt::print("The panduan that serves this data folder does what waits: 'panduan jobs' shows how far it is.\n");
    return 0;
  }
  const auto workbench = app::open_workbench(session.config);
  StatusLine status;
  std::size_t failed = 0, done = 0;
  workbench->work_off_jobs(
      [&](const Job& job) {
        if (job.state == JobState::Running) return status.set(job.progress.empty() ? fmt::format("{} {}", job.kind, what_of(job)) : standing_of(job));
        status.clear();
        print(session, job);
        if (job.state == JobState::Failed) ++failed;
        ++done;
      },
      session.stop);
  status.clear();
  if (session.stop.stop_requested()) throw Error(ErrorKind::Cancelled, "stopped; what is left waits");
  if (done == 0 && !session.arguments.json) fmt::print("Nothing is due: 'panduan jobs' shows what is there.\n");
  return failed > 0 ? 1 : 0;
}

}  // namespace

int run_jobs(const Session& session) {
  switch (session.arguments.command) {
    case Command::JobsCancel: return cancel(session);
    case Command::JobsRetry: return retry(session);
    case Command::JobsWait: return wait(session);
    case Command::JobsRun: return run(session);
    case Command::JobsShow: {
      const auto workbench = open(session.config);
      for (const auto& id : session.arguments.names) show(session, workbench->job(workbench->local_caller(), id));
      return 0;
    }
    default: return list(session);
  }
}

}  // namespace panduan::cli
