#include "base/sandbox.h"

#include <fmt/format.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <fstream>

#include "base/error.h"
#include "base/file.h"

namespace panduan {
namespace {

// Landlock's structure and rights as of ABI 6; the header of Debian 12 knows ABI 2. The kernel takes as many bytes as it knows.
struct LandlockRules {
  std::uint64_t files = 0, network = 0, scoped = 0;
};
constexpr std::uint64_t kFilesOfAbi1 = (1ULL << 13U) - 1;
constexpr std::uint64_t kRefer = 1ULL << 13U, kTruncate = 1ULL << 14U, kDeviceControl = 1ULL << 15U;
constexpr std::uint64_t kTcp = 3;           // bind and connect
constexpr std::uint64_t kOtherDomains = 3;  // abstract sockets and signals

int landlock_abi() {
  const long version = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  return version < 0 ? 0 : static_cast<int>(version);
}

LandlockRules everything(int abi) {
  return {.files = kFilesOfAbi1 | (abi >= 2 ? kRefer : 0) | (abi >= 3 ? kTruncate : 0) | (abi >= 5 ? kDeviceControl : 0),
          .network = abi >= 4 ? kTcp : 0,
          .scoped = abi >= 6 ? kOtherDomains : 0};
}

/// A ruleset that denies everything; -1 where the kernel has no Landlock.
int make_ruleset(int abi) {
  if (abi == 0) return -1;
  const LandlockRules rules = everything(abi);
  const std::size_t size = abi >= 6 ? sizeof rules : abi >= 4 ? 2 * sizeof(std::uint64_t) : sizeof(std::uint64_t);
  const long ruleset = ::syscall(SYS_landlock_create_ruleset, &rules, size, 0);
  if (ruleset < 0) throw error_from_errno(errno, "cannot make a Landlock ruleset");
  return static_cast<int>(ruleset);
}

// Conditions on an argument of a call, from 0; libseccomp's own macros are C.
scmp_arg_cmp has_none_of(unsigned argument, scmp_datum_t bits) { return {.arg = argument, .op = SCMP_CMP_MASKED_EQ, .datum_a = bits, .datum_b = 0}; }
scmp_arg_cmp is(unsigned argument, scmp_datum_t value) { return {.arg = argument, .op = SCMP_CMP_EQ, .datum_a = value, .datum_b = 0}; }

class Filter {
 public:
  explicit Filter(std::uint32_t otherwise) : context_(::seccomp_init(otherwise)) {
    if (context_ == nullptr) throw Error(ErrorKind::Unsupported, "the kernel cannot filter system calls (seccomp): foreign files are not read without it");
  }
  ~Filter() { ::seccomp_release(context_); }
  Filter(const Filter&) = delete;
  Filter& operator=(const Filter&) = delete;

  template <class... Conditions>
  void rule(std::uint32_t action, int call, Conditions... conditions) {
    const std::array<scmp_arg_cmp, sizeof...(conditions)> all{conditions...};
    if (call != __NR_SCMP_ERROR) check(::seccomp_rule_add_array(context_, action, call, all.size(), all.data()));
  }
  void load() { check(::seccomp_load(context_)); }

 private:
  static void check(int result) {
    if (result < 0) throw Error(ErrorKind::Unsupported, fmt::format("the kernel does not take the filter of system calls (seccomp: error {})", -result));
  }
  scmp_filter_ctx context_;
};

// What computing, reading and writing need, and how a process ends.
constexpr auto kAllowed = std::to_array<int>({SCMP_SYS(read),         SCMP_SYS(write),         SCMP_SYS(readv),           SCMP_SYS(writev),
                                              SCMP_SYS(pread64),      SCMP_SYS(close),         SCMP_SYS(fstat),           SCMP_SYS(lseek),
                                              SCMP_SYS(brk),          SCMP_SYS(munmap),        SCMP_SYS(mremap),          SCMP_SYS(madvise),
                                              SCMP_SYS(futex),        SCMP_SYS(sched_yield),   SCMP_SYS(rt_sigreturn),    SCMP_SYS(rt_sigprocmask),
                                              SCMP_SYS(sigaltstack),  SCMP_SYS(clock_gettime), SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep),
                                              SCMP_SYS(gettimeofday), SCMP_SYS(getrandom),     SCMP_SYS(getpid),          SCMP_SYS(gettid),
                                              SCMP_SYS(getrusage),    SCMP_SYS(sysinfo),       SCMP_SYS(restart_syscall), SCMP_SYS(exit),
                                              SCMP_SYS(exit_group)});
std::uint64_t address_space() {
  std::uint64_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

void limit(__rlimit_resource resource, std::uint64_t value) {
  struct rlimit now{};
  ::getrlimit(resource, &now);
  const rlim_t most = std::min<rlim_t>(value, now.rlim_max);  // who started us may have set a lower one
  const struct rlimit both{most, most};
  if (::setrlimit(resource, &both) != 0) throw error_from_errno(errno, "cannot limit a worker");
}

void restrict_to(int ruleset) {
  if (ruleset < 0) return;
  const long failed = ::syscall(SYS_landlock_restrict_self, ruleset, 0);
  ::close(ruleset);
  if (failed != 0) throw error_from_errno(errno, "cannot enter the Landlock ruleset");
}

}  // namespace

std::string SandboxLayers::text() const {
  if (!system_calls) return "none";
  return landlock > 0 ? fmt::format("system calls and Landlock {}", landlock) : "system calls; this kernel has no Landlock";
}

SandboxLayers sandbox_support() { return {.system_calls = ::prctl(PR_GET_SECCOMP, 0, 0, 0, 0) >= 0, .landlock = landlock_abi()}; }

SandboxLayers enter_sandbox(const SandboxLimits& limits) {
  limit(RLIMIT_AS, address_space() + limits.memory_bytes);
  limit(RLIMIT_CPU, limits.cpu_seconds);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_FSIZE, 0);
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) throw error_from_errno(errno, "cannot confine a worker");
  const SandboxLayers layers{.system_calls = true, .landlock = landlock_abi()};
  restrict_to(make_ruleset(layers.landlock));

  Filter filter(SCMP_ACT_ERRNO(EPERM));
  for (const int call : kAllowed) filter.rule(SCMP_ACT_ALLOW, call);
  for (const int call : {SCMP_SYS(mmap), SCMP_SYS(mprotect)}) filter.rule(SCMP_ACT_ALLOW, call, has_none_of(2, PROT_EXEC));
  filter.rule(SCMP_ACT_ALLOW, SCMP_SYS(tgkill), is(0, static_cast<scmp_datum_t>(::getpid())));  // abort()
  filter.load();
  return layers;
}

}  // namespace panduan
