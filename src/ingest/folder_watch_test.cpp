#include "ingest/folder_watch.h"

#include <gtest/gtest.h>

#include <fstream>
#include <thread>

#include "base/file.h"

namespace panduan::ingest {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

class FolderWatchTest : public ::testing::Test {
 protected:
  void write(const std::string& name) const { std::ofstream(folder_.path() / name) << "x"; }
  /// Whether it tells of what is done once it waits, well before it would look by itself.
  bool tells_of(const std::function<void()>& change) {
    std::jthread changing([&] {
      std::this_thread::sleep_for(100ms);
      change();
    });
    const auto begin = std::chrono::steady_clock::now();
    return watch_.wait({}, 4s) && std::chrono::steady_clock::now() - begin < 3500ms;
  }

  TemporaryFolder folder_;
  FolderWatch watch_{{folder_.path()}};
};

TEST_F(FolderWatchTest, TellsOfNewChangedMovedAndRemovedFiles) {
  ASSERT_FALSE(watch_.polls());
  EXPECT_TRUE(tells_of([&] { write("a.txt"); }));
  EXPECT_TRUE(tells_of([&] { write("a.txt"); }));
  EXPECT_TRUE(tells_of([&] { fs::rename(folder_.path() / "a.txt", folder_.path() / "b.txt"); }));
  EXPECT_TRUE(tells_of([&] { fs::remove(folder_.path() / "b.txt"); }));
}
TEST_F(FolderWatchTest, FollowsFoldersThatAreMadeLater) {
  EXPECT_TRUE(tells_of([&] { fs::create_directories(folder_.path() / "new/deep"); }));
  EXPECT_TRUE(tells_of([&] { write("new/deep/a.txt"); }));
}
TEST_F(FolderWatchTest, SaysNothingOfHiddenFilesButOfIgnoreFiles) {
  EXPECT_FALSE(tells_of([&] { write(".a.txt.swp"); }));
  EXPECT_TRUE(tells_of([&] { write(".gitignore"); }));
}
TEST_F(FolderWatchTest, StopsWhenItIsAskedTo) {
  std::stop_source source;
  std::jthread stopping([&] {
    std::this_thread::sleep_for(100ms);
    source.request_stop();
  });
  EXPECT_FALSE(watch_.wait(source.get_token()));
}

}  // namespace
}  // namespace panduan::ingest
