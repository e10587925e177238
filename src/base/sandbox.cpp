#include "base/sandbox.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
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

void allow_below(int ruleset, const char* folder, std::uint64_t rights) {
  const int parent = ::open(folder, O_PATH | O_CLOEXEC);
  if (parent < 0) return;  // not every system has each of them
  struct stat status{};
  if (::fstat(parent, &status) == 0 && !S_ISDIR(status.st_mode)) rights &= ~static_cast<std::uint64_t>(LANDLOCK_ACCESS_FS_READ_DIR);
  const landlock_path_beneath_attr below{.allowed_access = rights, .parent_fd = parent};
  ::syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &below, 0);
  ::close(parent);
}

// Conditions on an argument of a call, from 0; libseccomp's own macros are C.
scmp_arg_cmp has_none_of(unsigned argument, scmp_datum_t bits) { return {.arg = argument, .op = SCMP_CMP_MASKED_EQ, .datum_a = bits, .datum_b = 0}; }
scmp_arg_cmp has_all_of(unsigned argument, scmp_datum_t bits) { return {.arg = argument, .op = SCMP_CMP_MASKED_EQ, .datum_a = bits, .datum_b = bits}; }
scmp_arg_cmp is_not(unsigned argument, scmp_datum_t value) { return {.arg = argument, .op = SCMP_CMP_NE, .datum_a = value, .datum_b = 0}; }
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
  /// The program that the kernel runs, for a process that cannot call a library any more.
  std::vector<sock_filter> program() {
    const int memory = ::memfd_create("filter", MFD_CLOEXEC);
    if (memory < 0) throw error_from_errno(errno, "cannot make a filter");
    const int failed = ::seccomp_export_bpf(context_, memory);
    const off_t bytes = ::lseek(memory, 0, SEEK_END);
    std::vector<sock_filter> instructions(bytes > 0 ? static_cast<std::size_t>(bytes) / sizeof(sock_filter) : 0);
    const ssize_t read = ::pread(memory, instructions.data(), static_cast<std::size_t>(bytes), 0);
    ::close(memory);
    if (failed != 0 || read != bytes) throw Error(ErrorKind::Unsupported, "cannot make a filter of system calls (seccomp)");
    return instructions;
  }

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
// What no program that reads standard input and writes standard output has a use for: the network, other processes, the kernel's inner life, and whatever
// changes a file, for Landlock does not know all of that.
constexpr auto kNoProgramNeeds = std::to_array<int>({SCMP_SYS(socket),
                                                     SCMP_SYS(socketpair),
                                                     SCMP_SYS(connect),
                                                     SCMP_SYS(bind),
                                                     SCMP_SYS(listen),
                                                     SCMP_SYS(accept),
                                                     SCMP_SYS(accept4),
                                                     SCMP_SYS(sendto),
                                                     SCMP_SYS(sendmsg),
                                                     SCMP_SYS(sendmmsg),
                                                     SCMP_SYS(fork),
                                                     SCMP_SYS(vfork),
                                                     SCMP_SYS(ptrace),
                                                     SCMP_SYS(process_vm_readv),
                                                     SCMP_SYS(process_vm_writev),
                                                     SCMP_SYS(process_madvise),
                                                     SCMP_SYS(kill),
                                                     SCMP_SYS(tkill),
                                                     SCMP_SYS(rt_sigqueueinfo),
                                                     SCMP_SYS(rt_tgsigqueueinfo),
                                                     SCMP_SYS(pidfd_open),
                                                     SCMP_SYS(pidfd_getfd),
                                                     SCMP_SYS(pidfd_send_signal),
                                                     SCMP_SYS(setpriority),
                                                     SCMP_SYS(ioprio_set),
                                                     SCMP_SYS(sched_setaffinity),
                                                     SCMP_SYS(sched_setattr),
                                                     SCMP_SYS(sched_setparam),
                                                     SCMP_SYS(sched_setscheduler),
                                                     SCMP_SYS(shmget),
                                                     SCMP_SYS(shmat),
                                                     SCMP_SYS(shmctl),
                                                     SCMP_SYS(msgget),
                                                     SCMP_SYS(semget),
                                                     SCMP_SYS(mq_open),
                                                     SCMP_SYS(unshare),
                                                     SCMP_SYS(setns),
                                                     SCMP_SYS(mount),
                                                     SCMP_SYS(umount2),
                                                     SCMP_SYS(move_mount),
                                                     SCMP_SYS(open_tree),
                                                     SCMP_SYS(fsopen),
                                                     SCMP_SYS(pivot_root),
                                                     SCMP_SYS(chroot),
                                                     SCMP_SYS(bpf),
                                                     SCMP_SYS(perf_event_open),
                                                     SCMP_SYS(keyctl),
                                                     SCMP_SYS(add_key),
                                                     SCMP_SYS(request_key),
                                                     SCMP_SYS(io_uring_setup),
                                                     SCMP_SYS(userfaultfd),
                                                     SCMP_SYS(init_module),
                                                     SCMP_SYS(finit_module),
                                                     SCMP_SYS(delete_module),
                                                     SCMP_SYS(kexec_load),
                                                     SCMP_SYS(kexec_file_load),
                                                     SCMP_SYS(reboot),
                                                     SCMP_SYS(swapon),
                                                     SCMP_SYS(swapoff),
                                                     SCMP_SYS(iopl),
                                                     SCMP_SYS(ioperm),
                                                     SCMP_SYS(clock_settime),
                                                     SCMP_SYS(settimeofday),
                                                     SCMP_SYS(clock_adjtime),
                                                     SCMP_SYS(adjtimex),
                                                     SCMP_SYS(sethostname),
                                                     SCMP_SYS(setdomainname),
                                                     SCMP_SYS(quotactl),
                                                     SCMP_SYS(acct),
                                                     SCMP_SYS(syslog),
                                                     SCMP_SYS(open_by_handle_at),
                                                     SCMP_SYS(creat),
                                                     SCMP_SYS(truncate),
                                                     SCMP_SYS(unlink),
                                                     SCMP_SYS(unlinkat),
                                                     SCMP_SYS(rename),
                                                     SCMP_SYS(renameat),
                                                     SCMP_SYS(renameat2),
                                                     SCMP_SYS(mkdir),
                                                     SCMP_SYS(mkdirat),
                                                     SCMP_SYS(rmdir),
                                                     SCMP_SYS(link),
                                                     SCMP_SYS(linkat),
                                                     SCMP_SYS(symlink),
                                                     SCMP_SYS(symlinkat),
                                                     SCMP_SYS(mknod),
                                                     SCMP_SYS(mknodat),
                                                     SCMP_SYS(chmod),
                                                     SCMP_SYS(fchmod),
                                                     SCMP_SYS(fchmodat),
                                                     SCMP_SYS(chown),
                                                     SCMP_SYS(fchown),
                                                     SCMP_SYS(fchownat),
                                                     SCMP_SYS(lchown),
                                                     SCMP_SYS(utime),
                                                     SCMP_SYS(utimes),
                                                     SCMP_SYS(utimensat),
                                                     SCMP_SYS(futimesat),
                                                     SCMP_SYS(setxattr),
                                                     SCMP_SYS(lsetxattr),
                                                     SCMP_SYS(fsetxattr),
                                                     SCMP_SYS(removexattr),
                                                     SCMP_SYS(lremovexattr),
                                                     SCMP_SYS(fremovexattr)});
constexpr auto kWriting = std::to_array<scmp_datum_t>({O_WRONLY, O_RDWR, O_CREAT, O_TRUNC});

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

struct ProgramSandbox::Parts {
  std::vector<sock_filter> instructions;
  int ruleset = -1;
};

ProgramSandbox::ProgramSandbox() : parts_(std::make_unique<Parts>()) {
  Filter filter(SCMP_ACT_ALLOW);
  const std::uint32_t denied = SCMP_ACT_ERRNO(EPERM);
  for (const int call : kNoProgramNeeds) filter.rule(denied, call);
  for (const scmp_datum_t bit : kWriting) {
    filter.rule(denied, SCMP_SYS(open), has_all_of(1, bit));
    filter.rule(denied, SCMP_SYS(openat), has_all_of(2, bit));
  }
  filter.rule(denied, SCMP_SYS(prlimit64), is_not(0, 0));  // 0: itself
  // What takes its arguments from memory cannot be looked at; the C library does without when it is not there.
  for (const int call : {SCMP_SYS(clone3), SCMP_SYS(openat2)}) filter.rule(SCMP_ACT_ERRNO(ENOSYS), call);
  filter.rule(denied, SCMP_SYS(clone), has_none_of(0, CLONE_THREAD));
  parts_->instructions = filter.program();
  parts_->ruleset = make_ruleset(landlock_abi());
  if (parts_->ruleset < 0) return;
  constexpr std::uint64_t kRead = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
  for (const char* folder : {"/usr", "/lib", "/lib64", "/bin"}) allow_below(parts_->ruleset, folder, kRead | LANDLOCK_ACCESS_FS_EXECUTE);
  for (const char* file : {"/etc/ld.so.cache", "/etc/fonts", "/dev/null", "/dev/urandom"}) allow_below(parts_->ruleset, file, kRead);
}

ProgramSandbox::~ProgramSandbox() {
  if (parts_->ruleset >= 0) ::close(parts_->ruleset);
}

bool ProgramSandbox::enter() const noexcept {
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return false;
  if (parts_->ruleset >= 0 && ::syscall(SYS_landlock_restrict_self, parts_->ruleset, 0) != 0) return false;
  const sock_fprog program{.len = static_cast<unsigned short>(parts_->instructions.size()), .filter = parts_->instructions.data()};
  return ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0;
}

}  // namespace panduan
