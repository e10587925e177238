#include <fmt/format.h>

#include "base/process.h"
#include "ingest/testing/ingester_fixture.h"

namespace panduan::ingest {
namespace {

class ContainersTest : public IngesterTest {
 protected:
  /// A tar archive of these files, made by tar itself, and packed as its name says.
  fs::path pack(const std::string& name, const std::vector<std::pair<std::string, std::string>>& files) {
    const TemporaryFolder folder;
    std::vector<std::string> arguments{"tar", "-C", folder.path().string(), "-caf", (root() / name).string()};
    for (const auto& [path, text] : files) {
      fs::create_directories((folder.path() / path).parent_path());
      std::ofstream(folder.path() / path, std::ios::binary) << text;
      arguments.push_back(path);
    }
    Command command;
    command.arguments = arguments;
    EXPECT_EQ(run_command(command, {}).exit_code, 0);
    return root() / name;
  }
  std::vector<std::string> sources() const {
    std::vector<std::string> names;
    for (const auto& document : stored()) names.push_back(fs::path(document.source).lexically_relative(root()).string());
    std::ranges::sort(names);
    return names;
  }
};

constexpr const char* kMessage =
    "From: Ada Kern <ada@example.org>\nSubject: The bridge\nDate: Tue, 1 Nov 2022 10:00:00 +0000\nMIME-Version: 1.0\n"
    "Content-Type: multipart/mixed; boundary=\"b\"\n\n--b\nContent-Type: text/plain\n\nThe report is attached.\n--b\nContent-Type: text/plain\n"
    "Content-Disposition: attachment; filename=\"report.txt\"\n\nQuinces were sold.\n--b--\n";

TEST_F(ContainersTest, WhatIsInAnArchiveIsADocumentEach) {
  pack("a.tar", {{"one.txt", "apples"}, {"deep/two.md", "pears"}});
  EXPECT_EQ(add({root()}).added, 2U);
  EXPECT_THAT(sources(), ElementsAre("a.tar/deep/two.md", "a.tar/one.txt"));
  EXPECT_THAT(sources_with("pears"), ElementsAre((root() / "a.tar/deep/two.md").string()));
  embedder_.embedded.clear();
  const AddSummary again = add({root()});
  EXPECT_EQ(again.added + again.updated, 0U);
  EXPECT_THAT(embedder_.embedded, IsEmpty());
}

TEST_F(ContainersTest, AChangedArchiveAddsUpdatesAndRemovesWhatIsInIt) {
  const fs::path path = pack("a.tar", {{"same.txt", "apples"}, {"changed.txt", "pears"}, {"gone.txt", "plums"}});
  sync();
  EXPECT_EQ(sync().unchanged, 3U);
  pack("a.tar", {{"same.txt", "apples"}, {"changed.txt", "pears and cherries"}, {"new.txt", "quinces"}});
  touch(path, 10);
  const AddSummary summary = sync();
  EXPECT_EQ(summary.unchanged, 1U);
  EXPECT_EQ(summary.updated, 1U);
  EXPECT_EQ(summary.added, 1U);
  EXPECT_EQ(summary.removed, 1U);
  EXPECT_THAT(sources(), ElementsAre("a.tar/changed.txt", "a.tar/new.txt", "a.tar/same.txt"));
  fs::remove(path);
  EXPECT_EQ(sync().removed, 3U);
  EXPECT_THAT(store_->file_notes(workspace_, ""), IsEmpty());
  EXPECT_THAT(store_->check().problems, IsEmpty());
}

TEST_F(ContainersTest, AMessageIsADocumentAndItsAttachmentsAreOthers) {
  write("mail.eml", kMessage);
  EXPECT_EQ(sync().added, 2U);
  EXPECT_THAT(sources(), ElementsAre("mail.eml", "mail.eml/report.txt"));
  EXPECT_THAT(sources_with("quinces"), ElementsAre((root() / "mail.eml/report.txt").string()));
  EXPECT_EQ(sync().unchanged, 2U);
}

TEST_F(ContainersTest, AMessageWithoutAttachmentsIsOneDocument) {
  write("mail.eml", "From: Ada Kern <ada@example.org>\nSubject: The bridge\n\nIt opened in 1932.\n");
  const AddSummary summary = add({root()});
  EXPECT_EQ(summary.added, 1U);
  EXPECT_EQ(summary.unchanged, 0U);
  EXPECT_THAT(results_, SizeIs(1));
  EXPECT_EQ(sync().unchanged, 1U);
}

TEST_F(ContainersTest, ABrokenMessageIsToldOfUntilItCanBeRead) {
  const fs::path path = write("mail.eml", "Subject: \n\n");
  EXPECT_EQ(sync().failed, 1U);
  EXPECT_EQ(sync().failed_before, 1U);
  write("mail.eml", kMessage);
  touch(path, 10);
  EXPECT_EQ(sync().added, 2U);
  EXPECT_EQ(sync().failed_before, 0U);
}

TEST_F(ContainersTest, AnArchiveWithNothingToReadIsToldOf) {
  pack("a.tar", {{"film.mp4", "x"}});
  EXPECT_EQ(sync().failed, 1U);
  EXPECT_THAT(results_.at(0).reason, HasSubstr("no file in it"));
  EXPECT_EQ(sync().failed_before, 1U);
}

TEST_F(ContainersTest, ArchivesInsideArchivesAreOpenedAndTooDeepOnesAreToldOf) {
  std::string bytes = "apples";
  std::string name = "core.txt";
  for (int depth = 1; depth <= 4; ++depth) {
    const fs::path packed = pack(fmt::format("{}.tar", depth), {{name, bytes}});
    bytes = read_file(packed, 1U << 20U);
    name = packed.filename().string();
    if (depth < 4) fs::remove(packed);
  }
  EXPECT_EQ(sync().failed, 1U);
  EXPECT_THAT(results_.at(0).reason, HasSubstr("3"));
  EXPECT_THAT(stored(), IsEmpty());
  EXPECT_EQ(sync().failed_before, 1U);
}

TEST_F(ContainersTest, ArchivesInAnArchiveHoldNoMoreThanItMay) {
  std::vector<std::pair<std::string, std::string>> archives;
  for (const std::string name : {"1", "2", "3"}) {
    const fs::path packed = pack(name + ".tar.gz", {{"page.html", "<p>" + name + std::string(1'500'000, ' ')}});
    archives.emplace_back(packed.filename().string(), read_file(packed, 1U << 20U));
    fs::remove(packed);
  }
  options_.containers.max_total_bytes = 2U << 20U;
  pack("all.tar.gz", archives);
  EXPECT_EQ(sync().failed, 2U);
  EXPECT_THAT(sources(), ElementsAre("all.tar.gz/1.tar.gz/page.html", "all.tar.gz/2.tar.gz/page.html")) << "the third is more than anything may hold";
  for (const std::string name : {"all.tar.gz", "all.tar.gz/3.tar.gz"}) {
    const auto result = std::ranges::find(results_, (root() / name).string(), &FileResult::source);
    ASSERT_NE(result, results_.end()) << name;
    EXPECT_THAT(result->reason, HasSubstr("holds more than 2 MB")) << name;
  }
}

TEST_F(ContainersTest, WhatIsBrokenInsideIsListedAndTheRestIsRead) {
  pack("a.tar", {{"broken.txt", std::string("\0\1", 2)}, {"good.txt", "apples"}});
  const AddSummary summary = sync();
  EXPECT_EQ(summary.failed, 1U);
  EXPECT_EQ(summary.added, 1U);
  ASSERT_THAT(store_->file_notes(workspace_, (root() / "a.tar/broken.txt").string()), SizeIs(1));
  EXPECT_EQ(sync().failed_before, 1U);
  EXPECT_EQ(sync({.retries = true}).failed, 1U);
}

TEST_F(ContainersTest, ABrokenArchiveKeepsWhatItHeld) {
  const fs::path path = pack("a.zip.tar", {{"one.txt", "apples"}});
  sync();
  write("a.zip.tar", "this is no archive");
  touch(path, 10);
  EXPECT_EQ(sync().failed, 1U);
  EXPECT_THAT(sources_with("apples"), SizeIs(1));
}

TEST_F(ContainersTest, AnUploadedArchiveGivesAResultForEach) {
  const std::string bytes = read_file(pack("a.tar", {{"one.txt", "apples"}, {"two.txt", "pears"}}), 1U << 20U);
  const auto results = Ingester(*store_, embedder_, options_).add_bytes(caller_, "upload/a.tar", bytes, {});
  ASSERT_THAT(results, SizeIs(2));
  EXPECT_EQ(results[0].source, "upload/a.tar/one.txt");
  EXPECT_EQ(results[1].outcome, AddOutcome::Added);
}

TEST_F(ContainersTest, AStopWhileAnArchiveIsReadGoesOnTheNextTime) {
  pack("a.tar", {{"one.txt", "apples"}, {"two.txt", "pears"}});
  std::stop_source source;
  on_file_ = [&] { source.request_stop(); };
  EXPECT_EQ(failure_of([&] { sync({}, source.get_token()); }).kind, ErrorKind::Cancelled);
  on_file_ = {};
  sync();
  EXPECT_THAT(stored(), SizeIs(2));
}

}  // namespace
}  // namespace panduan::ingest
