#pragma once
#include <array>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "identity/caller.h"
#include "store/store.h"

namespace panduan::jobs {

/// Tells how far the work is, as JSON. Called from one thread; written at most once a second.
using Progress = std::function<void(const std::string& json)>;

/// Does the work of one kind of job and gives its result, as JSON. It may be begun anew at any time, so it has to find out itself what is done already. Throws
/// Error: Busy, Unavailable and NoSpace are tried again later, Cancelled once it was asked to stop, any other is the end of the job.
using Handler = std::function<std::string(const store::Job& job, const identity::Caller& caller, const Progress& progress, const std::stop_token& stop)>;

struct JobRequest {
  std::string kind;
  std::string arguments;  ///< JSON
  store::JobPriority priority = store::JobPriority::Normal;
  std::optional<std::string_view> bytes = {};  ///< kept until the job is over
};

/// Long work that survives the process: what was asked for stands in the store, is done one after the other, and is gone on with after a crash. Any thread may
/// call. What a caller does not see does not exist for it: jobs belong to a workspace. Throws Error as the store does, and Forbidden.
class JobQueue {
 public:
  /// Attempts at a job, and how long it waits before each but the first.
  static constexpr int kMaxAttempts = 4;
  static constexpr std::array<std::int64_t, kMaxAttempts - 1> kWaitsMs{10'000, 60'000, 600'000};
  /// Of each workspace so many are kept that are over, and none for longer.
  static constexpr std::size_t kKeptJobs = 1000;
  static constexpr std::int64_t kKeptMs = 30LL * 24 * 3600 * 1000;

  /// Only the process that owns the store has one: a job that runs according to the store was interrupted, and waits again.
  JobQueue(store::Store& store, std::map<std::string, Handler> handlers, const Clock& clock = system_clock());

  /// To be done in the background. Gives the job that waits already where one says the same, and no bytes come with it.
  store::Job submit(const identity::Caller& caller, const JobRequest& request);
  std::vector<store::Job> list(const identity::Caller& caller, std::size_t limit) const;
  /// Throws Error{NotFound}.
  store::Job find(const identity::Caller& caller, const std::string& id) const;
  /// One that waits is over; one that runs is asked to stop and over when it has. Throws Error: NotFound, Conflict (it is over already).
  store::Job cancel(const identity::Caller& caller, const std::string& id);
  /// One that failed, was cancelled or waits for its next attempt is due now. Throws Error: NotFound, Conflict (it runs, or is done).
  store::Job retry(const identity::Caller& caller, const std::string& id);

  /// What came of work that somebody waits for.
  struct Outcome {
    std::string result;
    bool is_worth_keeping = true;  ///< false when nothing had to be done: then no job is left behind
  };
  using Work = std::function<Outcome(const Progress& progress, const std::stop_token& stop)>;
  /// Runs `work` at once on this thread, behind nothing that waits, and records it as a job from its first progress on: it is listed, may be cancelled, and is
  /// gone on with after a crash. A job that waits and says the same is taken for it. Throws what `work` throws; Cancelled when `stop` or cancel() ended it.
  void run_now(const identity::Caller& caller, const JobRequest& request, const Work& work, const std::stop_token& stop);

  /// Takes what waits, by priority and then age, one at a time, on this thread; a job of higher priority that comes makes the running one wait. For one thread
  /// at a time. A stop puts the running job back, and run_now's as well.
  enum class Until { Stopped, NothingIsDue };
  using Watcher = std::function<void(const store::Job&)>;
  void run(Until until, const std::stop_token& stop, const Watcher& watcher = {});

 private:
  static constexpr std::int64_t kProgressMs = 1000;
  enum class StopReason { None, Cancelled, Preempted, ShutDown };
  struct Running {
    std::stop_source stop;
    store::JobPriority priority = store::JobPriority::Normal;
    bool in_background = false;
    StopReason reason = StopReason::None;
  };
  class Recording;

  void take_back_interrupted();
  void wake_for(const store::Job& job);
  void start_shutting_down();
  std::optional<store::Job> take_next(Until until, const std::stop_token& stop);
  void attempt(store::Job job, const Watcher& watcher, const std::stop_token& stop);
  void write_end(const store::Job& job, const std::stop_token& stop);
  void pause(std::int64_t ms, const std::stop_token& stop);
  // The caller holds mutex_.
  void begin(store::Job& job, bool in_background, const std::stop_source& stop);
  void settle(store::Job& job, const std::optional<Error>& failure, const Running& running) const;
  void write_over(const store::Job& job);

  store::Store& store_;
  const std::map<std::string, Handler> handlers_;
  const Clock& clock_;
  mutable std::mutex mutex_;  ///< of all below, and of every change of a job's state
  std::condition_variable_any changed_;
  std::uint64_t changes_ = 0;
  bool shutting_down_ = false;
  std::map<std::string, Running> running_;  ///< by id
};

}  // namespace panduan::jobs
