#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/error.h"
#include "documents/loader.h"
#include "promise.h"
#include "zip_mutator.h"

// Reads any bytes as each format, the first byte choosing, cuts what comes out into chunks, and
// checks what the headers promise. An Error is a fine answer; a crash, a broken promise or a hang is not.
//
// PANDUAN_FUZZ_FORMAT holds it to the loaders of one name ("PDF"); "list" prints them: the first byte, a tab, the name, a tab, the endings.

namespace {

using namespace panduan;
using namespace panduan::documents;
using fuzz::check;
using fuzz::check_chunks;
using fuzz::check_pictures;
using fuzz::require;

/// The format that a first byte chooses, from '4' on. Only ever add at the end: the corpus names the places.
constexpr auto kFormats = std::to_array<std::string_view>({
    "text/html",
    "text/markdown",
    "text/plain",
    "application/pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.oasis.opendocument.text",
    "application/vnd.oasis.opendocument.spreadsheet",
    "application/vnd.oasis.opendocument.presentation",
    "application/epub+zip",
    "text/csv",
    "application/json",
    "text/x-rst",
    "text/x-csrc",
    "text/x-c++src",
    "text/x-python",
    "text/javascript",
    "text/x-typescript",
    "text/x-tsx",
    "text/x-go",
    "text/x-rust",
    "text/x-java",
    "text/x-csharp",
    "text/x-shellscript",
    "text/x-source",
    "message/rfc822",
    "image/png",
    "image/jpeg",
    "image/tiff",
    "image/webp",
    "image/bmp",
    "image/gif",
    "image/x-portable-anymap",
});
constexpr std::uint8_t kFirst = '4';

const Loader* loader_of(std::string_view media_type) {
  const auto found = std::ranges::find(loaders(), media_type, [](const auto& loader) { return loader->media_type(); });
  return found == loaders().end() ? nullptr : found->get();
}

std::string_view only_format() {
  static const char* const name = std::getenv("PANDUAN_FUZZ_FORMAT");
  return name == nullptr ? std::string_view() : name;
}

void list_formats() {
  for (const auto& loader : loaders()) {
    std::string line(1, static_cast<char>(kFirst + (std::ranges::find(kFormats, loader->media_type()) - kFormats.begin())));
    line.append("\t").append(loader->name()).append("\t");
    for (const std::string_view ending : loader->endings()) line.append(ending).append(" ");
    std::puts(line.c_str());
  }
}

[[noreturn]] void fail(const std::string& message) {
  std::fprintf(stderr, "%s\n", message.c_str());
  std::exit(1);
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* /*argc*/, char*** /*argv*/) {
  bool is_known = only_format().empty();
  for (const auto& loader : loaders()) {
    if (std::ranges::find(kFormats, loader->media_type()) == kFormats.end())
      fail(std::string(loader->media_type()).append(" is not fuzzed: add it at the end of kFormats"));
    if (!only_format().empty() && loader->name() != only_format()) continue;
    is_known = true;
    loader->prepare();
  }
  for (const std::string_view media_type : kFormats) require(loader_of(media_type) != nullptr, std::string(media_type).append(" has a loader").c_str());
  if (only_format() == "list") {
    list_formats();
    std::exit(0);
  }
  if (!is_known) fail(std::string(only_format()).append(" is no format: PANDUAN_FUZZ_FORMAT=list shows them"));
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size, unsigned seed) {
  constexpr std::size_t kPlainChanges = 8;  // one in so many is of the archive itself
  if (size > 1 && seed % kPlainChanges != 0) {
    if (const std::size_t written = panduan::fuzz::mutate_zip_member(data + 1, size - 1, max_size - 1, seed)) return written + 1;
  }
  // The first byte only chooses the format.
  return only_format().empty() || size <= 1 ? LLVMFuzzerMutate(data, size, max_size) : 1 + LLVMFuzzerMutate(data + 1, size - 1, max_size - 1);
}

/// In this process, which is what the sanitizers look at.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || data[0] < kFirst || data[0] >= kFirst + kFormats.size()) return -1;
  const Loader& loader = *loader_of(kFormats[data[0] - kFirst]);
  if (!only_format().empty() && loader.name() != only_format()) return -1;
  try {
    const ParsedDocument document = loader.load({reinterpret_cast<const char*>(data) + 1, size - 1});
    check(document);
    check_pictures(document);
    check_chunks(document);
  } catch (const Error&) {
    // Refused: fine.
  }
  return 0;
}
