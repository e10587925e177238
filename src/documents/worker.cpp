#include "documents/worker.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <new>
#include <string>

#include "base/error.h"
#include "base/process.h"
#include "base/sandbox.h"
#include "documents/detail/wire.h"

namespace panduan::documents {
namespace {

constexpr const char* kCommand = "parse-document";
constexpr const char* kIsWorker = "PANDUAN_IS_WORKER";
constexpr std::uint64_t kMemoryBytes = 2ULL << 30U;
constexpr std::uint64_t kProcessorSeconds = 120;
constexpr std::uint64_t kMaxOutputBytes = 512ULL << 20U;  // its text, and 24 bytes for each word with a place
constexpr std::chrono::seconds kTimeLimit{180};  // a busy machine gives a process less than all of its time

std::string read_input() {
  std::string bytes;
  std::array<char, 1U << 16U> buffer{};
  for (;;) {
    const ssize_t count = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (count == 0) return bytes;
    if (count > 0) bytes.append(buffer.data(), static_cast<std::size_t>(count));
    else if (errno != EINTR) throw Error(ErrorKind::Internal, "the worker cannot read its input");
  }
}

bool write_output(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (count > 0) bytes.remove_prefix(static_cast<std::size_t>(count));
    else if (errno != EINTR) return false;
  }
  return true;
}

const Loader* loader_of(std::string_view media_type) {
  const auto found = std::ranges::find(loaders(), media_type, [](const auto& loader) { return loader->media_type(); });
  return found == loaders().end() ? nullptr : found->get();
}

std::string parse(const Loader& loader) {
  try {
    return detail::to_wire(loader.load(read_input(), {}));
  } catch (const Error& error) {
    return detail::to_wire(error);
  } catch (const std::bad_alloc&) {
    return detail::to_wire(Error(ErrorKind::TooLarge, fmt::format("reading it takes more than {} GB of memory: split it", kMemoryBytes >> 30U)));
  }
}

}  // namespace

std::optional<int> run_as_worker(int argc, char** argv) {
  if (std::getenv(kIsWorker) == nullptr) return std::nullopt;
  constexpr int kUsage = 64;
  const Loader* loader = argc == 3 && std::string_view(argv[1]) == kCommand ? loader_of(argv[2]) : nullptr;
  if (loader == nullptr) return kUsage;
  try {
    enter_sandbox({.memory_bytes = kMemoryBytes, .cpu_seconds = kProcessorSeconds});
  } catch (const Error& error) {
    return write_output(detail::to_wire(error)) ? 0 : 1;
  }
  const bool said = write_output(parse(*loader));
  ::_exit(said ? 0 : 1);  // no destructor of ours has anything to do, and none should run after hostile bytes
}

ParsedDocument load_in_worker(const Loader& loader, std::string_view bytes, const std::stop_token& stop) {
  // A program that does not call run_as_worker would start itself for ever.
  if (std::getenv(kIsWorker) != nullptr) throw Error(ErrorKind::Internal, "a worker cannot start another one");
  Command command;
  command.arguments = {"/proc/self/exe", kCommand, std::string(loader.media_type())};
  command.environment = {{kIsWorker, "1"}};
  command.inherits_environment = false;
  command.time_limit = kTimeLimit;
  command.max_output_bytes = kMaxOutputBytes;
  auto converted = loader.convert(bytes, stop);
  command.input = converted ? *std::move(converted) : std::string(bytes);
  const CommandResult result = run_command(command, stop);
  if (result.exit_code == 128 + SIGXCPU || result.exit_code == 128 + SIGKILL) {
    throw Error(ErrorKind::InvalidInput,
                fmt::format("reading it was stopped: it took more than {} s of the processor, or the machine ran out of memory", kProcessorSeconds));
  }
  if (result.exit_code > 128) {
    throw Error(ErrorKind::Corrupt, fmt::format("its parser died of it (signal {}): the file is broken, or made to attack the parser", result.exit_code - 128));
  }
  if (result.exit_code != 0) throw Error(ErrorKind::Internal, fmt::format("the parser's process ended with {}", result.exit_code));
  ParsedDocument document = detail::from_wire(result.output);
  if (document.media_type != loader.media_type())
    throw Error(ErrorKind::Corrupt, "its parser says that it is something else: the file may be made to attack it");
  return document;
}

}  // namespace panduan::documents
