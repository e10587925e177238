#include "jobs/job_queue.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.h"

namespace panduan::jobs {
namespace {

using identity::Right;
using store::Job;
using store::JobState;

bool is_tried_again(ErrorKind kind) { return kind == ErrorKind::Busy || kind == ErrorKind::Unavailable || kind == ErrorKind::NoSpace; }

Job new_job(const identity::Caller& caller, const JobRequest& request) {
  return {.workspace = caller.workspace_id,
          .kind = request.kind,
          .arguments = request.arguments,
          .user = caller.user,
          .rights = caller.rights,
          .priority = request.priority};
}

Error no_such_job(const std::string& id) { return Error(ErrorKind::NotFound, fmt::format("there is no job '{}': 'panduan jobs' shows what is there", id)); }

void set_waiting(Job& job) {
  job.state = JobState::Waiting;
  job.progress.clear();
  job.result.clear();
  job.error.clear();
  job.error_kind.clear();
  job.finished_ms = job.next_attempt_ms = 0;
}

void set_error(Job& job, const Error& error) {
  job.error = error.what();
  job.error_kind = error_mapping(error.kind()).slug;
}

/// Whatever was thrown, as an Error.
Error caught() {
  try {
    throw;
  } catch (const Error& error) {
    return error;
  } catch (const std::exception& error) {
    return Error(ErrorKind::Internal, fmt::format("unexpected: {}; please report it", error.what()));
  }
}

}  // namespace

/// The job of run_now: there from the first progress on, or from the start where one waits that says the same. A store that cannot take it is no reason to do
/// without the work.
class JobQueue::Recording {
 public:
  Recording(JobQueue& queue, Job job) : queue_(queue), job_(std::move(job)) {
    guarded([this] {
      const std::lock_guard lock(queue_.mutex_);
      auto waiting = queue_.store_.find_waiting_job(job_.workspace, job_.kind, job_.arguments);
      if (!waiting) return;
      Job taken = *std::move(waiting);
      taken.attempts = 0;  // this one is not the runner's
      queue_.begin(taken, false, stop_);
      job_ = std::move(taken);
      waited_ = true;
    });
  }

  void tell(const std::string& progress) {
    guarded([&] {
      const std::int64_t now = queue_.clock_.now_ms();
      if (job_.id.empty()) {
        const std::lock_guard lock(queue_.mutex_);
        Job made = job_;
        made.progress = progress;
        queue_.begin(made, false, stop_);
        job_ = std::move(made);
      } else if (now - told_ms_ >= kProgressMs) {
        queue_.store_.set_job_progress(job_.workspace, job_.id, progress);
      } else {
        return;
      }
      told_ms_ = now;
    });
  }

  /// `has_gone`: whoever waited for the work did not wait until its end.
  void end(const std::optional<Error>& failure, const Outcome& outcome, bool has_gone) {
    if (job_.id.empty()) return;
    guarded([&] {
      const std::lock_guard lock(queue_.mutex_);
      Running running = queue_.running_.extract(job_.id).mapped();
      if (running.reason == StopReason::None && has_gone) running.reason = queue_.shutting_down_ ? StopReason::ShutDown : StopReason::Cancelled;
      queue_.settle(job_, failure, running);
      job_.result = outcome.result;
      if (failure || outcome.is_worth_keeping || waited_) queue_.write_over(job_);
      else queue_.store_.remove_job(job_.workspace, job_.id);
    });
  }

  const std::stop_source& stop() const { return stop_; }

 private:
  template <class Call>
  void guarded(const Call& call) {
    if (failed_) return;
    try {
      call();
    } catch (const Error& error) {
      log::debug(fmt::format("[jobs] not recorded: {}", error.what()));
      failed_ = job_.id.empty();
    }
  }

  JobQueue& queue_;
  Job job_;
  std::stop_source stop_;
  std::int64_t told_ms_ = 0;
  bool waited_ = false;
  bool failed_ = false;
};

JobQueue::JobQueue(store::Store& store, std::map<std::string, Handler> handlers, const Clock& clock)
    : store_(store), handlers_(std::move(handlers)), clock_(clock) {
  take_back_interrupted();
}

void JobQueue::take_back_interrupted() {
  for (Job& job : store_.running_jobs()) {
    const int attempts = job.attempts;
    set_waiting(job);
    if (attempts >= kMaxAttempts) {
      job.state = JobState::Failed;
      job.finished_ms = clock_.now_ms();
      set_error(job,
                Error(ErrorKind::Internal, fmt::format("panduan ended {} times while it ran: 'panduan jobs retry {}' tries it once more", attempts, job.id)));
    }
    try {
      store_.update_job(job);
    } catch (const Error& error) {
      // A full disk keeps nobody from looking at what is there; the next one that opens the store takes it back.
      log::warning(fmt::format("[jobs] {} stays as it was: {}", job.id, error.what()));
    }
  }
}

Job JobQueue::submit(const identity::Caller& caller, const JobRequest& request) {
  identity::require(caller, Right::Write);
  std::unique_lock lock(mutex_);
  Job job = new_job(caller, request);
  auto waiting = request.bytes ? std::nullopt : store_.find_waiting_job(caller.workspace_id, request.kind, request.arguments);
  if (!waiting) {
    job = store_.put_job(job, request.bytes);
  } else {
    job = *std::move(waiting);
    if (request.priority > job.priority) {
      job.priority = request.priority;
      store_.update_job(job);
    }
  }
  lock.unlock();
  wake_for(job);
  return job;
}

std::vector<Job> JobQueue::list(const identity::Caller& caller, std::size_t limit) const {
  identity::require(caller, Right::Read);
  return store_.list_jobs(caller.workspace_id, limit);
}

Job JobQueue::find(const identity::Caller& caller, const std::string& id) const {
  identity::require(caller, Right::Read);
  auto job = store_.find_job(caller.workspace_id, id);
  if (!job) throw no_such_job(id);
  return *std::move(job);
}

Job JobQueue::cancel(const identity::Caller& caller, const std::string& id) {
  identity::require(caller, Right::Write);
  std::unique_lock lock(mutex_);
  Job job = find(caller, id);
  if (job.state == JobState::Cancelled) return job;
  if (job.is_over()) throw Error(ErrorKind::Conflict, fmt::format("the job '{}' is over already: there is nothing to cancel", id));
  if (const auto running = running_.find(id); running != running_.end()) {
    running->second.reason = StopReason::Cancelled;
    std::stop_source stop = running->second.stop;
    lock.unlock();
    stop.request_stop();
    return find(caller, id);
  }
  set_waiting(job);
  job.state = JobState::Cancelled;
  job.finished_ms = clock_.now_ms();
  write_over(job);
  return job;
}

Job JobQueue::retry(const identity::Caller& caller, const std::string& id) {
  identity::require(caller, Right::Write);
  std::unique_lock lock(mutex_);
  Job job = find(caller, id);
  if (job.state == JobState::Running) throw Error(ErrorKind::Conflict, fmt::format("the job '{}' is running: cancel it first, or wait until it is over", id));
  if (job.state == JobState::Done) throw Error(ErrorKind::Conflict, fmt::format("the job '{}' is done: there is nothing to try again", id));
  set_waiting(job);
  job.attempts = 0;
  store_.update_job(job);
  lock.unlock();
  wake_for(job);
  return job;
}

/// Tells the runner, and makes room for one that is more urgent than what runs.
void JobQueue::wake_for(const Job& job) {
  std::optional<std::stop_source> stop;
  {
    const std::lock_guard lock(mutex_);
    ++changes_;
    for (auto& [id, running] : running_) {
      if (!running.in_background || running.reason != StopReason::None || running.priority >= job.priority) continue;
      running.reason = StopReason::Preempted;
      stop = running.stop;
    }
  }
  changed_.notify_all();
  if (stop) stop->request_stop();
}

void JobQueue::run_now(const identity::Caller& caller, const JobRequest& request, const Work& work, const std::stop_token& stop) {
  identity::require(caller, Right::Write);
  Recording recording(*this, new_job(caller, request));
  const std::stop_callback on_stop(stop, [source = recording.stop()]() mutable { source.request_stop(); });
  try {
    const Outcome outcome = work([&](const std::string& progress) { recording.tell(progress); }, recording.stop().get_token());
    recording.end(std::nullopt, outcome, false);
  } catch (...) {
    recording.end(caught(), {}, stop.stop_requested());
    throw;
  }
}

void JobQueue::begin(Job& job, bool in_background, const std::stop_source& stop) {
  job.state = JobState::Running;
  job.started_ms = clock_.now_ms();
  ++job.attempts;
  if (job.id.empty()) job = store_.put_job(job, std::nullopt);
  else store_.update_job(job);
  running_[job.id] = {.stop = stop, .priority = job.priority, .in_background = in_background};
}

void JobQueue::settle(Job& job, const std::optional<Error>& failure, const Running& running) const {
  const int attempts = job.attempts;
  set_waiting(job);
  if (!failure) {
    job.state = JobState::Done;
  } else if (running.reason == StopReason::Cancelled) {
    job.state = JobState::Cancelled;
  } else if (running.reason != StopReason::None && failure->kind() == ErrorKind::Cancelled) {
    job.attempts = attempts - 1;  // nothing went wrong
  } else {
    set_error(job, *failure);
    if (running.in_background && is_tried_again(failure->kind()) && attempts < kMaxAttempts) {
      job.next_attempt_ms = clock_.now_ms() + kWaitsMs.at(static_cast<std::size_t>(attempts - 1));
    } else {
      job.state = JobState::Failed;
    }
  }
  if (job.is_over()) job.finished_ms = clock_.now_ms();
}

void JobQueue::write_over(const Job& job) {
  store_.update_job(job);
  if (job.is_over()) store_.remove_old_jobs(job.workspace, clock_.now_ms() - kKeptMs, kKeptJobs);
}

}  // namespace panduan::jobs
