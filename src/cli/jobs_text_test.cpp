#include "cli/jobs_text.h"

#include <gmock/gmock.h>

#include "app/long_work.h"

namespace panduan::cli {
namespace {

store::Job job_of(const app::LongWork& work) {
  return {.id = "job_1", .workspace = 1, .kind = std::string(app::kind_of(work)), .arguments = app::arguments_of(work), .created_ms = 1};
}

TEST(JobsText, EveryKindOfWorkIsNamed) {
  EXPECT_EQ(what_of(job_of(app::AddWork{.paths = {"/a.pdf"}})), "/a.pdf");
  EXPECT_EQ(what_of(job_of(app::AddWork{.paths = {"/a.pdf", "/b", "/c"}})), "/a.pdf and 2 more");
  EXPECT_EQ(what_of(job_of(app::AddWork{})), "nothing");
  EXPECT_EQ(what_of(job_of(app::SyncWork{.folder = "/papers"})), "/papers");
  EXPECT_EQ(what_of(job_of(app::UploadWork{.name = "a\x1b.pdf", .bytes = {}})).find('\x1b'), std::string::npos);
  EXPECT_EQ(what_of(job_of(app::IndexWork{})), "by the new embedding model");
  for (const app::LongWork& work : std::vector<app::LongWork>{app::AddWork{}, app::SyncWork{.folder = "/p"}, app::UploadWork{.name = "n"}, app::IndexWork{}})
    EXPECT_THAT(line_of(job_of(work)), ::testing::HasSubstr("job_1"));
}

TEST(JobsText, AJobThatIsOverEndsAsItsWork) {
  store::Job job = job_of(app::IndexWork{});
  job.state = store::JobState::Done;
  EXPECT_EQ(exit_code_of(job), 0);
  job.state = store::JobState::Cancelled;
  EXPECT_EQ(exit_code_of(job), 130);
}

}  // namespace
}  // namespace panduan::cli
