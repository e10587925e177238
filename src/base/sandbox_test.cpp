#include "base/sandbox.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <string>

#include "base/testing/escape_attempts.h"

namespace panduan {
namespace {

/// How a child ends that confines itself and then does this: what it returns, or 128 + the signal.
template <class Action>
int confined(const Action& action, const SandboxLimits& limits = {}) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    enter_sandbox(limits);
    ::_exit(action());
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

using testing::attempts;
using testing::kDenied;
using testing::kGotThrough;
using Attempt = testing::EscapeAttempt;

class Escape : public ::testing::TestWithParam<Attempt> {};
TEST_P(Escape, IsDenied) {
  EXPECT_EQ(confined([] { return GetParam().attempt(); }), kDenied);
}
INSTANTIATE_TEST_SUITE_P(FromASandbox, Escape, ::testing::ValuesIn(attempts()), [](const auto& one) { return one.param.what; });

TEST(Sandbox, TheAttemptsWorkOutsideOfIt) {
  // Of those that any user may do: denied means something.
  for (const Attempt& attempt : attempts()) {
    if (attempt.what == "ReadAFile" || attempt.what == "ListAFolder" || attempt.what == "SocketToThisMachine" || attempt.what == "SocketPair" ||
        attempt.what == "MakeAFileInMemory" || attempt.what == "CodeOfItsOwn" || attempt.what == "DataMadeCode" || attempt.what == "ChangeTheFolder") {
      EXPECT_EQ(attempt.attempt(), kGotThrough) << attempt.what;
    }
  }
}
TEST(Sandbox, WhatIsOpenCanBeReadAndWritten) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  EXPECT_EQ(confined([&] { return ::write(ends[1], "said", 4) == 4 ? 0 : 1; }), 0);
  char said[5]{};
  EXPECT_EQ(::read(ends[0], said, 4), 4);
  EXPECT_STREQ(said, "said");
  ::close(ends[0]);
  ::close(ends[1]);
}
TEST(Sandbox, MemoryIsLimited) {
  const SandboxLimits small{.memory_bytes = 64ULL << 20U, .cpu_seconds = 10};
  EXPECT_EQ(confined([] { return std::malloc(32ULL << 20U) != nullptr ? 0 : 1; }, small), 0);
  EXPECT_EQ(confined([] { return std::malloc(128ULL << 20U) == nullptr ? 0 : 1; }, small), 0);
}
TEST(Sandbox, TimeOfTheProcessorIsLimited) {
  volatile bool on = true;
  EXPECT_EQ(confined(
                [&] {
                  while (on) {
                  }
                  return 0;
                },
                {.memory_bytes = 64ULL << 20U, .cpu_seconds = 1}),
            128 + SIGKILL);
}
TEST(Sandbox, ItSaysWhichLayersItHas) {
  EXPECT_TRUE(sandbox_support().system_calls);
  EXPECT_EQ((SandboxLayers{true, 7}.text()), "system calls and Landlock 7");
  EXPECT_EQ((SandboxLayers{true, 0}.text()), "system calls; this kernel has no Landlock");
}

}  // namespace
}  // namespace panduan
