#include "documents/worker.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <clocale>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <map>
#include <new>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/process.h"
#include "base/sandbox.h"
#include "documents/detail/container_reader.h"
#include "documents/detail/page_recognition.h"
#include "documents/detail/picture_text.h"
#include "documents/detail/printed_document.h"
#include "documents/detail/source_text.h"
#include "documents/detail/wire.h"
#include "documents/ocr/libraries.h"

namespace panduan::documents {
namespace {

constexpr const char* kCommand = "parse-document";
constexpr const char* kPageCommand = "recognise-page";
constexpr const char* kPictureCommand = "read-picture";
constexpr const char* kMembersCommand = "read-members";
constexpr const char* kIsWorker = "PANDUAN_IS_WORKER";
constexpr std::uint64_t kMemoryBytes = 2ULL << 30U;
constexpr std::uint64_t kProcessorSeconds = 120;
constexpr std::uint64_t kMaxOutputBytes = 512ULL << 20U;  // its text, and 24 bytes for each word with a place
constexpr std::chrono::seconds kTimeLimit{900};  // workers give way to all else, and on a busy machine get a tenth of its time

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

const Loader* loader_of(std::string_view media_type, const Loader* more) {
  if (more != nullptr && more->media_type() == media_type) return more;
  const auto found = std::ranges::find(loaders(), media_type, [](const auto& loader) { return loader->media_type(); });
  return found == loaders().end() ? nullptr : found->get();
}

/// The numbers of a command, in the order in which they are given.
template <std::size_t N>
std::optional<std::array<std::uint64_t, N>> numbers(std::span<char*> arguments) {
  std::array<std::uint64_t, N> read{};
  if (arguments.size() != N) return std::nullopt;
  for (std::size_t index = 0; index < N; ++index) {
    const std::string_view text = arguments[index];
    if (std::from_chars(text.data(), text.data() + text.size(), read[index]).ptr != text.data() + text.size()) return std::nullopt;
  }
  return read;
}

/// What a worker was started for, without what it works on.
struct Work {
  std::function<std::string(std::string_view bytes)> run;
  std::function<void()> prepare = [] {};  ///< before it is confined
};

/// Nothing to run for what is no command.
Work work_of(std::span<char*> arguments, const Loader* more) {
  if (arguments.size() == 3 && std::string_view(arguments[1]) == kCommand) {
    const Loader* loader = loader_of(arguments[2], more);
    if (loader == nullptr) return {};
    return {.run = [loader](std::string_view bytes) { return detail::to_wire(loader->load(bytes)); }, .prepare = [loader] { loader->prepare(); }};
  }
  if (arguments.size() == 4 && std::string_view(arguments[1]) == kPageCommand) {
    const Loader* loader = loader_of(arguments[2], more);
    const auto page = numbers<1>(arguments.subspan(3));
    if (loader == nullptr || !page) return {};
    return {.run = [loader, page](std::string_view bytes) { return detail::to_wire(loader->recognise(bytes, page->front())); },
            .prepare = [loader] { loader->prepare_recognition(); }};
  }
  if (arguments.size() == 4 && std::string_view(arguments[1]) == kPictureCommand) {
    const Loader* loader = loader_of(arguments[2], more);
    if (loader == nullptr) return {};
    return {.run = [loader, part = std::string_view(arguments[3])](std::string_view bytes) { return detail::to_wire(loader->read_picture(bytes, part)); },
            .prepare = [loader] { loader->prepare_recognition(); }};
  }
  if (arguments.size() < 2 || std::string_view(arguments[1]) != kMembersCommand) return {};
  const auto given = numbers<8>(arguments.subspan(2));
  if (!given) return {};
  return {.run = [given](std::string_view bytes) {
    const auto& [kind, members, unpacked, batch, member, total, most, ratio] = *given;
    return detail::to_wire(
        detail::read_container(static_cast<detail::ContainerKind>(kind), bytes, {.members = members, .unpacked_bytes = unpacked},
                               {.batch_bytes = batch, .max_member_bytes = member, .max_total_bytes = total, .max_members = most, .max_ratio = ratio}));
  }};
}

std::string result_of(const std::function<std::string(std::string_view)>& work) {
  try {
    return work(read_input());
  } catch (const Error& error) {
    return detail::to_wire(error);
  } catch (const std::bad_alloc&) {
    return detail::to_wire(
        Error(ErrorKind::TooLarge,
              fmt::format("reading it takes more than {} GB of memory: it is broken or made to take so much, or else has to be split", kMemoryBytes >> 30U)));
  }
}

}  // namespace

std::optional<int> run_as_worker(int argc, char** argv, const Loader* more) {
  if (std::getenv(kIsWorker) == nullptr) return std::nullopt;
  constexpr int kUsage = 64;
  const auto work = work_of({argv, static_cast<std::size_t>(argc)}, more);
  if (!work.run) return kUsage;
  try {
    // The embedder's threads wait for each other: one that is kept from its core by parsing would hold up all of them. Where it is refused, so be it.
    [[maybe_unused]] const int niceness = ::nice(10);
    std::setlocale(LC_CTYPE, "C.UTF-8");  // libarchive gives names in it
    work.prepare();
    enter_sandbox({.memory_bytes = kMemoryBytes, .cpu_seconds = kProcessorSeconds});
  } catch (const Error& error) {
    return write_output(detail::to_wire(error)) ? 0 : 1;
  }
  const bool said = write_output(result_of(work.run));
  ::_exit(said ? 0 : 1);  // no destructor of ours has anything to do, and none should run after hostile bytes
}

namespace {

/// What a worker says to this command about these bytes.
std::string ask_worker(const std::vector<std::string>& arguments, std::string_view input, const std::stop_token& stop) {
  // A program that does not call run_as_worker would start itself for ever.
  if (std::getenv(kIsWorker) != nullptr) throw Error(ErrorKind::Internal, "a worker cannot start another one");
  Command command;
  command.arguments = {"/proc/self/exe"};
  command.arguments.insert(command.arguments.end(), arguments.begin(), arguments.end());
  // The recogniser's own threads would be processes to a sandbox; pages at once use the cores better.
  command.environment = {{kIsWorker, "1"}, {"OMP_THREAD_LIMIT", "1"}};
  command.inherits_environment = false;
  command.time_limit = kTimeLimit;
  command.max_output_bytes = kMaxOutputBytes;
  command.input = input;
  CommandResult result = run_command(command, stop);
  if (result.exit_code == 128 + SIGXCPU || result.exit_code == 128 + SIGKILL) {
    throw Error(ErrorKind::InvalidInput,
                fmt::format("reading it was stopped: it took more than {} s of the processor, or the machine ran out of memory", kProcessorSeconds));
  }
  if (result.exit_code > 128) {
    throw Error(ErrorKind::Corrupt, fmt::format("its parser died of it (signal {}): the file is broken, or made to attack the parser", result.exit_code - 128));
  }
  if (result.exit_code != 0) throw Error(ErrorKind::Internal, fmt::format("the parser's process ended with {}", result.exit_code));
  return std::move(result.output);
}

}  // namespace

ParsedDocument load_in_worker(const Loader& loader, std::string_view bytes, const std::stop_token& stop, const PageProgress& progress, Pictures pictures) {
  const auto ask = [&](const std::vector<std::string>& arguments) {
    ParsedDocument said = detail::from_wire(ask_worker(arguments, bytes, stop));
    if (said.media_type != loader.media_type()) throw Error(ErrorKind::Corrupt, "its parser says that it is something else: the file may be made to attack it");
    return said;
  };
  const std::string format(loader.media_type());
  ParsedDocument document = ask({kCommand, format});
  const std::size_t pages = pictures == Pictures::None ? 0 : document.picture_pages.size();
  const std::size_t others = pictures == Pictures::All ? document.pictures.size() : 0;
  if (pages + others == 0) {
    if (pictures != Pictures::All && !detail::has_visible_text(document.text))
      throw Error(ErrorKind::Unsupported, "all that is in it are pictures, and the setting documents.pictures leaves them out");
    return document;
  }
  const auto recognise = [&](std::size_t index) {
    ParsedDocument said = index < pages ? ask({kPageCommand, format, std::to_string(document.picture_pages[index])})
                                        : ask({kPictureCommand, format, document.pictures[index - pages].part});
    if (said.pages.size() != 1) throw Error(ErrorKind::Corrupt, "its parser says that a page is several: the file may be made to attack it");
    return said;
  };
  std::map<std::size_t, ParsedDocument> recognised;
  std::map<std::size_t, ParsedDocument> read;
  try {
    for (auto& [index, said] : detail::PageRecognition(pages + others, recognise, progress).run(stop)) {
      if (index < pages) recognised.emplace(document.picture_pages[index], std::move(said));
      else read.emplace(index - pages, std::move(said));
    }
  } catch (const Error& error) {
    if (!detail::has_visible_text(document.text) || error.kind() == ErrorKind::Cancelled) throw;
  }
  if (others > 0) document = detail::with_pictures(std::move(document), read);
  if (pages > 0) document = detail::with_recognised(document, recognised);
  if (!detail::has_visible_text(document.text)) throw Error(ErrorKind::InvalidInput, "no text was found in its pictures: scan it larger or sharper");
  return document;
}

ContainerBatch read_members_in_worker(detail::ContainerKind kind, std::string_view bytes, const ContainerCursor& cursor, const ContainerLimits& limits,
                                      const std::stop_token& stop) {
  std::vector<std::string> arguments{kMembersCommand};
  for (const std::uint64_t number : {static_cast<std::uint64_t>(kind), cursor.members, cursor.unpacked_bytes, limits.batch_bytes, limits.max_member_bytes,
                                     limits.max_total_bytes, limits.max_members, limits.max_ratio})
    arguments.push_back(std::to_string(number));
  return detail::batch_from_wire(ask_worker(arguments, std::string(bytes), stop));
}

std::string missing_for_pictures() { return ocr::what_is_missing(); }

}  // namespace panduan::documents
