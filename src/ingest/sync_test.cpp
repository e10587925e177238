#include <fmt/format.h>

#include "ingest/testing/ingester_fixture.h"

namespace panduan::ingest {
namespace {

TEST_F(IngesterTest, SyncAddsUpdatesMovesAndRemoves) {
  write("same.txt", "apples");
  write("changed.txt", "cherries");
  write("old/name.txt", "plums");
  write("gone.txt", "pears");
  EXPECT_EQ(sync().added, 4U);
  const std::string moved = store_->find_document_by_source(workspace_, (root() / "old/name.txt").string())->id;
  write("changed.txt", "grapes and cherries");
  move("old/name.txt", "new/name.txt");
  fs::remove(root() / "gone.txt");
  write("new.txt", "quinces");
  embedder_.embedded.clear();
  const AddSummary summary = sync();
  EXPECT_EQ(summary.unchanged, 1U);
  EXPECT_EQ(summary.updated, 1U);
  EXPECT_EQ(summary.moved, 1U);
  EXPECT_EQ(summary.removed, 1U);
  EXPECT_EQ(summary.added, 1U);
  EXPECT_THAT(embedder_.embedded, ::testing::UnorderedElementsAre("grapes and cherries", "quinces")) << "what was moved is not read again";
  const auto there = store_->find_document_by_source(workspace_, (root() / "new/name.txt").string());
  ASSERT_TRUE(there);
  EXPECT_EQ(there->id, moved);
  EXPECT_THAT(sources_with("pears"), IsEmpty());
  EXPECT_THAT(sources_with("plums"), ElementsAre((root() / "new/name.txt").string()));
  EXPECT_THAT(store_->check().problems, IsEmpty());
  EXPECT_EQ(sync().unchanged, 4U);
  EXPECT_THAT(results_, IsEmpty());
  EXPECT_THAT(store_->followed_folders(workspace_), ElementsAre(root().string()));
}

TEST_F(IngesterTest, SyncLeavesOtherFoldersAlone) {
  const TemporaryFolder other;
  const fs::path outside = fs::canonical(other.path()) / "a.txt";
  std::ofstream(outside) << "apples";
  const fs::path like = write("docs-old/b.txt", "pears");
  write("docs/c.txt", "plums");
  add({outside, like, root() / "docs/c.txt"});
  fs::remove(root() / "docs/c.txt");
  fs::remove(like);
  const auto summary = Ingester(*store_, embedder_, options_).sync(caller_, root() / "docs", {}, {}, {});
  EXPECT_EQ(summary.removed, 1U);
  EXPECT_THAT(stored(), SizeIs(2)) << "docs-old is another folder";
}

TEST_F(IngesterTest, SyncTriesWhatFailedAgainOnlyWhenItChangedOrIsAskedTo) {
  const fs::path path = write("a.txt", std::string("\0\1", 2));
  EXPECT_EQ(sync().failed, 1U);
  EXPECT_EQ(sync().failed_before, 1U);
  EXPECT_THAT(results_, IsEmpty());
  EXPECT_EQ(sync({.retries = true}).failed, 1U);
  write("a.txt", "apples");
  touch(path, 10);
  EXPECT_EQ(sync().added, 1U);
  EXPECT_THAT(store_->file_notes(workspace_, ""), IsEmpty());
  write("b.txt", std::string("\0\1", 2));
  sync();
  fs::remove(root() / "b.txt");
  sync();
  EXPECT_THAT(store_->file_notes(workspace_, ""), IsEmpty()) << "the file is gone, and so is what was said of it";
}

TEST_F(IngesterTest, AFolderThatBecameEmptyIsNotTakenAtItsWord) {
  for (int i = 0; i < 12; ++i) write(fmt::format("{}.txt", i), fmt::format("apples {}", i));
  sync();
  for (int i = 0; i < 12; ++i) fs::remove(root() / fmt::format("{}.txt", i));
  const auto failure = failure_of([&] { sync(); });
  EXPECT_EQ(failure.kind, ErrorKind::Conflict);
  EXPECT_THAT(failure.message, HasSubstr("12 documents"));
  EXPECT_THAT(stored(), SizeIs(12));
  EXPECT_EQ(sync({.empties = true}).removed, 12U);
  EXPECT_THAT(stored(), IsEmpty());
}

TEST_F(IngesterTest, WhatIsInAFolderThatCannotBeReadStays) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
  write("a.md", "apples");
  const fs::path locked = write("locked/b.md", "pears").parent_path();
  sync();
  fs::permissions(locked, fs::perms::none);
  EXPECT_EQ(sync().removed, 0U);
  fs::permissions(locked, fs::perms::owner_all);
  EXPECT_THAT(stored(), SizeIs(2));
}

TEST_F(IngesterTest, WhatIsIgnoredNowIsRemoved) {
  write("notes/a.md", "apples");
  write("build/b.md", "pears");
  EXPECT_EQ(sync().added, 2U);
  write(".gitignore", "build/\n");
  EXPECT_EQ(sync().removed, 1U);
  write("notes/.panduanignore", "*.md\n");
  EXPECT_EQ(sync().removed, 1U);
  EXPECT_THAT(stored(), IsEmpty());
}

TEST_F(IngesterTest, AStoppedSyncHasRemovedNothingAndTheNextGoesOn) {
  write("gone.txt", "pears");
  sync();
  fs::remove(root() / "gone.txt");
  write("a.txt", "apples");
  write("b.txt", "plums");
  std::stop_source source;
  on_file_ = [&] { source.request_stop(); };
  EXPECT_EQ(failure_of([&] { sync({}, source.get_token()); }).kind, ErrorKind::Cancelled);
  EXPECT_THAT(sources_with("pears"), SizeIs(1));
  on_file_ = {};
  const AddSummary summary = sync();
  EXPECT_EQ(summary.added + summary.unchanged, 2U);
  EXPECT_EQ(summary.removed, 1U);
}

TEST_F(IngesterTest, SyncIsForFoldersAndForWhoMayWrite) {
  const fs::path file = write("a.txt", "apples");
  const auto sync_of = [&](const fs::path& path) { return failure_of([&] { Ingester(*store_, embedder_, options_).sync(caller_, path, {}, {}, {}); }).kind; };
  EXPECT_EQ(sync_of(file), ErrorKind::InvalidInput);
  EXPECT_EQ(sync_of(root() / "none"), ErrorKind::NotFound);
  caller_.rights = static_cast<std::uint32_t>(identity::Right::Read);
  EXPECT_EQ(sync_of(root()), ErrorKind::Forbidden);
}

}  // namespace
}  // namespace panduan::ingest
