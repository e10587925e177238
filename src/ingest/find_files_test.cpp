#include "ingest/find_files.h"

#include "ingest/testing/ingester_fixture.h"

namespace panduan::ingest {
namespace {

class FindFilesTest : public IngesterTest {
 protected:
  /// As names below the folder.
  std::vector<std::string> found(const std::vector<fs::path>& paths) const {
    std::vector<std::string> names;
    for (const fs::path& path : find_files(paths).files) names.push_back(path.lexically_relative(root()).string());
    return names;
  }
};

TEST_F(FindFilesTest, AFolderGivesItsFilesWithAKnownEndingSorted) {
  write("b/two.PDF", "x");
  write("b/film.mp4", "x");
  write("a.md", "x");
  write("c/d/three.html", "x");
  write("no-ending", "x");
  EXPECT_THAT(found({root()}), ElementsAre("a.md", "b/two.PDF", "c/d/three.html"));
}

TEST_F(FindFilesTest, WhatIsHiddenIsLeftOut) {
  write(".hidden.md", "x");
  write(".git/notes.md", "x");
  write(".git/below/notes.md", "x");
  write("seen.md", "x");
  EXPECT_THAT(found({root()}), ElementsAre("seen.md"));
}

TEST_F(FindFilesTest, LinksToFoldersAreLeftOutSoThatACircleEnds) {
  write("a/notes.md", "x");
  link("a/again", root());
  link("b", root() / "a");
  EXPECT_THAT(found({root()}), ElementsAre("a/notes.md"));
}

TEST_F(FindFilesTest, ALinkThatPointsNowhereDoesNotEndTheFolder) {
  write("a.md", "x");
  link("b.md", root() / "none.md");
  link("c", root() / "none");
  write("d/e.md", "x");
  write("z.md", "x");
  EXPECT_THAT(found({root()}), ElementsAre("a.md", "d/e.md", "z.md"));
}

TEST_F(FindFilesTest, WhatIsNamedIsTakenWhateverItsNameIs) {
  EXPECT_THAT(found({write(".hidden", "x"), write("LICENSE", "x")}), ElementsAre(".hidden", "LICENSE"));
  write(".notes/a.md", "x");
  EXPECT_THAT(found({root() / ".notes"}), ElementsAre(".notes/a.md"));
}

TEST_F(FindFilesTest, AFileThatIsNamedInSeveralWaysIsGivenOnceByItsAbsolutePath) {
  const fs::path path = write("a/notes.md", "x");
  link("link.txt", path);
  const std::vector<fs::path> files = find_files({path, root() / "a", root() / "a/../a/notes.md", fs::relative(path), root() / "link.txt"}).files;
  EXPECT_THAT(files, ElementsAre(path));
}

TEST_F(FindFilesTest, AFolderThatMayNotBeReadIsPassedOverUnlessItIsTheOneNamed) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
  write("a.md", "x");
  const fs::path locked = write("locked/b.md", "x").parent_path();
  fs::permissions(locked, fs::perms::none);
  EXPECT_THAT(found({root()}), ElementsAre("a.md"));
  EXPECT_EQ(failure_of([&] { find_files({locked}); }).kind, ErrorKind::Forbidden);
  fs::permissions(locked, fs::perms::owner_all);
}

TEST_F(FindFilesTest, ALinkThatLeadsOutOfTheFolderIsRefused) {
  const TemporaryFolder other;
  std::ofstream(other.path() / "secret.md") << "x";
  write("a.md", "x");
  link("inside.md", root() / "a.md");
  link("outside.md", other.path() / "secret.md");
  EXPECT_THAT(found({root()}), ElementsAre("a.md", "inside.md"));
  const auto refused = find_files({root()}).refused;
  ASSERT_THAT(refused, SizeIs(1));
  EXPECT_EQ(refused[0].path, root() / "outside.md");
  EXPECT_THAT(refused[0].reason, HasSubstr("leads out"));
}

TEST_F(FindFilesTest, TheDeepestIgnoreFileThatSaysSomethingDecides) {
  write(".gitignore", "*.txt\n/private/\n");
  write("a.txt", "x");
  write("a.md", "x");
  write("private/b.md", "x");
  write("below/private/c.md", "x");
  write("below/.panduanignore", "!*.txt\n");
  write("below/d.txt", "x");
  EXPECT_THAT(found({root()}), ElementsAre("a.md", "below/d.txt", "below/private/c.md"));
  EXPECT_THAT(found({root() / "a.txt"}), ElementsAre("a.txt")) << "it is named itself";
}

TEST_F(FindFilesTest, NothingGivesNothing) {
  EXPECT_THAT(find_files({}).files, IsEmpty());
  EXPECT_THAT(find_files({root()}).files, IsEmpty());
}

}  // namespace
}  // namespace panduan::ingest
