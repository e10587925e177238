#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <nlohmann/json.hpp>
#include <string_view>

#include "base/clock.h"
#include "base/file.h"
#include "documents/loader.h"
#include "documents/worker.h"

// Reads files as `panduan add` does, in workers, and says how long each took:
//   read_bench [--no-pictures] [--text | --json] FILE...
// With --text the pages' text goes to standard output, a form feed after each; an SOH stands in front of the form feed of a page with a table.
// With --json a line for each file: all that was read, ranges as bytes of the text; or its "error", and the next file is read.

namespace {

using namespace panduan;

bool has_table(const documents::ParsedDocument& document, const documents::Page& page) {
  for (const documents::Table& table : document.tables) {
    if (table.text.begin >= page.text.begin && table.text.end <= page.text.end) return true;
  }
  return false;
}

enum class Output { Summary, Text, Json };

nlohmann::json to_json(const documents::ByteRange& range) { return {range.begin, range.end}; }

nlohmann::json to_json(const documents::ParsedDocument& document) {
  nlohmann::json made{{"media_type", document.media_type},
                      {"title", document.title},
                      {"text", document.text},
                      {"hidden_words", document.hidden_words},
                      {"recognised_pages", document.recognised_pages},
                      {"picture_pages", document.picture_pages},
                      {"pages", nlohmann::json::array()},
                      {"headings", nlohmann::json::array()},
                      {"tables", nlohmann::json::array()}};
  for (const documents::Page& page : document.pages) {
    nlohmann::json words = nlohmann::json::array();
    for (const documents::WordBox& word : page.words) words.push_back({word.text.begin, word.text.end, word.left, word.top, word.right, word.bottom});
    made["pages"].push_back({{"label", page.label}, {"text", to_json(page.text)}, {"width", page.width}, {"height", page.height}, {"words", std::move(words)}});
  }
  for (const documents::Heading& heading : document.headings) made["headings"].push_back({{"level", heading.level}, {"text", to_json(heading.text)}});
  for (const documents::Table& table : document.tables) made["tables"].push_back({{"text", to_json(table.text)}, {"header", to_json(table.header)}});
  return made;
}

void print_json(const nlohmann::json& line) { fmt::print("{}\n", line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)); }

void read(const char* path, Output output, documents::Pictures pictures) {
  constexpr std::uint64_t kMostBytes = 900'000'000;
  const std::string bytes = read_file(path, kMostBytes);
  const Stopwatch watch;
  const documents::ParsedDocument document = documents::load_in_worker(documents::loader_for(path, bytes), bytes, {}, {}, pictures);
  const double milliseconds = watch.elapsed_ms();
  if (output == Output::Json) {
    nlohmann::json line = to_json(document);
    line["file"] = path;
    line["milliseconds"] = milliseconds;
    return print_json(line);
  }
  fmt::print(stderr, "{}: {:.0f} ms, {} pages, {} bytes of text, {} headings, {} tables, {} hidden words, {} pages recognised, {} pictures read, {} not read\n",
             path, milliseconds, document.pages.size(), document.text.size(), document.headings.size(), document.tables.size(), document.hidden_words,
             document.recognised_pages, document.read_pictures, document.picture_pages.size() + document.pictures.size());
  if (output == Output::Summary) return;
  for (const documents::Page& page : document.pages) {
    std::fwrite(document.text.data() + page.text.begin, 1, page.text.size(), stdout);
    std::fputs(has_table(document, page) ? "\x01\f" : "\f", stdout);
  }
}

Output output_of(std::string_view option) {
  if (option == "--text") return Output::Text;
  return option == "--json" ? Output::Json : Output::Summary;
}

}  // namespace

int main(int argc, char** argv) {
  if (const auto code = panduan::documents::run_as_worker(argc, argv)) return *code;
  int first = 1;
  const bool has_pictures = argc <= first || std::string_view(argv[first]) != "--no-pictures";
  if (!has_pictures) ++first;
  const Output output = argc > first ? output_of(argv[first]) : Output::Summary;
  if (output != Output::Summary) ++first;
  for (int index = first; index < argc; ++index) {
    try {
      read(argv[index], output, has_pictures ? panduan::documents::Pictures::All : panduan::documents::Pictures::None);
    } catch (const std::exception& error) {
      fmt::print(stderr, "read_bench: {}: {}\n", argv[index], error.what());
      if (output != Output::Json) return 1;
      print_json({{"file", argv[index]}, {"error", error.what()}});
    }
  }
}
