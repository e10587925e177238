#pragma once
#include <stop_token>

namespace panduan::cli {

/// Turns Ctrl-C and SIGTERM into a stop request; the second one ends the process at once. Called once, before any other thread is there.
std::stop_token watch_signals();

/// While it lives, Ctrl-C stops what has its token and nothing else, however often it comes. SIGTERM stops that and the rest. One at a
/// time.
class CtrlCScope {
 public:
  CtrlCScope();
  ~CtrlCScope();
  CtrlCScope(const CtrlCScope&) = delete;
  CtrlCScope& operator=(const CtrlCScope&) = delete;
  std::stop_token token() const { return source_.get_token(); }

 private:
  std::stop_source source_;
};

}  // namespace panduan::cli
