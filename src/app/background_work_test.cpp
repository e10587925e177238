#include "app/background_work.h"

#include <gmock/gmock.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "base/testing/failure.h"
#include "llm/testing/hash_embedder.h"

namespace panduan::app {
namespace {

using jobs::JobQueue;
using panduan::testing::failure_of;
using store::Job;
using store::JobPriority;
using store::JobState;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Json = nlohmann::json;
namespace fs = std::filesystem;

/// Real files, a real store, and an embedder that may be away.
class BackgroundWorkTest : public ::testing::Test {
 protected:
  BackgroundWorkTest() { open(); }
  void open() {
    work_.reset();
    store_.reset();
    store_ = store::open_sqlite_store(data_.path());
    caller_ = identity::local_caller(store_->workspace("default"));
    work_ = std::make_unique<BackgroundWork>(*store_, [this](const identity::Caller&) {
      if (!installed_) throw Error(ErrorKind::Unavailable, "the model is not installed");
      return ingest::Ingester(*store_, embedder_, {});
    });
  }
  fs::path write(const std::string& name, const std::string& text) {
    fs::create_directories(folder());
    std::ofstream(folder() / name) << text;
    return folder() / name;
  }
  fs::path folder() const { return fs::canonical(files_.path()); }
  void run_all() { work_->queue().run(JobQueue::Until::NothingIsDue, {}); }
  std::vector<Job> all() { return work_->queue().list(caller_, 100); }
  Job find(const Job& job) { return work_->queue().find(caller_, job.id); }
  std::size_t documents() { return store_->list_documents(caller_.workspace_id, 100, "").documents.size(); }

  TemporaryFolder data_, files_;
  llm::testing::HashEmbedder embedder_;
  bool installed_ = true;
  std::unique_ptr<store::Store> store_;
  identity::Caller caller_;
  std::unique_ptr<BackgroundWork> work_;
};

TEST_F(BackgroundWorkTest, ArgumentsComeBackAsTheWorkTheyWere) {
  const auto add = std::get<AddWork>(work_of("add", arguments_of(AddWork{.paths = {"/a/../b", "/文"}})));
  EXPECT_THAT(add.paths, ::testing::ElementsAre("/b", "/文"));
  const auto sync = std::get<SyncWork>(work_of("sync", arguments_of(SyncWork{.folder = "/a", .how = {.empties = true, .retries = false}})));
  EXPECT_EQ(sync.folder, "/a");
  EXPECT_TRUE(sync.how.empties);
  EXPECT_FALSE(sync.how.retries);
  EXPECT_EQ(std::get<UploadWork>(work_of("upload", arguments_of(UploadWork{.name = "a.pdf", .bytes = "x"}))).name, "a.pdf");
  for (const auto& [kind, arguments] : std::vector<std::pair<std::string, std::string>>{
           {"add", "{}"}, {"add", "nonsense"}, {"add", R"({"paths":["relative"]})"}, {"sync", R"({"folder":"/a"})"}, {"mow", "{}"}}) {
    EXPECT_EQ(failure_of([&] { work_of(kind, arguments); }).kind, ErrorKind::InvalidInput) << kind << arguments;
  }
}

TEST_F(BackgroundWorkTest, WhatIsSubmittedIsDoneWithItsCounts) {
  write("a.txt", "apples");
  write("broken.txt", std::string("\0\1", 2));
  const Job add = work_->submit(caller_, AddWork{.paths = {folder() / "a.txt"}}, JobPriority::Normal);
  const Job sync = work_->submit(caller_, SyncWork{.folder = folder()}, JobPriority::Low);
  EXPECT_EQ(documents(), 0U);
  run_all();
  EXPECT_EQ(Json::parse(find(add).result).at("added"), 1);
  EXPECT_EQ(Json::parse(find(sync).result).at("unchanged"), 1);
  EXPECT_EQ(Json::parse(find(sync).result).at("failed"), 1);
  EXPECT_EQ(find(sync).state, JobState::Done) << "a file that cannot be read is no failure of the whole";
  EXPECT_THAT(store_->followed_folders(caller_.workspace_id), SizeIs(1));
}

TEST_F(BackgroundWorkTest, WhatCannotBeDoneIsSaidBeforeItWaits) {
  EXPECT_EQ(failure_of([&] { work_->submit(caller_, AddWork{.paths = {"/nowhere"}}, JobPriority::Normal); }).kind, ErrorKind::NotFound);
  EXPECT_EQ(failure_of([&] { work_->submit(caller_, SyncWork{.folder = "/nowhere"}, JobPriority::Normal); }).kind, ErrorKind::NotFound);
  EXPECT_EQ(failure_of([&] { work_->submit(caller_, SyncWork{.folder = write("a.txt", "a")}, JobPriority::Normal); }).kind, ErrorKind::InvalidInput);
  EXPECT_EQ(failure_of([&] { work_->submit(caller_, UploadWork{.name = "..", .bytes = "x"}, JobPriority::Normal); }).kind, ErrorKind::InvalidInput);
  EXPECT_THAT(all(), IsEmpty());
}

TEST_F(BackgroundWorkTest, AnUploadKeepsItsBytesUntilItIsOver) {
  installed_ = false;
  const Job job = work_->submit(caller_, UploadWork{.name = "a.txt", .bytes = "apples and pears"}, JobPriority::Normal);
  run_all();
  EXPECT_EQ(find(job).state, JobState::Waiting);
  EXPECT_EQ(find(job).error, "the model is not installed");
  open();
  installed_ = true;
  work_->retry(caller_, job.id);
  run_all();
  const Json result = Json::parse(find(job).result);
  EXPECT_EQ(result.at("added"), 1);
  const auto document = store_->find_document_by_source(caller_.workspace_id, "upload/a.txt");
  ASSERT_TRUE(document);
  EXPECT_EQ(result.at("documents").at(0), document->id);
  EXPECT_EQ(failure_of([&] { store_->job_bytes(caller_.workspace_id, job.id); }).kind, ErrorKind::NotFound);

  const Job bad = work_->submit(caller_, UploadWork{.name = "b.txt", .bytes = std::string("\0\1", 2)}, JobPriority::Normal);
  run_all();
  EXPECT_EQ(find(bad).state, JobState::Failed);
  EXPECT_EQ(failure_of([&] { work_->retry(caller_, bad.id); }).kind, ErrorKind::Conflict);
}

TEST_F(BackgroundWorkTest, WhatIsDoneAtOnceIsAJobWhileItRunsAndAfterIfItChangedSomething) {
  write("a.txt", "apples");
  std::vector<Job> seen;
  const ingest::AddSink sink{.on_progress = {}, .on_file = [&](const ingest::FileResult&) { seen = all(); }};
  EXPECT_EQ(work_->sync(caller_, {.folder = folder()}, sink, {}).added, 1U);
  ASSERT_THAT(seen, SizeIs(1));
  EXPECT_EQ(seen[0].state, JobState::Running);
  EXPECT_EQ(Json::parse(seen[0].progress).at("files_total"), 1);
  ASSERT_THAT(all(), SizeIs(1));
  EXPECT_EQ(all()[0].state, JobState::Done);
  EXPECT_EQ(Json::parse(all()[0].result).at("added"), 1);
  work_->sync(caller_, {.folder = folder()}, {}, {});
  fs::last_write_time(folder() / "a.txt", fs::last_write_time(folder() / "a.txt") + std::chrono::seconds(5));
  work_->sync(caller_, {.folder = folder()}, {}, {});
  EXPECT_THAT(all(), SizeIs(1)) << "passes that change nothing leave nothing";
  EXPECT_THAT(work_->upload(caller_, {.name = "b.txt", .bytes = "pears"}, {}), SizeIs(1));
  EXPECT_EQ(all()[0].kind, "upload");
}

TEST_F(BackgroundWorkTest, AnotherPersonCancelsWhatIsDoneAtOnce) {
  for (int i = 0; i < 20; ++i) write(std::to_string(i) + ".txt", "apples " + std::to_string(i));
  const ingest::AddSink sink{.on_progress =
                                 [&](const ingest::AddProgress& progress) {
                                   if (progress.step == "embedding") work_->queue().cancel(caller_, all()[0].id);
                                 },
                             .on_file = {}};
  EXPECT_EQ(failure_of([&] { work_->add(caller_, {.paths = {folder()}}, sink, {}); }).kind, ErrorKind::Cancelled);
  EXPECT_EQ(all()[0].state, JobState::Cancelled);
}

TEST_F(BackgroundWorkTest, WhatACrashEndedIsDoneByWhoeverOpensTheStoreNext) {
  write("a.txt", "apples");
  // As a process leaves it that is killed in the middle.
  for (const LongWork& work : std::vector<LongWork>{AddWork{.paths = {folder()}}, UploadWork{.name = "b.txt", .bytes = {}}}) {
    store_->put_job({.workspace = caller_.workspace_id,
                     .kind = std::string(kind_of(work)),
                     .arguments = arguments_of(work),
                     .user = caller_.user,
                     .rights = caller_.rights,
                     .state = JobState::Running,
                     .attempts = 1},
                    std::nullopt);
  }
  open();
  run_all();
  const std::vector<Job> jobs = all();
  ASSERT_THAT(jobs, SizeIs(2));
  EXPECT_EQ(documents(), 1U);
  const Job& upload = jobs[0].kind == "upload" ? jobs[0] : jobs[1];
  EXPECT_EQ(upload.state, JobState::Failed);
  EXPECT_THAT(upload.error, HasSubstr("send the file again"));
}

TEST_F(BackgroundWorkTest, AFileWhoseNameCannotBeNotedIsAddedAllTheSame) {
  write("a\xff.txt", "apples");
  EXPECT_EQ(work_->add(caller_, {.paths = {folder() / "a\xff.txt"}}, {}, {}).added, 1U);
  EXPECT_THAT(all(), IsEmpty());
  EXPECT_EQ(failure_of([&] { work_->submit(caller_, AddWork{.paths = {folder() / "a\xff.txt"}}, JobPriority::Normal); }).kind, ErrorKind::InvalidInput);
}

}  // namespace
}  // namespace panduan::app
