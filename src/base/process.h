#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace panduan {

/// A program to run, without a shell: argv[0] is looked up in PATH.
struct Command {
  std::vector<std::string> arguments;
  std::map<std::string, std::string> environment;  ///< added to ours
  bool inherits_environment = true;                ///< false: only `environment`, and nothing that could be secret
  std::string_view input;                          ///< given on standard input; has to live until the end
  std::chrono::milliseconds time_limit{60'000};
  std::uint64_t max_output_bytes = 1ULL << 30U;
  /// Called about five times a second while it runs, to show progress.
  std::function<void()> on_tick;
};

struct CommandResult {
  int exit_code = 0;  ///< 128 + signal number when a signal ended it
  std::string output;
  std::string errors;  ///< standard error, at most 64 KB of it
};

/// Runs to the end. The process gets no new privileges and none of our open files, and dies with us.
/// Throws Error: Unavailable (no such program), Cancelled, TooLarge (output), Internal; InvalidInput when the time
/// limit ran out.
CommandResult run_command(const Command& command, const std::stop_token& stop = {});

/// Whether a program of this name is in PATH.
bool program_exists(std::string_view name);

}  // namespace panduan
