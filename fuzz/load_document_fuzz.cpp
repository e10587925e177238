#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/error.h"
#include "base/unicode.h"
#include "documents/chunker.h"
#include "documents/loader.h"

// Reads any bytes as each format, the first byte choosing, cuts what comes out into chunks, and
// checks what the headers promise. An Error is a fine answer; a crash, a broken promise or a hang is not.

namespace {

using namespace panduan;
using namespace panduan::documents;

void require(bool holds, const char* promise) {
  if (holds) return;
  std::fprintf(stderr, "broken promise: %s\n", promise);
  std::abort();
}

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
});
constexpr std::uint8_t kFirst = '4';

const Loader* loader_of(std::string_view media_type) {
  const auto found = std::ranges::find(loaders(), media_type, [](const auto& loader) { return loader->media_type(); });
  return found == loaders().end() ? nullptr : found->get();
}

void check(const ParsedDocument& document) {
  require(is_valid_utf8(document.text), "text is UTF-8");
  require(document.text.find('\0') == std::string::npos, "text has no NUL");
  require(document.text.find('\r') == std::string::npos, "line ends are \\n");
  require(is_valid_utf8(document.title), "the title is UTF-8");
  std::size_t end = 0;
  for (const Heading& heading : document.headings) {
    require(heading.text.begin >= end && heading.text.begin < heading.text.end && heading.text.end <= document.text.size(), "headings are in order");
    require(heading.lead <= heading.text.begin - end, "a lead stands behind the heading before");
    require(is_valid_utf8(document.text.substr(heading.text.begin, heading.text.size())), "headings are whole characters");
    end = heading.text.end;
  }
  end = 0;
  for (const Table& table : document.tables) {
    require(table.text.begin >= end && table.text.end <= document.text.size(), "tables are in order");
    require(table.header.begin >= table.text.begin && table.header.begin <= table.header.end && table.header.end <= table.text.end, "a header is in its table");
    end = table.text.end;
  }
  end = 0;
  for (const Page& page : document.pages) {
    for (const WordBox& word : page.words) {
      require(word.text.begin >= end && word.text.begin < word.text.end && word.text.end <= document.text.size(), "words are in order");
      end = word.text.end;
    }
    require(page.text.begin <= page.text.end && page.text.end >= end, "pages hold their words");
  }
}

void check_chunks(const ParsedDocument& document) {
  constexpr std::size_t kMaxTokens = 40;
  const auto count = [](std::string_view text) { return count_characters(text) / 2 + 1; };
  std::size_t end = 0;
  std::string held;
  for (const Chunk& chunk : chunk_document(document, {.target_tokens = 25, .max_tokens = kMaxTokens, .count_tokens = count})) {
    require(chunk.text.begin >= end && chunk.text.begin < chunk.text.end && chunk.text.end <= document.text.size(), "chunks are in order");
    end = chunk.text.end;
    const std::string text = document.text.substr(chunk.text.begin, chunk.text.size());
    require(is_valid_utf8(text) && is_valid_utf8(chunk.heading_path), "chunks are whole characters");
    require(chunk.tokens == count(text) && chunk.tokens <= kMaxTokens, "chunks keep to the limit");
    held += text;
  }
  require(remove_white_space(held) == remove_white_space(document.text), "chunks hold all text");
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* /*argc*/, char*** /*argv*/) {
  for (const auto& loader : loaders()) {
    const std::string media_type(loader->media_type());
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
