#include "jobs/job_queue.h"

#include <gmock/gmock.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "base/file.h"
#include "base/testing/failure.h"

namespace panduan::jobs {
namespace {

using panduan::testing::failure_of;
using store::Job;
using store::JobPriority;
using store::JobState;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using namespace std::chrono_literals;

class FakeClock : public Clock {
 public:
  std::int64_t now_ms() const override { return now; }
  std::atomic<std::int64_t> now = 1'700'000'000'000;
};

/// A real store, and handlers that note what they did.
class JobQueueTest : public ::testing::Test {
 protected:
  JobQueueTest() { open(); }

  void open() {
    queue_.reset();
    store_ = store::open_sqlite_store(folder_.path(), clock_);
    workspace_ = store_->workspace("default");
    caller_ = identity::local_caller(workspace_);
    queue_ = std::make_unique<JobQueue>(*store_, handlers(), clock_);
  }

  std::map<std::string, Handler> handlers() {
    return {
        {"note", [this](const Job& job, const identity::Caller&, const Progress&, const std::stop_token&) { return note(job); }},
        {"long",
         [this](const Job& job, const identity::Caller&, const Progress& progress, const std::stop_token& stop) { return work_long(job, progress, stop); }},
        {"fail",
         [this](const Job&, const identity::Caller&, const Progress&, const std::stop_token&) -> std::string { throw Error(failure_, "it went wrong"); }},
        {"defect", [](const Job&, const identity::Caller&, const Progress&, const std::stop_token&) -> std::string { throw std::runtime_error("a defect"); }},
        {"bytes",
         [this](const Job& job, const identity::Caller&, const Progress&, const std::stop_token&) { return store_->job_bytes(job.workspace, job.id); }}};
  }

  std::string note(const Job& job) {
    const std::lock_guard lock(mutex_);
    done_.push_back(job.arguments);
    return R"({"done":true})";
  }
  /// Goes on until it is asked to stop, or let go.
  std::string work_long(const Job& job, const Progress& progress, const std::stop_token& stop) {
    progress(R"({"step":"long"})");
    ++begun_;
    while (!stop.stop_requested() && !let_go_) std::this_thread::sleep_for(1ms);
    if (stop.stop_requested()) throw Error(ErrorKind::Cancelled, "stopped");
    return note(job);
  }

  Job submit(const std::string& kind, const std::string& arguments, JobPriority priority = JobPriority::Normal) {
    return queue_->submit(caller_, {.kind = kind, .arguments = arguments, .priority = priority});
  }
  std::vector<std::string> done() {
    const std::lock_guard lock(mutex_);
    return done_;
  }
  Job find(const Job& job) { return queue_->find(caller_, job.id); }
  void run_all() { queue_->run(JobQueue::Until::NothingIsDue, {}); }
  static bool eventually(const std::function<bool()>& condition) {
    for (int i = 0; i < 5000 && !condition(); ++i) std::this_thread::sleep_for(2ms);
    return condition();
  }
  std::jthread start() {
    return std::jthread([this](const std::stop_token& stop) { queue_->run(JobQueue::Until::Stopped, stop); });
  }

  TemporaryFolder folder_;
  FakeClock clock_;
  std::unique_ptr<store::Store> store_;
  store::WorkspaceId workspace_ = 0;
  identity::Caller caller_;
  std::mutex mutex_;
  std::vector<std::string> done_;  ///< guarded by mutex_
  std::atomic<int> begun_ = 0;
  std::atomic<bool> let_go_ = false;
  ErrorKind failure_ = ErrorKind::Unavailable;
  std::unique_ptr<JobQueue> queue_;
};

TEST_F(JobQueueTest, TakesWhatWaitsByPriorityAndThenByAge) {
  submit("note", "low", JobPriority::Low);
  submit("note", "first");
  submit("note", "urgent", JobPriority::High);
  const Job last = submit("note", "second");
  EXPECT_EQ(find(last).state, JobState::Waiting);
  run_all();
  EXPECT_THAT(done(), ElementsAre("urgent", "first", "second", "low"));
  const Job done = find(last);
  EXPECT_EQ(done.state, JobState::Done);
  EXPECT_EQ(done.result, R"({"done":true})");
  EXPECT_EQ(done.attempts, 1);
  EXPECT_EQ(done.finished_ms, clock_.now);
}

TEST_F(JobQueueTest, OneThatWaitsAndSaysTheSameIsGivenAgain) {
  const Job one = submit("note", "a", JobPriority::Low);
  const Job other = submit("note", "a", JobPriority::High);
  EXPECT_EQ(other.id, one.id);
  EXPECT_EQ(find(one).priority, JobPriority::High);
  EXPECT_NE(submit("note", "b").id, one.id);
  const Job bytes = queue_->submit(caller_, {.kind = "note", .arguments = "c", .bytes = "x"});
  EXPECT_NE(submit("note", "c").id, bytes.id) << "what is done with bytes is not the same";
  EXPECT_NE(queue_->submit(caller_, {.kind = "note", .arguments = "c", .bytes = "x"}).id, bytes.id);
}

TEST_F(JobQueueTest, AMoreUrgentOneMakesTheRunningOneWaitAndItIsGoneOnWithAfterwards) {
  const Job slow = submit("long", "slow", JobPriority::Low);
  const auto runner = start();
  ASSERT_TRUE(eventually([&] { return begun_ == 1; }));
  EXPECT_EQ(find(slow).progress, R"({"step":"long"})");
  const Job urgent = submit("note", "urgent", JobPriority::High);
  ASSERT_TRUE(eventually([&] { return begun_ == 2; }));  // it was stopped, the other was done, it began anew
  EXPECT_EQ(find(urgent).state, JobState::Done);
  EXPECT_EQ(find(slow).attempts, 1) << "what was stopped in order is no failed attempt";
  submit("note", "as-low", JobPriority::Low);
  std::this_thread::sleep_for(20ms);
  EXPECT_EQ(begun_, 2) << "one that is no more urgent waits";
  let_go_ = true;
  ASSERT_TRUE(eventually([&] { return find(slow).state == JobState::Done; }));
  ASSERT_TRUE(eventually([&] { return done().size() == 3; }));
  EXPECT_THAT(done(), ElementsAre("urgent", "slow", "as-low"));
}

TEST_F(JobQueueTest, CancelsOneThatWaitsAtOnceAndOneThatRunsWhenItHasStopped) {
  const Job running = submit("long", "a");
  const Job waiting = submit("note", "b");
  const auto runner = start();
  ASSERT_TRUE(eventually([&] { return begun_ == 1; }));
  EXPECT_EQ(queue_->cancel(caller_, waiting.id).state, JobState::Cancelled);
  queue_->cancel(caller_, running.id);
  ASSERT_TRUE(eventually([&] { return find(running).state == JobState::Cancelled; }));
  EXPECT_EQ(queue_->cancel(caller_, running.id).state, JobState::Cancelled) << "twice is once";
  EXPECT_THAT(find(running).progress, IsEmpty());
  EXPECT_THAT(done(), IsEmpty());
  const Job again = submit("note", "c");
  ASSERT_TRUE(eventually([&] { return find(again).state == JobState::Done; }));
  EXPECT_EQ(failure_of([&] { queue_->cancel(caller_, again.id); }).kind, ErrorKind::Conflict);
}

TEST_F(JobQueueTest, WhatMayGetWellIsTriedAgainWithGrowingWaitsAndThenGivenUp) {
  const Job job = submit("fail", "a");
  for (const std::int64_t wait : JobQueue::kWaitsMs) {
    run_all();
    const Job waiting = find(job);
    ASSERT_EQ(waiting.state, JobState::Waiting);
    EXPECT_EQ(waiting.error, "it went wrong");
    EXPECT_EQ(waiting.error_kind, "unavailable");
    EXPECT_EQ(waiting.next_attempt_ms, clock_.now + wait);
    clock_.now += wait - 1;
    run_all();
    EXPECT_EQ(find(job).attempts, waiting.attempts) << "not before its time";
    clock_.now += 1;
  }
  run_all();
  EXPECT_EQ(find(job).state, JobState::Failed);
  EXPECT_EQ(find(job).attempts, JobQueue::kMaxAttempts);
  const Job again = queue_->retry(caller_, job.id);
  EXPECT_EQ(again.state, JobState::Waiting);
  EXPECT_EQ(again.attempts, 0);
  EXPECT_THAT(again.error, IsEmpty());
  run_all();
  EXPECT_EQ(find(job).state, JobState::Waiting);
  EXPECT_EQ(queue_->retry(caller_, job.id).next_attempt_ms, 0) << "whoever does not want to wait for the next attempt asks for it";
}

TEST_F(JobQueueTest, AnotherOneMayRunWhileOneWaitsForItsNextAttempt) {
  submit("fail", "a", JobPriority::High);
  submit("note", "b", JobPriority::Low);
  run_all();
  EXPECT_THAT(done(), ElementsAre("b"));
}

TEST_F(JobQueueTest, OtherErrorsAndDefectsEndAJobAndNotTheRunner) {
  failure_ = ErrorKind::Corrupt;
  const Job bad = submit("fail", "a");
  const Job defect = submit("defect", "b");
  const Job unknown = submit("nothing-of-ours", "c");
  const Job good = submit("note", "d");
  run_all();
  EXPECT_EQ(find(bad).state, JobState::Failed);
  EXPECT_EQ(find(bad).error_kind, "corrupt");
  EXPECT_EQ(find(defect).state, JobState::Failed);
  EXPECT_EQ(find(defect).error_kind, "internal");
  EXPECT_EQ(find(unknown).error_kind, "unsupported");
  EXPECT_EQ(find(good).state, JobState::Done);
  EXPECT_EQ(failure_of([&] { queue_->retry(caller_, good.id); }).kind, ErrorKind::Conflict);
}

TEST_F(JobQueueTest, WhatRanWhenTheProcessEndedIsDoneByTheNextOne) {
  Job running = submit("note", "a");
  running.state = JobState::Running;
  running.attempts = 1;
  store_->update_job(running);
  open();
  EXPECT_EQ(find(running).state, JobState::Waiting);
  EXPECT_EQ(find(running).attempts, 1);
  run_all();
  EXPECT_THAT(done(), ElementsAre("a"));
  EXPECT_EQ(find(running).attempts, 2);
}

TEST_F(JobQueueTest, WhatEndsEveryProcessIsGivenUp) {
  Job running = submit("note", "a");
  running.state = JobState::Running;
  running.attempts = JobQueue::kMaxAttempts;
  store_->update_job(running);
  open();
  EXPECT_EQ(find(running).state, JobState::Failed);
  EXPECT_THAT(find(running).error, HasSubstr("ended 4 times"));
  run_all();
  EXPECT_THAT(done(), IsEmpty());
}

TEST_F(JobQueueTest, AStopPutsTheRunningOneBack) {
  const Job job = submit("long", "a");
  {
    const auto runner = start();
    ASSERT_TRUE(eventually([&] { return begun_ == 1; }));
  }
  EXPECT_EQ(find(job).state, JobState::Waiting);
  EXPECT_EQ(find(job).attempts, 0);
}

TEST_F(JobQueueTest, WorkThatSomebodyWaitsForIsRecordedFromItsFirstProgressOn) {
  const auto all = [&] { return queue_->list(caller_, 10); };
  queue_->run_now(caller_, {.kind = "note", .arguments = "a"},
                  [&](const Progress& progress, const std::stop_token&) -> JobQueue::Outcome {
                    EXPECT_THAT(all(), IsEmpty());
                    progress("{}");
                    EXPECT_THAT(all(), SizeIs(1));
                    EXPECT_EQ(all()[0].state, JobState::Running);
                    progress("too soon");
                    EXPECT_EQ(all()[0].progress, "{}");
                    clock_.now += 1000;
                    progress("later");
                    EXPECT_EQ(all()[0].progress, "later");
                    return {.result = "5"};
                  },
                  {});
  ASSERT_THAT(all(), SizeIs(1));
  EXPECT_EQ(all()[0].state, JobState::Done);
  EXPECT_EQ(all()[0].result, "5");
  queue_->run_now(caller_, {.kind = "note", .arguments = "b"},
                  [](const Progress& progress, const std::stop_token&) -> JobQueue::Outcome {
                    progress("{}");
                    return {.result = "0", .is_worth_keeping = false};
                  },
                  {});
  EXPECT_THAT(all(), SizeIs(1)) << "what changed nothing leaves nothing behind";
}

TEST_F(JobQueueTest, WorkThatSomebodyWaitsForDoesNotWaitAndIsCancelledByOthers) {
  submit("long", "slow");
  const auto runner = start();
  ASSERT_TRUE(eventually([&] { return begun_ == 1; }));
  const auto error = failure_of([&] {
    queue_->run_now(caller_, {.kind = "long", .arguments = "now"},
                    [&](const Progress& progress, const std::stop_token& stop) -> JobQueue::Outcome {
                      progress("{}");
                      for (const Job& job : queue_->list(caller_, 10)) {
                        if (job.arguments == "now") queue_->cancel(caller_, job.id);
                      }
                      EXPECT_TRUE(stop.stop_requested());
                      throw Error(ErrorKind::Cancelled, "stopped");
                    },
                    {});
  });
  EXPECT_EQ(error.kind, ErrorKind::Cancelled);
  EXPECT_EQ(queue_->list(caller_, 1)[0].arguments, "slow") << "what runs comes first";
  EXPECT_EQ(queue_->list(caller_, 2)[1].state, JobState::Cancelled);
}

TEST_F(JobQueueTest, CtrlCCancelsAndAnEndOfTheServerPutsBack) {
  const auto interrupted = [&](const std::string& arguments) {
    std::stop_source stop;
    failure_of([&] {
      queue_->run_now(
          caller_, {.kind = "note", .arguments = arguments},
          [&](const Progress& progress, const std::stop_token& asked) -> JobQueue::Outcome {
            progress("{}");
            stop.request_stop();
            EXPECT_TRUE(asked.stop_requested());
            throw Error(ErrorKind::Cancelled, "stopped");
          },
          stop.get_token());
    });
    return queue_->list(caller_, 1)[0];
  };
  EXPECT_EQ(interrupted("a").state, JobState::Cancelled);
  start();  // and ends it
  EXPECT_EQ(interrupted("b").state, JobState::Waiting);
}

TEST_F(JobQueueTest, WhoAsksForWhatWaitsDoesItAndIsToldWhatWentWrong) {
  const Job waiting = submit("note", "a");
  const auto error = failure_of([&] {
    queue_->run_now(caller_, {.kind = "note", .arguments = "a"},
                    [&](const Progress&, const std::stop_token&) -> JobQueue::Outcome {
                      EXPECT_EQ(find(waiting).state, JobState::Running);
                      throw Error(ErrorKind::NoSpace, "full");
                    },
                    {});
  });
  EXPECT_EQ(error.kind, ErrorKind::NoSpace);
  EXPECT_EQ(find(waiting).state, JobState::Failed) << "nobody who waits is kept in the dark by further attempts";
  queue_->retry(caller_, waiting.id);
  queue_->run_now(caller_, {.kind = "note", .arguments = "a"},
                  [](const Progress&, const std::stop_token&) { return JobQueue::Outcome{.result = "0", .is_worth_keeping = false}; }, {});
  EXPECT_EQ(find(waiting).state, JobState::Done);
}

TEST_F(JobQueueTest, AJobIsOnlyThereForItsWorkspaceAndTakesItsRights) {
  const Job job = submit("note", "a");
  const identity::Caller other = identity::local_caller(store_->workspace("other"));
  EXPECT_THAT(queue_->list(other, 10), IsEmpty());
  EXPECT_EQ(failure_of([&] { queue_->find(other, job.id); }).kind, ErrorKind::NotFound);
  EXPECT_EQ(failure_of([&] { queue_->cancel(other, job.id); }).kind, ErrorKind::NotFound);
  EXPECT_EQ(failure_of([&] { queue_->retry(other, job.id); }).kind, ErrorKind::NotFound);
  const identity::Caller reader{.user = "reader", .workspace_id = workspace_, .rights = static_cast<std::uint32_t>(identity::Right::Read)};
  EXPECT_EQ(failure_of([&] { queue_->submit(reader, {.kind = "note", .arguments = "a"}); }).kind, ErrorKind::Forbidden);
  EXPECT_EQ(failure_of([&] { queue_->cancel(reader, job.id); }).kind, ErrorKind::Forbidden);
  EXPECT_EQ(queue_->find(reader, job.id).id, job.id);
}

TEST_F(JobQueueTest, BytesAreKeptUntilItIsOver) {
  const Job job = queue_->submit(caller_, {.kind = "bytes", .arguments = "{}", .bytes = "some bytes"});
  const Job cancelled = queue_->submit(caller_, {.kind = "bytes", .arguments = "{}", .bytes = "other bytes"});
  queue_->cancel(caller_, cancelled.id);
  run_all();
  EXPECT_EQ(find(job).result, "some bytes");
  EXPECT_EQ(failure_of([&] { store_->job_bytes(workspace_, job.id); }).kind, ErrorKind::NotFound);
  EXPECT_EQ(failure_of([&] { store_->job_bytes(workspace_, cancelled.id); }).kind, ErrorKind::NotFound);
}

TEST_F(JobQueueTest, OnlyTheLastOnesThatAreOverAreKept) {
  const Job old = submit("note", "old");
  const Job waiting = submit("fail", "waits");
  run_all();
  clock_.now += JobQueue::kKeptMs + 1;
  submit("note", "new");
  queue_->run(JobQueue::Until::NothingIsDue, {});
  EXPECT_EQ(failure_of([&] { find(old); }).kind, ErrorKind::NotFound);
  EXPECT_EQ(find(waiting).state, JobState::Waiting) << "what is not over stays";
}

}  // namespace
}  // namespace panduan::jobs
