#include "base/sandbox.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

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

constexpr int kDenied = 0, kGotThrough = 1;
int denied(long result) { return result < 0 && (errno == EPERM || errno == EACCES) ? kDenied : kGotThrough; }

struct Attempt {
  std::string what;
  int (*attempt)();
};
std::ostream& operator<<(std::ostream& out, const Attempt& attempt) { return out << attempt.what; }

const std::vector<Attempt>& attempts() {
  static const std::vector<Attempt> all{
      {"ReadAFile", [] { return denied(::open("/etc/passwd", O_RDONLY)); }},
      {"ReadItsOwnMemoryAsAFile", [] { return denied(::open("/proc/self/mem", O_RDWR)); }},
      {"WriteAFile", [] { return denied(::open("/tmp/panduan-escape", O_WRONLY | O_CREAT, 0600)); }},
      {"MakeAFileInMemory", [] { return denied(::memfd_create("escape", 0)); }},
      {"ListAFolder", [] { return denied(::open("/", O_RDONLY | O_DIRECTORY)); }},
      {"DeleteAFile", [] { return denied(::unlink("/tmp/panduan-escape")); }},
      {"LookWhetherAFileIsThere", [] { return denied(::access("/etc/passwd", F_OK)); }},
      {"ChangeTheFolder", [] { return denied(::chdir("/")); }},
      {"SocketToTheNetwork", [] { return denied(::socket(AF_INET, SOCK_STREAM, 0)); }},
      {"SocketToThisMachine", [] { return denied(::socket(AF_UNIX, SOCK_STREAM, 0)); }},
      {"SocketToTheKernel", [] { return denied(::socket(AF_NETLINK, SOCK_RAW, 0)); }},
      {"SocketPair",
       [] {
         int ends[2];
         return denied(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
       }},
      {"ANewProcess", [] { return denied(::syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, nullptr)); }},
      {"ANewThread", [] { return denied(::syscall(SYS_clone, CLONE_THREAD | CLONE_VM | CLONE_SIGHAND, nullptr, nullptr, nullptr, nullptr)); }},
      {"AnotherProgram",
       [] {
         char* const arguments[]{nullptr};
         return denied(::execve("/bin/true", arguments, arguments));
       }},
      {"AnotherProgramByDescriptor",
       [] {
         char* const arguments[]{nullptr};
         return denied(::syscall(SYS_execveat, 0, "", arguments, arguments, 0x1000));
       }},
      {"TraceTheParent", [] { return denied(::ptrace(PTRACE_ATTACH, ::getppid(), nullptr, nullptr)); }},
      {"ReadTheParentsMemory", [] { return denied(::syscall(SYS_process_vm_readv, ::getppid(), nullptr, 0, nullptr, 0, 0)); }},
      {"SignalTheParent", [] { return denied(::kill(::getppid(), 0)); }},
      {"SignalAThreadOfTheParent", [] { return denied(::syscall(SYS_tgkill, ::getppid(), ::getppid(), 0)); }},
      {"NewNamespaces", [] { return denied(::unshare(CLONE_NEWUSER)); }},
      {"CodeOfItsOwn",
       [] {
         void* memory = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
         return memory == MAP_FAILED && errno == EPERM ? kDenied : kGotThrough;
       }},
      {"DataMadeCode",
       [] {
         void* memory = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
         return memory == MAP_FAILED ? kGotThrough : denied(::mprotect(memory, 4096, PROT_READ | PROT_EXEC));
       }},
      {"WorkOfTheKernel", [] { return denied(::syscall(SYS_io_uring_setup, 8, nullptr)); }},
      {"AProgramInTheKernel", [] { return denied(::syscall(SYS_bpf, 0, nullptr, 0)); }},
      {"WeakerLimits", [] { return denied(::syscall(SYS_prlimit64, 0, 9, nullptr, nullptr)); }},
      {"AnotherUser", [] { return denied(::setuid(0)); }},
  };
  return all;
}

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
