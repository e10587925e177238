#include <fmt/format.h>

#include <cstdio>
#include <cstring>
#include <exception>

#include "base/clock.h"
#include "base/file.h"
#include "documents/loader.h"
#include "documents/worker.h"

// Reads files as `panduan add` does, in workers, and says how long each took:
//   read_bench [--text] FILE...
// With --text the pages' text goes to standard output, a form feed after each; an SOH stands in front of the form feed of a page with a table.

namespace {

using namespace panduan;

bool has_table(const documents::ParsedDocument& document, const documents::Page& page) {
  for (const documents::Table& table : document.tables) {
    if (table.text.begin >= page.text.begin && table.text.end <= page.text.end) return true;
  }
  return false;
}

void read(const char* path, bool shows_text) {
  constexpr std::uint64_t kMostBytes = 900'000'000;
  const std::string bytes = read_file(path, kMostBytes);
  const Stopwatch watch;
  const documents::ParsedDocument document = documents::load_document(path, bytes);
  fmt::print(stderr, "{}: {:.0f} ms, {} pages, {} bytes of text, {} headings, {} tables, {} hidden words, {} pages recognised, {} pictures not read\n", path,
             watch.elapsed_ms(), document.pages.size(), document.text.size(), document.headings.size(), document.tables.size(), document.hidden_words,
             document.recognised_pages, document.picture_pages.size());
  if (!shows_text) return;
  for (const documents::Page& page : document.pages) {
    std::fwrite(document.text.data() + page.text.begin, 1, page.text.size(), stdout);
    std::fputs(has_table(document, page) ? "\x01\f" : "\f", stdout);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (const auto code = panduan::documents::run_as_worker(argc, argv)) return *code;
  const bool shows_text = argc > 1 && std::strcmp(argv[1], "--text") == 0;
  try {
    for (int index = shows_text ? 2 : 1; index < argc; ++index) read(argv[index], shows_text);
  } catch (const std::exception& error) {
    fmt::print(stderr, "read_bench: {}\n", error.what());
    return 1;
  }
}
