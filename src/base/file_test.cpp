#include "base/file.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>

#include "base/testing/failure.h"

namespace panduan {
namespace {

namespace fs = std::filesystem;
using testing::Failure;
using testing::failure_of;

constexpr std::uint64_t kMegabyte = 1'000'000;

std::size_t entries_of(const fs::path& folder) { return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator())); }

/// Another process that does `body` and then waits to be killed.
class ChildProcess {
 public:
  template <typename Body>
  explicit ChildProcess(Body body) {
    std::array<int, 2> ready{};
    EXPECT_EQ(::pipe(ready.data()), 0);
    process_ = ::fork();
    if (process_ == 0) {
      const char result = body() ? '+' : '-';
      if (::write(ready[1], &result, 1) != 1) ::_exit(1);
      for (;;) ::pause();
    }
    ::close(ready[1]);
    char result = '-';
    EXPECT_EQ(::read(ready[0], &result, 1), 1);
    ::close(ready[0]);
    succeeded_ = result == '+';
  }
  ~ChildProcess() { kill(); }
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  bool succeeded() const { return succeeded_; }
  void kill() {
    if (process_ <= 0) return;
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
    process_ = -1;
  }

 private:
  pid_t process_ = -1;
  bool succeeded_ = false;
};

TEST(ReadFile, GivesTheBytesAsTheyAre) {
  const TemporaryFolder folder;
  const std::string bytes("a\0\r\n\xFF", 5);
  std::ofstream(folder.path() / "file", std::ios::binary) << bytes;
  EXPECT_EQ(read_file(folder.path() / "file", kMegabyte), bytes);
  std::ofstream(folder.path() / "empty").flush();
  EXPECT_EQ(read_file(folder.path() / "empty", 0), "");
}

TEST(ReadFile, SaysWhichFileIsMissing) {
  const Failure failure = failure_of([] { read_file("/nonexistent/notes.md", kMegabyte); });
  EXPECT_EQ(failure.kind, ErrorKind::NotFound);
  EXPECT_NE(failure.message.find("'/nonexistent/notes.md'"), std::string::npos) << failure.message;
}

TEST(ReadFile, OfAPathBelowAFileIsNotFound) {
  const TemporaryFolder folder;
  std::ofstream(folder.path() / "file") << "x";
  EXPECT_EQ(failure_of([&] { read_file(folder.path() / "file" / "below", kMegabyte); }).kind, ErrorKind::NotFound);
}

TEST(ReadFile, RefusesWhatIsNoRegularFileAndDoesNotWaitForIt) {
  const TemporaryFolder folder;
  ASSERT_EQ(::mkfifo((folder.path() / "pipe").c_str(), 0600), 0);
  const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  (folder.path() / "socket").native().copy(address.sun_path, sizeof(address.sun_path) - 1);
  ASSERT_EQ(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  for (const fs::path& path : {folder.path(), fs::path("/dev/null"), folder.path() / "pipe", folder.path() / "socket"}) {
    EXPECT_EQ(failure_of([&] { read_file(path, kMegabyte); }).kind, ErrorKind::InvalidInput) << path;
    EXPECT_EQ(failure_of([&] { read_file_start(path, 10); }).kind, ErrorKind::InvalidInput) << path;
  }
  ::close(socket);
}

TEST(ReadFile, TakesAFileUpToTheLimitAndNamesItAbove) {
  const TemporaryFolder folder;
  std::ofstream(folder.path() / "file") << "12345";
  EXPECT_EQ(read_file(folder.path() / "file", 5), "12345");
  const Failure failure = failure_of([&] { read_file(folder.path() / "file", 4); });
  EXPECT_EQ(failure.kind, ErrorKind::TooLarge);
  EXPECT_NE(failure.message.find("5 bytes, the limit is 4"), std::string::npos) << failure.message;
}

TEST(ReadFile, GivesItsStartAlone) {
  const TemporaryFolder folder;
  std::ofstream(folder.path() / "file") << "12345";
  EXPECT_EQ(read_file_start(folder.path() / "file", 3), "123");
  EXPECT_EQ(read_file_start(folder.path() / "file", 9), "12345");
  EXPECT_EQ(failure_of([&] { read_file_start(folder.path() / "none", 9); }).kind, ErrorKind::NotFound);
}

TEST(ReadFile, MayNotReadWhatBelongsToOthers) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
  const TemporaryFolder folder;
  std::ofstream(folder.path() / "file") << "x";
  fs::permissions(folder.path() / "file", fs::perms::none);
  EXPECT_EQ(failure_of([&] { read_file(folder.path() / "file", kMegabyte); }).kind, ErrorKind::Forbidden);
}

TEST(WriteFile, ReplacesTheOldBytesAndLeavesNothingBeside) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "file";
  write_file_atomically(path, "the old and longer bytes");
  write_file_atomically(path, "new");
  EXPECT_EQ(read_file(path, kMegabyte), "new");
  EXPECT_EQ(entries_of(folder.path()), 1U);
}

TEST(WriteFile, AReaderOfTheOldFileKeepsTheOldBytes) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "file";
  write_file_atomically(path, "old");
  std::ifstream reader(path);
  write_file_atomically(path, "new");
  std::string read;
  reader >> read;
  EXPECT_EQ(read, "old");
}

TEST(WriteFile, LeavesNothingBehindWhenItFails) {
  const TemporaryFolder folder;
  fs::create_directory(folder.path() / "taken");
  const Failure failure = failure_of([&] { write_file_atomically(folder.path() / "taken", "x"); });
  EXPECT_NE(failure.message.find("taken"), std::string::npos) << failure.message;
  EXPECT_EQ(entries_of(folder.path()), 1U);
  EXPECT_TRUE(fs::is_directory(folder.path() / "taken"));
  EXPECT_EQ(failure_of([&] { write_file_atomically(folder.path() / "none" / "file", "x"); }).kind, ErrorKind::NotFound);
}

TEST(ErrorFromErrno, HasTheKindThatFits) {
  const std::vector<std::pair<int, ErrorKind>> kinds{
      {ENOENT, ErrorKind::NotFound},    {ENOTDIR, ErrorKind::NotFound}, {EACCES, ErrorKind::Forbidden},   {EPERM, ErrorKind::Forbidden},
      {EROFS, ErrorKind::Forbidden},    {ENOSPC, ErrorKind::NoSpace},   {EDQUOT, ErrorKind::NoSpace},     {ENAMETOOLONG, ErrorKind::InvalidInput},
      {ENXIO, ErrorKind::InvalidInput}, {EIO, ErrorKind::Internal},     {ELOOP, ErrorKind::InvalidInput},
  };
  for (const auto& [number, kind] : kinds) {
    const Error error = error_from_errno(number, "cannot read 'a'");
    EXPECT_EQ(error.kind(), kind) << number;
    EXPECT_TRUE(std::string(error.what()).starts_with("cannot read 'a': ")) << error.what();
  }
}

TEST(ErrorFromErrno, AFullDiskComesWithAdvice) {
  EXPECT_NE(std::string(error_from_errno(ENOSPC, "cannot write 'a'").what()).find("free some space"), std::string::npos);
}

TEST(FreeBytes, AreKnownForAFolderAndNotForNone) {
  const TemporaryFolder folder;
  EXPECT_GT(free_bytes(folder.path()), 0U);
  EXPECT_EQ(failure_of([] { free_bytes("/nonexistent"); }).kind, ErrorKind::NotFound);
}

TEST(FileLock, IsNotGivenTwiceWithinAProcess) {
  const TemporaryFolder folder;
  const auto first = FileLock::try_acquire(folder.path() / "lock");
  ASSERT_TRUE(first);
  EXPECT_FALSE(FileLock::try_acquire(folder.path() / "lock"));
}

TEST(FileLock, KeepsAnotherProcessOutUntilItIsReleased) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "lock";
  const auto acquire = [&] { return FileLock::try_acquire(path).has_value(); };
  {
    const auto lock = FileLock::try_acquire(path);
    ASSERT_TRUE(lock);
    EXPECT_FALSE(ChildProcess(acquire).succeeded());
  }
  EXPECT_TRUE(ChildProcess(acquire).succeeded());
}

TEST(FileLock, TellsWhoHoldsItAndIsFreeWhenThatProcessIsKilled) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "lock";
  write_file_atomically(path, "a longer owner of another day");
  std::optional<FileLock> of_child;
  ChildProcess child([&] {
    of_child = FileLock::try_acquire(path);
    if (!of_child) return false;
    of_child->set_owner("serve 42");
    return true;
  });
  ASSERT_TRUE(child.succeeded());
  EXPECT_FALSE(FileLock::try_acquire(path));
  EXPECT_EQ(read_file(path, kMegabyte), "serve 42");
  child.kill();
  EXPECT_TRUE(FileLock::try_acquire(path));
}

TEST(FileLock, MovesWithItsObject) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "lock";
  auto first = FileLock::try_acquire(path);
  ASSERT_TRUE(first);
  {
    const FileLock second = *std::move(first);
    first.reset();
    EXPECT_FALSE(FileLock::try_acquire(path));
  }
  EXPECT_TRUE(FileLock::try_acquire(path));
}

TEST(FileLock, InAFolderThatIsNotThereIsAnError) {
  EXPECT_EQ(failure_of([] { FileLock::try_acquire("/nonexistent/lock"); }).kind, ErrorKind::NotFound);
}

TEST(TemporaryFolder, IsItsOwnAndRemovedWithAllThatIsInIt) {
  fs::path path;
  {
    const TemporaryFolder folder;
    const TemporaryFolder other;
    path = folder.path();
    EXPECT_NE(path, other.path());
    EXPECT_EQ(path.parent_path(), fs::path(fs::temp_directory_path() / "x").parent_path());
    EXPECT_EQ(fs::status(path).permissions(), fs::perms::owner_all);
    fs::create_directories(path / "a" / "b");
    std::ofstream(path / "a" / "b" / "file") << "x";
  }
  EXPECT_FALSE(fs::exists(path));
}

}  // namespace
}  // namespace panduan
