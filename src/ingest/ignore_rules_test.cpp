#include "ingest/ignore_rules.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <string>

#include "base/file.h"
#include "base/process.h"

namespace panduan::ingest {
namespace {

bool is_ignored(std::string_view rules, std::string_view path, bool is_folder = false) { return IgnoreRules(rules).says(path, is_folder).value_or(false); }

TEST(IgnoreRules, ANameFitsAtAnyDepthAndAPathOnlyWhereItStands) {
  EXPECT_TRUE(is_ignored("draft.md", "draft.md"));
  EXPECT_TRUE(is_ignored("draft.md", "a/b/draft.md"));
  EXPECT_TRUE(is_ignored("/draft.md", "draft.md"));
  EXPECT_FALSE(is_ignored("/draft.md", "a/draft.md"));
  EXPECT_TRUE(is_ignored("a/*.md", "a/x.md"));
  EXPECT_FALSE(is_ignored("a/*.md", "a/b/x.md"));
  EXPECT_FALSE(is_ignored("a/*.md", "c/a/x.md"));
}

TEST(IgnoreRules, TwoStarsStandForAnyNumberOfFolders) {
  EXPECT_TRUE(is_ignored("a/**/z.md", "a/z.md"));
  EXPECT_TRUE(is_ignored("a/**/z.md", "a/b/c/z.md"));
  EXPECT_TRUE(is_ignored("**/z.md", "b/z.md"));
  EXPECT_TRUE(is_ignored("a/**", "a/b/c"));
  EXPECT_FALSE(is_ignored("a/**", "a", true)) << "only what is inside";
}

TEST(IgnoreRules, TheLastPatternThatFitsDecides) {
  EXPECT_FALSE(is_ignored("*.md\n!keep.md", "keep.md"));
  EXPECT_TRUE(is_ignored("!keep.md\n*.md", "keep.md"));
  EXPECT_EQ(IgnoreRules("*.md").says("a.txt", false), std::nullopt);
}

TEST(IgnoreRules, CommentsSpacesEscapesAndLineEndsAreAsInGit) {
  EXPECT_TRUE(is_ignored("# a comment\r\n\r\nx.md  \r\n", "x.md"));
  EXPECT_TRUE(is_ignored("\\#x.md", "#x.md"));
  EXPECT_TRUE(is_ignored("\\!x.md", "!x.md"));
  EXPECT_TRUE(is_ignored("x\\ ", "x "));
  EXPECT_TRUE(is_ignored("build/", "build", true));
  EXPECT_FALSE(is_ignored("build/", "build", false));
  EXPECT_TRUE(is_ignored("说明[0-9].md", "a/说明3.md"));
  EXPECT_TRUE(IgnoreRules("\n#\n/\n").empty());
}

TEST(IgnoreRules, ManyStarsTakeNoLongerThanTheirNumber) {
  std::string pattern;
  std::string path;
  for (int i = 0; i < 200; ++i) {
    pattern += "**/a/";
    path += "a/";
  }
  EXPECT_FALSE(is_ignored(pattern + "b", path + "c"));
}

/// What git itself says of a path, in a repository with these rules.
class AgainstGit : public ::testing::Test {
 protected:
  static std::string git(const std::filesystem::path& folder, std::vector<std::string> arguments) {
    Command command;
    command.arguments = {"git", "-C", folder.string()};
    command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
    return run_command(command, {}).output;
  }
};

TEST_F(AgainstGit, RandomRulesSayTheSameOfRandomPaths) {
  if (!program_exists("git")) GTEST_SKIP() << "git is not installed";
  const TemporaryFolder folder;
  git(folder.path(), {"init", "-q"});
  std::mt19937 random(7);
  const auto pick = [&](std::initializer_list<const char*> from) { return std::string(from.begin()[random() % from.size()]); };
  std::size_t ignored = 0;
  for (int round = 0; round < 60; ++round) {
    std::string rules;
    for (int line = 0; line < 4; ++line) {
      rules += pick({"", "", "", "!", "/"});
      for (int part = 0; part < 3; ++part) rules += pick({"a", "b", "*", "?", "**", "[ab]", "[!a]", "a*", "/", "/", "**/", "/**"});
      rules += pick({"", "", "/", " "}) + "\n";
    }
    std::ofstream(folder.path() / ".gitignore") << rules;
    std::string path = pick({"a", "b", "ab"});
    for (std::size_t depth = random() % 3; depth > 0; --depth) path += "/" + pick({"a", "b", "ba"});
    // Of the deepest file only, where nothing above it is left out: what is inside a folder that is left out is never asked about.
    const IgnoreRules ours(rules);
    bool above = false;
    for (std::size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1))
      above = above || ours.says(path.substr(0, slash), true).value_or(false);
    const bool theirs = !git(folder.path(), {"check-ignore", "--no-index", path}).empty();
    EXPECT_EQ(above || ours.says(path, false).value_or(false), theirs) << "rules:\n" << rules << "path: " << path;
    ignored += theirs ? 1 : 0;
  }
  EXPECT_GT(ignored, 5U);
  EXPECT_LT(ignored, 55U);
}

}  // namespace
}  // namespace panduan::ingest
