#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "base/config.h"
#include "base/file.h"
#include "documents/chunker.h"
#include "documents/loader.h"
#include "documents/worker.h"
#include "llm/llama/llama_model.h"
#include "llm/model_store.h"

// How fast passages are embedded, as `panduan add` does it. The peer is `llama-bench -embd 1 -p 256`: texts of one length, one at a time.
namespace {

using namespace panduan;

llm::Embedder& embedder() {
  static const auto model = [] {
    const Config config = load_config();
    return llm::load_llama_embedder(llm::ModelStore(config.models_dir).find(config.embedding_model).value(), {});
  }();
  return *model;
}

/// The passages of a real manual (the Debian package debian-reference-en or -zh-cn), from its middle on.
std::vector<std::string> passages_of(const std::string& manual, std::size_t count) {
  const std::string file = "/usr/share/debian-reference/" + manual;
  const auto parsed = documents::load_document(file, read_file(file, 1U << 30U));
  const auto chunks = documents::chunk_document(parsed, {.count_tokens = [](std::string_view text) { return embedder().count_tokens(text); }});
  std::vector<std::string> passages;
  for (std::size_t i = chunks.size() / 2; i < chunks.size() && passages.size() < count; ++i) {
    const std::string_view text = std::string_view(parsed.text).substr(chunks[i].text.begin, chunks[i].text.size());
    passages.push_back(fmt::format("{}\n{}", chunks[i].heading_path, text));
  }
  return passages;
}

void embed(benchmark::State& state, const std::string& manual) {
  const auto passages = passages_of(manual, static_cast<std::size_t>(state.range(0)));
  std::size_t tokens = 0;
  for (auto _ : state) tokens += embedder().embed(passages, llm::EmbedAs::Passage, {}).tokens;
  state.SetLabel(fmt::format("{} passages of {} tokens", passages.size(), tokens / static_cast<std::size_t>(state.iterations()) / passages.size()));
  state.counters["tokens/s"] = benchmark::Counter(static_cast<double>(tokens), benchmark::Counter::kIsRate);
}
BENCHMARK_CAPTURE(embed, english, std::string("debian-reference.en.pdf"))->Arg(32)->Arg(128)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK_CAPTURE(embed, chinese, std::string("debian-reference.zh-cn.pdf"))->Arg(32)->Arg(128)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace

int main(int argc, char** argv) {
  if (const auto code = panduan::documents::run_as_worker(argc, argv)) return *code;
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
