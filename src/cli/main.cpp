#include <fmt/format.h>
#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <iterator>
#include <thread>

#include "base/error.h"
#include "base/log.h"
#include "cli/commands.h"
#include "cli/terminal.h"

namespace {

using namespace panduan;
using namespace panduan::cli;

/// Turns Ctrl-C and SIGTERM into a stop request; the second one ends the process at once.
std::stop_source& watch_signals() {
  static std::stop_source source;
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::thread([signals] {
    int number = 0;
    sigwait(&signals, &number);
    source.request_stop();
    sigwait(&signals, &number);
    ::_exit(128 + number);
  }).detach();
  std::signal(SIGPIPE, SIG_IGN);  // a reader that went away is an error of write, not our end
  return source;
}

int run(const Session& session) {
  switch (session.arguments.command) {
    case Command::Add: return run_add(session);
    case Command::List: return run_list(session);
    case Command::Remove: return run_remove(session);
    case Command::Search: return run_search(session);
    case Command::Ask: return run_ask(session);
    case Command::Check: return run_check(session);
    case Command::Serve: return run_serve(session);
    case Command::ModelsList:
    case Command::ModelsPull:
    case Command::ModelsVerify:
    case Command::ModelsImport: return run_models(session);
    case Command::Eval: return run_eval(session);
    case Command::Doctor: return run_doctor(session);
    case Command::Completion: return run_completion(session);
  }
  return 70;
}

}  // namespace

int main(int argc, char** argv) {
  const Stopwatch running;
  const auto parsed = parse_arguments(argc, argv);
  if (!parsed.arguments) return parsed.exit_code;
  try {
    const Config config = load_config({.flags = parsed.arguments->settings, .file = parsed.arguments->config_file, .environment = {}});
    log::set_level(log::level_from_name(config.log_level));
    const int code = run({*parsed.arguments, config, watch_signals().get_token(), running});
    std::fflush(stdout);
    return code;
  } catch (const Error& error) {
    std::fflush(stdout);
    std::fputs(fmt::format("panduan: {}\n", printable(error.what())).c_str(), stderr);
    return error_mapping(error.kind()).exit_code;
  } catch (const std::exception& error) {
    std::fflush(stdout);
    std::fputs(fmt::format("panduan: unexpected: {}; please report it\n", printable(error.what())).c_str(), stderr);
    return error_mapping(ErrorKind::Internal).exit_code;
  }
}
