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

/// In this process, which is what the sanitizers look at: as the loader of that place in the list, PDF from what pdftotext printed. The corpus
/// names the places, so a new loader changes its first bytes.
ParsedDocument read(std::uint8_t format, std::string_view bytes) { return loaders()[format % loaders().size()]->load(bytes, {}); }

void check(const ParsedDocument& document) {
  require(is_valid_utf8(document.text), "text is UTF-8");
  require(document.text.find('\0') == std::string::npos, "text has no NUL");
  require(document.text.find('\r') == std::string::npos, "line ends are \\n");
  require(is_valid_utf8(document.title), "the title is UTF-8");
  std::size_t end = 0;
  for (const Heading& heading : document.headings) {
    require(heading.text.begin >= end && heading.text.begin < heading.text.end && heading.text.end <= document.text.size(), "headings are in order");
    require(is_valid_utf8(document.text.substr(heading.text.begin, heading.text.size())), "headings are whole characters");
    end = heading.text.end;
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

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  try {
    const ParsedDocument document = read(data[0], {reinterpret_cast<const char*>(data) + 1, size - 1});
    check(document);
    check_chunks(document);
  } catch (const Error&) {
    // Refused: fine.
  }
  return 0;
}
