#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "jobs/job_queue.h"

// The thread that takes what waits.
namespace panduan::jobs {
namespace {

using store::Job;

// A store that cannot be written to, or read, may be well again.
constexpr std::int64_t kTroubleMs = 5000;
// A clock that is set to another time must not hold up what waits.
constexpr std::int64_t kLongestPauseMs = 30'000;

identity::Caller caller_of(const Job& job) { return {.user = job.user, .workspace_id = job.workspace, .rights = job.rights}; }

}  // namespace

void JobQueue::run(Until until, const std::stop_token& stop, const Watcher& watcher) {
  const std::stop_callback on_stop(stop, [this] { start_shutting_down(); });
  while (!stop.stop_requested()) {
    try {
      const auto job = take_next(until, stop);
      if (!job) return;
      attempt(*job, watcher, stop);
    } catch (const Error& error) {
      if (until == Until::NothingIsDue) throw;
      log::warning(fmt::format("[jobs] {}", error.what()));
      pause(kTroubleMs, stop);
    }
  }
}

/// What others wait for is stopped by whoever serves them.
void JobQueue::start_shutting_down() {
  std::vector<std::stop_source> stopped;
  {
    const std::lock_guard lock(mutex_);
    shutting_down_ = true;
    for (auto& [id, running] : running_) {
      if (!running.in_background) continue;
      if (running.reason == StopReason::None) running.reason = StopReason::ShutDown;
      stopped.push_back(running.stop);
    }
  }
  for (auto& source : stopped) source.request_stop();
}

/// The next one, which runs from now on; nullopt when none is due and it is not to be waited for, or at the stop.
std::optional<Job> JobQueue::take_next(Until until, const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    const std::int64_t now = clock_.now_ms();
    auto job = store_.next_job(now);
    if (job && job->next_attempt_ms <= now) {
      begin(*job, true, {});
      return job;
    }
    if (until == Until::NothingIsDue) return std::nullopt;
    const std::int64_t wait = job ? std::clamp<std::int64_t>(job->next_attempt_ms - now, 1, kLongestPauseMs) : kLongestPauseMs;
    changed_.wait_for(lock, stop, std::chrono::milliseconds(wait), [this, seen = changes_] { return changes_ != seen; });
  }
  return std::nullopt;
}

void JobQueue::attempt(Job job, const Watcher& watcher, const std::stop_token& stop) {
  std::stop_token asked;
  {
    const std::lock_guard lock(mutex_);
    asked = running_.at(job.id).stop.get_token();
  }
  const auto tell = [&] {
    if (watcher) watcher(job);
  };
  tell();
  std::int64_t told_ms = 0;
  const Progress progress = [&](const std::string& json) {
    if (clock_.now_ms() - told_ms < kProgressMs) return;
    told_ms = clock_.now_ms();
    job.progress = json;
    try {
      store_.set_job_progress(job.workspace, job.id, json);
    } catch (const Error& error) {
      log::debug(fmt::format("[jobs] progress was not written: {}", error.what()));
    }
    tell();
  };
  std::optional<Error> failure;
  std::string result;
  try {
    const auto handler = handlers_.find(job.kind);
    if (handler == handlers_.end()) throw Error(ErrorKind::Unsupported, fmt::format("this panduan cannot do the work '{}'", job.kind));
    result = handler->second(job, caller_of(job), progress, asked);
  } catch (const Error& error) {
    failure = error;
  } catch (const std::exception& error) {
    log::error(fmt::format("[jobs] {}: {}", job.id, error.what()));
    failure = Error(ErrorKind::Internal, fmt::format("unexpected: {}; please report it", error.what()));
  }
  {
    const std::lock_guard lock(mutex_);
    settle(job, failure, running_.at(job.id));
  }
  job.result = result;
  write_end(job, stop);
  tell();
}

/// Until then the job counts as running. At a stop it is left so, and the next process does it once more.
void JobQueue::write_end(const Job& job, const std::stop_token& stop) {
  while (true) {
    try {
      const std::lock_guard lock(mutex_);
      write_over(job);
      running_.erase(job.id);
      return;
    } catch (const Error& error) {
      log::warning(fmt::format("[jobs] what came of {} cannot be written yet: {}", job.id, error.what()));
    }
    if (stop.stop_requested()) break;
    pause(kTroubleMs, stop);
  }
  const std::lock_guard lock(mutex_);
  running_.erase(job.id);
}

void JobQueue::pause(std::int64_t ms, const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, stop, std::chrono::milliseconds(ms), [] { return false; });
}

}  // namespace panduan::jobs
