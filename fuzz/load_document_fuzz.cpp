#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/error.h"
#include "documents/loader.h"
#include "promise.h"

// Reads any bytes as each format, the first byte choosing, cuts what comes out into chunks, and
// checks what the headers promise. An Error is a fine answer; a crash, a broken promise or a hang is not.

namespace {

using namespace panduan;
using namespace panduan::documents;
using fuzz::check;
using fuzz::check_chunks;
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

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* /*argc*/, char*** /*argv*/) {
  for (const auto& loader : loaders()) {
    const std::string media_type(loader->media_type());
    loader->prepare();
    if (std::ranges::find(kFormats, media_type) != kFormats.end()) continue;
    std::fprintf(stderr, "%s is not fuzzed: add it at the end of kFormats\n", media_type.c_str());
    std::exit(1);
  }
  for (const std::string_view media_type : kFormats) require(loader_of(media_type) != nullptr, std::string(media_type).append(" has a loader").c_str());
  return 0;
}

/// In this process, which is what the sanitizers look at.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || data[0] < kFirst || data[0] >= kFirst + kFormats.size()) return -1;
  try {
    const ParsedDocument document = loader_of(kFormats[data[0] - kFirst])->load({reinterpret_cast<const char*>(data) + 1, size - 1});
    check(document);
    check_chunks(document);
  } catch (const Error&) {
    // Refused: fine.
  }
  return 0;
}
