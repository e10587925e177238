#include "base/process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstddef>
#include <string>

#include "base/error.h"

namespace panduan {
namespace {

TEST(RunCommand, SurvivesAProgramThatEndsWithoutReadingItsInput) {
  Command command;
  command.arguments = {"true"};
  const std::string input(4U << 20U, 'x');  // more than a pipe holds
  command.input = input;
  EXPECT_EQ(run_command(command).exit_code, 0);
}

TEST(RunCommand, AProgramThatClosesItsOutputAndGoesOnIsStopped) {
  Command command;
  command.arguments = {"/bin/sh", "-c", "exec >&- 2>&-; sleep 60"};
  command.time_limit = std::chrono::milliseconds(200);
  EXPECT_THROW(run_command(command), Error);
}
TEST(RunCommand, OurEnvironmentStaysWithUs) {
  Command command;
  command.arguments = {"env"};
  command.environment = {{"SAID", "this"}};
  command.inherits_environment = false;
  EXPECT_EQ(run_command(command).output, "SAID=this\n");
}
TEST(RunCommand, OurFilesStayWithUs) {
  const int ours = ::open("/dev/null", O_RDONLY);  // as a library opens them
  Command command;
  command.arguments = {"/bin/sh", "-c", "[ ! -e /proc/self/fd/" + std::to_string(ours) + " ]"};
  EXPECT_EQ(run_command(command).exit_code, 0);
  ::close(ours);
}

TEST(RunCommand, DoesNotMakeOurMemoryBeCopiedAfterwards) {
  constexpr std::size_t kBytes = 64U << 20U;
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  void* const mapped = ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(mapped, MAP_FAILED);
  ::madvise(mapped, kBytes, MADV_NOHUGEPAGE);
  auto* const bytes = static_cast<volatile char*>(mapped);
  const auto write_all = [&] {
    for (std::size_t i = 0; i < kBytes; i += page) bytes[i] = 1;
  };
  const auto faults = [] {
    struct rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    return static_cast<std::size_t>(used.ru_minflt);
  };
  write_all();
  Command command;
  command.arguments = {"true"};
  EXPECT_EQ(run_command(command).exit_code, 0);
  const std::size_t before = faults();
  write_all();
  EXPECT_LT(faults() - before, kBytes / page / 2);  // a fault on each page, when they had become shared
  ::munmap(mapped, kBytes);
}
TEST(RunCommand, AProgramThatCannotBeStartedLeavesUsAsWeWere) {
  sigset_t before;
  ::pthread_sigmask(SIG_BLOCK, nullptr, &before);
  Command command;
  command.arguments = {"/dev/null"};
  EXPECT_EQ(run_command(command).exit_code, 127);
  sigset_t after;
  ::pthread_sigmask(SIG_BLOCK, nullptr, &after);
  for (int number = 1; number < NSIG; ++number) EXPECT_EQ(sigismember(&after, number), sigismember(&before, number)) << number;
}
TEST(RunCommand, SignalsThatWeHandleEndTheProgram) {
  struct sigaction handler{};
  struct sigaction before{};
  handler.sa_handler = [](int) {};
  ::sigaction(SIGTERM, &handler, &before);
  Command command;
  command.arguments = {"/bin/sh", "-c", "kill -TERM $$; sleep 60"};
  EXPECT_EQ(run_command(command).exit_code, 128 + SIGTERM);
  struct sigaction after{};
  ::sigaction(SIGTERM, &before, &after);
  EXPECT_EQ(after.sa_handler, handler.sa_handler);  // ours is still there
}

}  // namespace
}  // namespace panduan
