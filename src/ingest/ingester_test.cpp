#include "ingest/ingester.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include "base/hash.h"
#include "documents/worker.h"
#include "ingest/testing/ingester_fixture.h"

namespace panduan::ingest {
namespace {

/// Paragraphs enough for that many passages of 32 tokens.
std::string long_text(int passages) {
  std::string text;
  for (int i = 0; i < passages; ++i) {
    for (int word = 0; word < 31; ++word) text += "word" + std::to_string(i) + " ";
    text += "end.\n\n";
  }
  return text;
}

TEST_F(IngesterTest, CutsAFileAnewWhenItIsToBeCutInAnotherWay) {
  std::string text;
  for (int i = 0; i < 40; ++i) text += "Sentence number " + std::to_string(i) + " stands here. ";
  const fs::path file = write("a.txt", text);
  options_.chunk_tokens = 100;
  add({file});
  const std::size_t few = results_.at(0).document.chunks;
  options_.chunk_tokens = 40;
  EXPECT_EQ(add({file}).updated, 1U);
  EXPECT_GT(results_.at(0).document.chunks, few);
  EXPECT_EQ(add({file}).unchanged, 1U);
  options_.chunk_overlap = 10;
  EXPECT_EQ(add({file}).updated, 1U);
  EXPECT_THAT(store_->check().problems, IsEmpty());
}

TEST_F(IngesterTest, AnAddedFileIsFoundByItsWordsAndHasItsVector) {
  const fs::path path = write("notes.md", "# Gardens\n\nApples grow on trees.\n");
  const AddSummary summary = add({path});
  EXPECT_EQ(summary.added, 1U);
  EXPECT_EQ(summary.failed + summary.updated + summary.unchanged, 0U);
  EXPECT_EQ(summary.chunks, 1U);
  EXPECT_GT(summary.tokens, 0U);
  ASSERT_THAT(results_, SizeIs(1));
  EXPECT_EQ(results_[0].source, path.string());
  EXPECT_EQ(results_[0].document.title, "Gardens");
  EXPECT_EQ(results_[0].document.stamp.bytes, fs::file_size(path));
  EXPECT_THAT(sources_with("apples"), ElementsAre(path.string()));
  ASSERT_THAT(embedder_.embedded, SizeIs(1));
  const auto model = store_->embedding_model(workspace_, {.fingerprint = "hash-1", .name = "hash", .dims = 8});
  store_->each_vector(workspace_, model, [&](store::ChunkId, std::span<const float> vector) {
    EXPECT_EQ(std::vector<float>(vector.begin(), vector.end()), HashEmbedder::vector_of(embedder_.embedded[0]));
  });
  EXPECT_EQ(store_->document_bytes(workspace_, results_[0].document.id), read_file(path, 1000));
}

TEST_F(IngesterTest, TheHeadingsAboveAPassageAreFoundAndEmbeddedWithIt) {
  options_.chunk_tokens = 32;
  const fs::path path = write("notes.md", "# Gardens\n\n" + long_text(2) + "## Orchards\n\n" + long_text(2));
  add({path});
  ASSERT_THAT(embedder_.embedded, ::testing::Not(IsEmpty()));
  EXPECT_THAT(embedder_.embedded.front(), ::testing::StartsWith("Gardens"));
  EXPECT_THAT(embedder_.embedded.back(), HasSubstr("Orchards\n"));
  EXPECT_THAT(sources_with("orchards"), ::testing::Each(path.string()));
}

TEST_F(IngesterTest, AFileWithTheSameTimeAndSizeIsNotRead) {
  const fs::path path = write("a.txt", "apples");
  add({path});
  const auto time = fs::last_write_time(path);
  write("a.txt", "cherry");
  fs::last_write_time(path, time);
  EXPECT_EQ(add({path}).unchanged, 1U);
  EXPECT_THAT(sources_with("apples"), SizeIs(1));
  EXPECT_EQ(results_[0].document.id, stored()[0].id);
}

TEST_F(IngesterTest, TheSameBytesUnderANewTimeAreUnchangedAndGetTheNewTime) {
  const fs::path path = write("a.txt", "apples");
  add({path});
  const auto before = stored()[0].stamp;
  touch(path, 10);
  EXPECT_EQ(add({path}).unchanged, 1U);
  EXPECT_THAT(embedder_.embedded, SizeIs(1));
  EXPECT_EQ(stored()[0].stamp.modified_ns - before.modified_ns, 10'000'000'000);
  EXPECT_EQ(stored()[0].version, 1);
}

TEST_F(IngesterTest, AChangedFileTakesThePlaceOfTheVersionBefore) {
  const fs::path path = write("a.txt", "apples");
  add({path});
  const std::string id = stored()[0].id;
  write("a.txt", "cherries");
  EXPECT_EQ(add({path}).updated, 1U);
  ASSERT_THAT(stored(), SizeIs(1));
  EXPECT_EQ(stored()[0].id, id);
  EXPECT_EQ(stored()[0].version, 2);
  EXPECT_THAT(sources_with("apples"), IsEmpty());
  EXPECT_THAT(sources_with("cherries"), ElementsAre(path.string()));
}

TEST_F(IngesterTest, AFileThatFailsIsReportedAndTheRestGoesOn) {
  options_.max_file_bytes = 1000;
  write("1-empty.txt", "");
  write("2-binary.txt", std::string("\0\1\2\3", 4));
  write("3-large.txt", std::string(1001, 'x'));
  write("4-good.txt", "apples");
  const AddSummary summary = add({root()});
  EXPECT_EQ(summary.failed, 3U);
  EXPECT_EQ(summary.added, 1U);
  EXPECT_THAT(outcomes(), ElementsAre(AddOutcome::Failed, AddOutcome::Failed, AddOutcome::Failed, AddOutcome::Added));
  EXPECT_THAT(results_[0].reason, HasSubstr("empty"));
  EXPECT_THAT(results_[1].reason, HasSubstr("not a format"));
  EXPECT_THAT(results_[2].reason, HasSubstr("the limit is 1000"));
  EXPECT_EQ(results_[0].source, (root() / "1-empty.txt").string());
  EXPECT_THAT(stored(), SizeIs(1));
}

TEST_F(IngesterTest, APipeOrADeviceIsReportedAndNotWaitedFor) {
  const fs::path pipe = root() / "pipe";
  const fs::path named = root() / "pipe.txt";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  ASSERT_EQ(::mkfifo(named.c_str(), 0600), 0);
  EXPECT_EQ(add({pipe, named, "/dev/zero", write("good.txt", "apples")}).failed, 3U);
  for (std::size_t index : {0U, 2U, 3U}) EXPECT_THAT(results_.at(index).reason, HasSubstr("not a regular file")) << results_.at(index).source;
  EXPECT_EQ(store_->file_notes(workspace_, pipe.string()).size(), 1U);
  EXPECT_THAT(sources_with("apples"), SizeIs(1));
}

TEST_F(IngesterTest, AModelThatFailsForOneFileLeavesTheOthers) {
  embedder_.on_embed = [](std::span<const std::string> texts) {
    if (texts[0] == "apples") throw Error(ErrorKind::Unavailable, "the server is away");
  };
  write("a.txt", "apples");
  write("b.txt", "cherries");
  const AddSummary summary = add({root()});
  EXPECT_EQ(summary.failed, 1U);
  EXPECT_EQ(summary.added, 1U);
  EXPECT_EQ(results_[0].reason, "the server is away");
  EXPECT_THAT(sources_with("apples"), IsEmpty());
}

TEST_F(IngesterTest, AFailedUpdateKeepsTheVersionBefore) {
  const fs::path path = write("a.txt", "apples");
  add({path});
  write("a.txt", std::string("\0\1", 2));
  EXPECT_EQ(add({path}).failed, 1U);
  EXPECT_THAT(sources_with("apples"), ElementsAre(path.string()));
}

TEST_F(IngesterTest, AFullDiskEndsIt) {
  embedder_.on_embed = [](std::span<const std::string>) { throw Error(ErrorKind::NoSpace, "the disk is full"); };
  write("a.txt", "apples");
  write("b.txt", "cherries");
  EXPECT_EQ(failure_of([this] { add({root()}); }).kind, ErrorKind::NoSpace);
  EXPECT_THAT(results_, IsEmpty());
}

TEST_F(IngesterTest, TheSameContentUnderTwoNamesIsEmbeddedOnceAndOutlivesEitherName) {
  const fs::path a = write("a.txt", "apples");
  const fs::path b = write("b.txt", "apples");
  EXPECT_EQ(add({a, b}).added, 2U);
  EXPECT_THAT(embedder_.embedded, SizeIs(1));
  ASSERT_THAT(stored(), SizeIs(2));
  store_->remove_document(workspace_, results_[0].document.id);
  EXPECT_THAT(sources_with("apples"), ElementsAre(b.string()));
  write("b.txt", "cherries");
  add({b});
  EXPECT_THAT(sources_with("apples"), IsEmpty());
  EXPECT_TRUE(store_->check().problems.empty());
}

TEST_F(IngesterTest, AFileThatBecomesTheSameAsAnotherSharesItsContent) {
  const fs::path a = write("a.txt", "apples");
  const fs::path b = write("b.txt", "cherries");
  add({a, b});
  write("b.txt", "apples");
  EXPECT_EQ(add({a, b}).updated, 1U);
  EXPECT_THAT(outcomes(), ElementsAre(AddOutcome::Unchanged, AddOutcome::Updated));
  EXPECT_THAT(embedder_.embedded, ElementsAre("apples", "cherries"));
  EXPECT_THAT(sources_with("cherries"), IsEmpty());
  EXPECT_EQ(results_[1].document.chunks, 1U);
}

TEST_F(IngesterTest, NothingIsSharedWithAnotherWorkspace) {
  const fs::path path = write("a.txt", "apples");
  add({path});
  caller_ = identity::local_caller(store_->workspace("other"));
  EXPECT_EQ(add({path}).added, 1U);
  EXPECT_THAT(embedder_.embedded, SizeIs(2));
}

TEST_F(IngesterTest, APathThatIsNotThereEndsItBeforeAnythingIsAdded) {
  const fs::path path = write("a.txt", "apples");
  const auto failure = failure_of([&] { add({path, root() / "none.txt"}); });
  EXPECT_EQ(failure.kind, ErrorKind::NotFound);
  EXPECT_THAT(failure.message, HasSubstr("none.txt"));
  EXPECT_THAT(stored(), IsEmpty());
  EXPECT_THAT(results_, IsEmpty());
}

TEST_F(IngesterTest, AStopBetweenTwoFilesKeepsTheFirstAndTheNextCallGoesOn) {
  write("a.txt", "apples");
  write("b.txt", "cherries");
  std::stop_source source;
  on_file_ = [&] { source.request_stop(); };
  EXPECT_EQ(failure_of([&] { add({root()}, source.get_token()); }).kind, ErrorKind::Cancelled);
  EXPECT_THAT(stored(), SizeIs(1));
  on_file_ = {};
  const AddSummary summary = add({root()});
  EXPECT_EQ(summary.unchanged, 1U);
  EXPECT_EQ(summary.added, 1U);
}

TEST_F(IngesterTest, AStopWithinADocumentLeavesNothingOfIt) {
  options_.chunk_tokens = 32;
  write("a.txt", long_text(100));
  std::stop_source source;
  embedder_.on_embed = [&](std::span<const std::string>) {
    if (!embedder_.embedded.empty()) source.request_stop();
  };
  EXPECT_EQ(failure_of([&] { add({root()}, source.get_token()); }).kind, ErrorKind::Cancelled);
  EXPECT_LT(embedder_.embedded.size(), 100U);
  EXPECT_THAT(stored(), IsEmpty());
  EXPECT_THAT(sources_with("word1"), IsEmpty());
}

TEST_F(IngesterTest, WhoMayOnlyReadAddsNothing) {
  caller_.rights = static_cast<std::uint32_t>(identity::Right::Read);
  const fs::path path = write("a.txt", "apples");
  EXPECT_EQ(failure_of([&] { add({path}); }).kind, ErrorKind::Forbidden);
  EXPECT_EQ(failure_of([&] { add({root() / "none.txt"}); }).kind, ErrorKind::Forbidden);
  EXPECT_EQ(failure_of([&] { add_bytes("a.txt", "apples"); }).kind, ErrorKind::Forbidden);
  EXPECT_THAT(stored(), IsEmpty());
}

TEST_F(IngesterTest, ProgressOnlyMovesOnAndSaysHowLongItTakes) {
  options_.chunk_tokens = 32;
  write("a.txt", long_text(200));
  write("b.txt", "apples");
  const AddSummary summary = add({root()});
  ASSERT_THAT(progress_, ::testing::Not(IsEmpty()));
  for (std::size_t i = 0; i < progress_.size(); ++i) {
    const AddProgress& now = progress_[i];
    EXPECT_EQ(now.files_total, 2U);
    EXPECT_EQ(now.bytes_total, fs::file_size(root() / "a.txt") + fs::file_size(root() / "b.txt"));
    EXPECT_LE(now.chunks_done, now.chunks_total);
    if (i == 0) continue;
    EXPECT_GE(now.files_done, progress_[i - 1].files_done);
    EXPECT_GE(now.bytes_done, progress_[i - 1].bytes_done);
    EXPECT_GE(now.tokens_done, progress_[i - 1].tokens_done);
  }
  EXPECT_EQ(progress_.front().step, "reading");
  EXPECT_LT(progress_.front().seconds_left, 0) << "nothing is done yet";
  EXPECT_GT(std::ranges::count(progress_, "embedding", &AddProgress::step), 3);
  EXPECT_EQ(progress_.back().tokens_done, summary.tokens);
  EXPECT_EQ(progress_.back().files_done, 2U);
  EXPECT_EQ(progress_.back().bytes_done, progress_.back().bytes_total);
  EXPECT_EQ(progress_.back().seconds_left, 0);
}

TEST_F(IngesterTest, SaysHowFarItIsWithPagesThatArePictures) {
  if (!documents::missing_for_pictures().empty()) GTEST_SKIP() << documents::missing_for_pictures();
  const fs::path scan = fs::path(PANDUAN_TEST_DATA) / "pictures/columns.png";
  add({scan});
  EXPECT_EQ(stored().at(0).recognised_pages, 1U);
  EXPECT_TRUE(std::ranges::any_of(progress_, [&](const AddProgress& now) { return now.step == "recognising" && now.file == scan && now.pages_total == 1; }));
  EXPECT_EQ(progress_.back().pages_total, 0U);
}

TEST_F(IngesterTest, SmallFilesAreEmbeddedTogether) {
  for (int i = 0; i < 40; ++i) write(fmt::format("{}.txt", i), fmt::format("apples and {} pears", i));
  std::size_t calls = 0;
  embedder_.on_embed = [&](std::span<const std::string>) { ++calls; };
  EXPECT_EQ(add({root()}).added, 40U);
  EXPECT_LT(calls, 40U);
  EXPECT_THAT(store_->check().problems, IsEmpty());
}

TEST_F(IngesterTest, WhatFailedIsNotedUntilItCanBeRead) {
  const fs::path path = write("a.txt", std::string("\0\1", 2));
  add({root()});
  auto notes = store_->file_notes(workspace_, root().string());
  ASSERT_THAT(notes, SizeIs(1));
  EXPECT_EQ(notes[0].source, path.string());
  EXPECT_THAT(notes[0].reason, HasSubstr("not a format"));
  write("a.txt", "apples");
  add({root()});
  EXPECT_THAT(store_->file_notes(workspace_, ""), IsEmpty());
}

TEST_F(IngesterTest, NobodyNeedsToListen) {
  write("a.txt", "apples");
  EXPECT_EQ(Ingester(*store_, embedder_, options_).add(caller_, {root()}, {}, {}).added, 1U);
}

TEST_F(IngesterTest, BytesInMemoryAreADocumentUnderTheirName) {
  EXPECT_EQ(add_bytes("upload/a.txt", "apples").outcome, AddOutcome::Added);
  EXPECT_EQ(add_bytes("upload/a.txt", "apples").outcome, AddOutcome::Unchanged);
  const FileResult updated = add_bytes("upload/a.txt", "cherries");
  EXPECT_EQ(updated.outcome, AddOutcome::Updated);
  EXPECT_EQ(updated.document.source, "upload/a.txt");
  EXPECT_THAT(sources_with("cherries"), ElementsAre("upload/a.txt"));
}

TEST_F(IngesterTest, BytesThatCannotBeAddedThrowTheirReason) {
  EXPECT_EQ(failure_of([this] { add_bytes("a.txt", ""); }).kind, ErrorKind::InvalidInput);
  EXPECT_EQ(failure_of([this] { add_bytes("a.png", std::string("\x89PNG\0\0", 6)); }).kind, ErrorKind::Unsupported);
  EXPECT_THAT(stored(), IsEmpty());
}

TEST_F(IngesterTest, AnotherEmbeddingModelEmbedsAllThatIsThereAndIsSearchedThen) {
  const fs::path path = write("a.md", "# Fruit\n\nApples.\n");
  add({path});
  embedder_.model = "hash-2";
  EXPECT_EQ(add({path}).unchanged, 1U) << "it is not read again";
  add({write("b.txt", "Berries.")});
  EXPECT_EQ(store_->searched_model(workspace_)->fingerprint, "hash-1") << "Apples are only there";
  const std::string first = embedder_.embedded.front();
  embedder_.embedded.clear();
  std::vector<AddProgress> seen;
  const auto summary = reindex([&](const AddProgress& progress) { seen.push_back(progress); });
  EXPECT_EQ(summary.reindexed, 1U);
  EXPECT_THAT(embedder_.embedded, ElementsAre(first)) << "as it was embedded before";
  EXPECT_EQ(seen.back().step, "indexing");
  EXPECT_EQ(seen.back().chunks_done, seen.back().chunks_total);
  EXPECT_EQ(store_->searched_model(workspace_)->fingerprint, "hash-2");
  EXPECT_EQ(store_->check().vectors, 2U) << "one for each";
  EXPECT_EQ(reindex({}).reindexed, 0U);
  EXPECT_THAT(sources_with("apples"), ElementsAre(path.string()));
  EXPECT_THAT(store_->check().problems, IsEmpty());
}

TEST_F(IngesterTest, AnIndexThatWasStoppedIsGoneOnWith) {
  options_.chunk_tokens = 32;
  std::vector<fs::path> paths;
  for (int i = 0; i < 3; ++i) paths.push_back(write(fmt::format("{}.txt", i), long_text(60 + i)));
  add(paths);
  embedder_.model = "hash-2";
  std::stop_source source;
  embedder_.on_embed = [&](std::span<const std::string>) {
    if (embedder_.embedded.size() > 300) source.request_stop();
  };
  EXPECT_EQ(failure_of([&] { reindex({}, source.get_token()); }).kind, ErrorKind::Cancelled);
  EXPECT_EQ(store_->searched_model(workspace_)->fingerprint, "hash-1");
  embedder_.on_embed = {};
  const std::size_t left = store_->count_without_vector(workspace_, store_->embedding_model(workspace_, {.fingerprint = "hash-2", .name = "hash", .dims = 8}));
  EXPECT_EQ(reindex({}).reindexed, left);
  EXPECT_LT(left, store_->check().chunks);
  EXPECT_EQ(store_->searched_model(workspace_)->fingerprint, "hash-2");
}

TEST_F(IngesterTest, BackToTheModelOfBeforeNothingOfItIsMadeAnew) {
  add({write("a.txt", "Apples.")});
  embedder_.model = "hash-2";
  add({write("b.txt", "Berries.")});
  embedder_.model = "hash-1";
  EXPECT_EQ(reindex({}).reindexed, 1U);
  EXPECT_EQ(embedder_.embedded.back(), "Berries.");
  EXPECT_EQ(store_->check().vectors, 2U);
}

}  // namespace
}  // namespace panduan::ingest
