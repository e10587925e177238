#pragma once
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <ostream>
#include <string>
#include <vector>

// What hostile code in a sandbox would try. For test programs only, and header-only for that reason.
namespace panduan::testing {

inline constexpr int kDenied = 0, kGotThrough = 1;
inline int denied(long result) { return result < 0 && (errno == EPERM || errno == EACCES) ? kDenied : kGotThrough; }

/// One way out of a sandbox.
struct EscapeAttempt {
  std::string what;
  int (*attempt)();
};
inline std::ostream& operator<<(std::ostream& out, const EscapeAttempt& attempt) { return out << attempt.what; }

inline const std::vector<EscapeAttempt>& attempts() {
  static const std::vector<EscapeAttempt> all{
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

}  // namespace panduan::testing
