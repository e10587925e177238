#include "cli/signals.h"

#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <mutex>
#include <optional>
#include <thread>

namespace panduan::cli {
namespace {

/// Who hears of a signal.
class Listeners {
 public:
  std::stop_token of_all() const { return all_.get_token(); }
  void set_scope(std::optional<std::stop_source> scope) {
    const std::lock_guard lock(mutex_);
    scope_ = std::move(scope);
  }
  void on_signal(int number) {
    std::optional<std::stop_source> scope;
    {
      const std::lock_guard lock(mutex_);
      scope = scope_;
    }
    if (scope) scope->request_stop();
    if (scope && number == SIGINT) return;
    if (!all_.request_stop()) ::_exit(128 + number);
  }

 private:
  std::stop_source all_;
  std::mutex mutex_;
  std::optional<std::stop_source> scope_;
};

Listeners& listeners() {
  static Listeners one;
  return one;
}

}  // namespace

std::stop_token watch_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::thread([signals, &listening = listeners()] {
    for (int number = 0;;) {
      sigwait(&signals, &number);
      listening.on_signal(number);
    }
  }).detach();
  std::signal(SIGPIPE, SIG_IGN);  // a reader that went away is an error of write, not our end
  return listeners().of_all();
}

CtrlCScope::CtrlCScope() { listeners().set_scope(source_); }
CtrlCScope::~CtrlCScope() { listeners().set_scope(std::nullopt); }

}  // namespace panduan::cli
