#include "base/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <sstream>
#include <thread>

#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"

namespace panduan {
namespace {

constexpr std::size_t kMaxErrorBytes = 64U << 10U;

struct Pipe {
  int read_end = -1;
  int write_end = -1;
  Pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw error_from_errno(errno, "cannot make a pipe");
    read_end = ends[0];
    write_end = ends[1];
  }
  ~Pipe() {
    close_read();
    close_write();
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  void close_read() { close(read_end); }
  void close_write() { close(write_end); }

 private:
  static void close(int& end) {
    if (end >= 0) ::close(end);
    end = -1;
  }
};

void limit(int resource, std::uint64_t value) {
  const struct rlimit both{value, value};
  ::setrlimit(static_cast<__rlimit_resource>(resource), &both);
}

std::string find_program(std::string_view name) {
  if (name.find('/') != std::string_view::npos) return std::string(name);
  const char* path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "/usr/bin:/bin" : path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    std::string candidate = folder + "/" + std::string(name);
    if (::access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  return {};
}

/// write(2) to a pipe whose reader may have ended: that is EPIPE here, never a signal that would end us.
ssize_t write_to_pipe(int descriptor, std::string_view bytes) {
  sigset_t pipe_signal;
  sigset_t before;
  ::sigemptyset(&pipe_signal);
  ::sigaddset(&pipe_signal, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
  const ssize_t count = ::write(descriptor, bytes.data(), bytes.size());
  const int number = errno;
  if (count < 0 && number == EPIPE) {
    const timespec at_once{};
    ::sigtimedwait(&pipe_signal, nullptr, &at_once);
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = number;
  return count;
}

/// What a new process becomes.
struct Start {
  const char* program;
  char* const* arguments;
  char* const* environment;
  int input, output, errors;
  pid_t parent = ::getpid();
  sigset_t signals{};  ///< that it blocks, as we did
};

/// Runs in the new process, but in our memory, which it must leave as it is. A sanitizer would take it for our thread.
[[gnu::no_sanitize_address, gnu::no_sanitize_thread]] int become_program(void* given) {
  const Start& start = *static_cast<const Start*>(given);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  if (::getppid() != start.parent) ::_exit(127);
  limit(RLIMIT_CORE, 0);
  ::setpgid(0, 0);  // Ctrl-C reaches us, and we decide
  // No handler of ours may run here.
  for (int number = 1; number < NSIG; ++number) {
    struct sigaction action{};
    if (::sigaction(number, nullptr, &action) != 0 || action.sa_handler == SIG_DFL || action.sa_handler == SIG_IGN) continue;
    action = {};
    ::sigaction(number, &action, nullptr);
  }
  ::sigprocmask(SIG_SETMASK, &start.signals, nullptr);
  // A pipe may have got one of the three numbers itself, when we were started without it.
  const auto above = [](int end) { return end <= 2 ? ::fcntl(end, F_DUPFD, 3) : end; };
  const int input = above(start.input);
  const int output = above(start.output);
  const int errors = above(start.errors);
  ::dup2(input, 0);
  ::dup2(output, 1);
  ::dup2(errors, 2);
  // A library's files need not be marked as ours are.
  ::syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC);
  ::execve(start.program, start.arguments, start.environment);
  ::_exit(127);
}

/// As fork and exec, but without a copy of our page tables: with a model in memory that copy, and the faults on every page that is written after it, take
/// longer than a small document. This thread waits until the other program runs; the others go on.
pid_t start(Start start) {
  constexpr std::size_t kStackBytes = 64U << 10U;
  const auto stack = std::make_unique<std::max_align_t[]>(kStackBytes / sizeof(std::max_align_t));
  sigset_t all;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &start.signals);
  const pid_t pid = ::clone(become_program, stack.get() + kStackBytes / sizeof(std::max_align_t), CLONE_VM | CLONE_VFORK | SIGCHLD, &start);
  const int number = errno;
  ::pthread_sigmask(SIG_SETMASK, &start.signals, nullptr);
  if (pid < 0) throw error_from_errno(number, "cannot start a process");
  return pid;
}

/// Kills and reaps whatever is left of the child when we leave early.
class Child {
 public:
  explicit Child(pid_t pid) : pid_(pid) {}
  ~Child() {
    if (pid_ <= 0) return;
    ::kill(-pid_, SIGKILL);  // what it started as well
    ::kill(pid_, SIGKILL);   // before it has a group of its own
    wait();
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  bool has_ended() const {
    siginfo_t ended{};
    return ::waitid(P_PID, static_cast<id_t>(pid_), &ended, WEXITED | WNOHANG | WNOWAIT) != 0 || ended.si_pid != 0;
  }
  int wait() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  }

 private:
  pid_t pid_;
};

}  // namespace

bool program_exists(std::string_view name) { return !find_program(name).empty(); }

CommandResult run_command(const Command& command, const std::stop_token& stop) {
  const std::string program = find_program(command.arguments.at(0));
  if (program.empty()) throw Error(ErrorKind::Unavailable, fmt::format("the program '{}' is not installed", command.arguments[0]));

  // Everything the child needs is made here: before exec only async-signal-safe calls are allowed.
  std::vector<char*> argv;
  for (const auto& argument : command.arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  std::vector<std::string> variables;
  for (char** variable = environ; command.inherits_environment && *variable != nullptr; ++variable) {
    const std::string_view entry(*variable);
    if (!command.environment.contains(std::string(entry.substr(0, entry.find('='))))) variables.emplace_back(entry);
  }
  for (const auto& [name, value] : command.environment) variables.push_back(name + "=" + value);
  std::vector<char*> environment;
  for (auto& variable : variables) environment.push_back(variable.data());
  environment.push_back(nullptr);

  Pipe input;
  Pipe output;
  Pipe errors;
  Child child(start({.program = program.c_str(),
                     .arguments = argv.data(),
                     .environment = environment.data(),
                     .input = input.read_end,
                     .output = output.write_end,
                     .errors = errors.write_end}));
  input.close_read();
  output.close_write();
  errors.close_write();
  ::fcntl(input.write_end, F_SETFL, O_NONBLOCK);
  ::fcntl(output.read_end, F_SETFL, O_NONBLOCK);
  ::fcntl(errors.read_end, F_SETFL, O_NONBLOCK);
  if (command.input.empty()) input.close_write();

  CommandResult result;
  const Stopwatch watch;
  std::string_view unsent = command.input;
  std::array<char, 1U << 16U> buffer{};
  auto refuse_to_wait_longer = [&] {
    if (stop.stop_requested()) throw Error(ErrorKind::Cancelled, fmt::format("'{}' was stopped", command.arguments[0]));
    if (watch.elapsed_ms() > static_cast<double>(command.time_limit.count())) {
      throw Error(ErrorKind::InvalidInput, fmt::format("'{}' took longer than {} s and was stopped", command.arguments[0], command.time_limit.count() / 1000));
    }
  };
  // Reads what is there; closes the pipe at its end.
  auto drain = [&](Pipe& pipe, auto&& take) {
    const ssize_t count = ::read(pipe.read_end, buffer.data(), buffer.size());
    if (count > 0) take(std::string_view(buffer.data(), static_cast<std::size_t>(count)));
    if (count == 0) pipe.close_read();
  };
  while (output.read_end >= 0 || errors.read_end >= 0) {
    refuse_to_wait_longer();
    std::array<pollfd, 3> waiting{{{output.read_end, POLLIN, 0}, {errors.read_end, POLLIN, 0}, {input.write_end, POLLOUT, 0}}};
    const int ready = ::poll(waiting.data(), waiting.size(), 200);
    if (ready == 0 && command.on_tick) command.on_tick();
    if (ready <= 0) continue;
    if (waiting[0].revents != 0) {
      drain(output, [&](std::string_view bytes) {
        if (result.output.size() + bytes.size() > command.max_output_bytes) {
          throw Error(ErrorKind::TooLarge, fmt::format("'{}' wrote more than {} bytes and was stopped", command.arguments[0], command.max_output_bytes));
        }
        result.output.append(bytes);
      });
    }
    if (waiting[1].revents != 0) {
      drain(errors, [&](std::string_view bytes) { result.errors.append(bytes.substr(0, kMaxErrorBytes - std::min(kMaxErrorBytes, result.errors.size()))); });
    }
    if (waiting[2].revents != 0) {
      const ssize_t count = write_to_pipe(input.write_end, unsent);
      if (count > 0) unsent.remove_prefix(static_cast<std::size_t>(count));
      if (unsent.empty() || (count < 0 && errno != EAGAIN && errno != EINTR)) input.close_write();
    }
  }
  // It may have closed its output and go on.
  while (!child.has_ended()) {
    refuse_to_wait_longer();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  result.exit_code = child.wait();
  return result;
}

}  // namespace panduan
