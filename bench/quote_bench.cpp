#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <string>
#include <vector>

#include "base/config.h"
#include "base/error.h"
#include "base/file.h"
#include "llm/chat_model.h"
#include "llm/llama/llama_model.h"
#include "llm/model_store.h"

// How fast words are written between quote marks, where they can only be copied, beside free text by the same model about the same passages.
//
//     quote_bench MODEL FOLDER_OF_TEXT_FILES [FILES]
namespace {

using namespace panduan;

std::vector<llm::ChatMessage> about(const std::string& passage, const std::string& request) {
  return {{llm::Role::System, "You answer from the passage."},
          {.role = llm::Role::User, .content = passage + "\n\n" + request, .shared_bytes = passage.size()}};
}

struct Rate {
  int tokens = 0;
  double ms = 0;
  double per_second() const { return ms == 0 ? 0 : 1000 * tokens / ms; }
};

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc < 3) throw Error(ErrorKind::InvalidInput, "usage: quote_bench MODEL FOLDER [FILES]");
    const auto file = llm::ModelStore(load_config().models_dir).find(argv[1]);
    if (!file) throw Error(ErrorKind::NotFound, fmt::format("no model '{}': fetch it with 'panduan models pull {}'", argv[1], argv[1]));
    const auto model = llm::load_llama_chat_model(*file, {});
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(argv[2])) files.push_back(entry.path());
    std::ranges::sort(files);
    files.resize(std::min<std::size_t>(files.size(), argc > 3 ? std::stoul(argv[3]) : 20));
    Rate quoted;
    Rate free;
    for (const auto& path : files) {
      const std::string passage = read_file(path, 1 << 20);
      llm::GenerateOptions quote{.max_tokens = 60, .stop = {"\""}};
      quote.begun = "\"";
      quote.quotable = passage;
      const auto copied = model->generate(about(passage, "Quote the most important sentence."), quote, {}, {});
      quoted.tokens += copied.usage.quoted_tokens;
      quoted.ms += copied.usage.quoted_ms;
      const auto written = model->generate(about(passage, "Sum it up in one sentence."), {.max_tokens = 60}, {}, {});
      free.tokens += written.usage.completion_tokens;
      free.ms += written.usage.decode_ms;
    }
    fmt::print("quoted: {} tokens, {:.1f} a second\nfree: {} tokens, {:.1f} a second\nratio: {:.2f}\n", quoted.tokens, quoted.per_second(), free.tokens,
               free.per_second(), quoted.per_second() / std::max(free.per_second(), 1e-9));
  } catch (const std::exception& error) {
    fmt::print(stderr, "quote_bench: {}\n", error.what());
    return 1;
  }
}
