#include <algorithm>
#include <atomic>
#include <cmath>
#include <exception>
#include <functional>
#include <mutex>
#include <numeric>
#include <thread>

#include "base/error.h"
#include "base/unicode.h"
#include "llm/llama/llama_encoder.h"
#include "llm/llama/llama_handles.h"
#include "llm/onednn/bert_encoder.h"

// Embeddings: llama.cpp makes tokens of texts, texts of like length go through the network together, and what comes out is normalised.
namespace panduan::llm {
namespace {

/// Does work 0 to `count`, the next one in whichever lane is free. What is thrown first is thrown again when all lanes have ended; nothing begins after it.
void in_lanes(std::size_t lanes, std::size_t count, const std::function<void(std::size_t number, std::size_t lane)>& work) {
  std::atomic<std::size_t> next = 0;
  std::exception_ptr failure;
  std::mutex failure_mutex;
  const auto run = [&](std::size_t lane) {
    try {
      for (std::size_t number = next++; number < count; number = next++) work(number, lane);
    } catch (...) {
      next = count;
      const std::lock_guard lock(failure_mutex);
      if (!failure) failure = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> others;
    for (std::size_t lane = 1; lane < lanes; ++lane) others.emplace_back(run, lane);
    run(0);
  }
  if (failure) std::rethrow_exception(failure);
}

class LlamaEmbedder final : public Embedder {
 public:
  LlamaEmbedder(const std::filesystem::path& file, std::shared_ptr<llama_model> vocabulary, std::unique_ptr<TokenEncoder> encoder)
      : name_(file.stem().string()), fingerprint_(model_fingerprint(file)), model_(std::move(vocabulary)), vocab_(*llama_model_get_vocab(model_.get())),
        encoder_(std::move(encoder)) {
    // E5 models are trained with these (Wang et al. 2022); others take the text as it is.
    if (name_.find("e5") != std::string::npos) {
      query_prefix_ = "query: ";
      passage_prefix_ = "passage: ";
    }
  }

  Embeddings embed(std::span<const std::string> texts, EmbedAs as, std::stop_token stop) override {
    const std::lock_guard lock(mutex_);
    const std::size_t longest = encoder_->max_tokens_of_a_text();
    std::vector<std::vector<llama_token>> inputs;
    std::size_t tokens = 0;
    inputs.reserve(texts.size());
    for (const std::string& text : texts) {
      inputs.push_back(tokenize(vocab_, (as == EmbedAs::Query ? query_prefix_ : passage_prefix_) + nfkc(text), true, false));
      if (inputs.back().size() > longest) {
        inputs.back()[longest - 1] = inputs.back().back();  // keep the end-of-text token
        inputs.back().resize(longest);
      }
      tokens += inputs.back().size();
    }
    std::vector<std::size_t> order(texts.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return inputs[i].size(); });

    // A lane that has nothing to do is worse than a smaller batch.
    const std::size_t lanes = encoder_->lanes(), most_tokens = std::min(encoder_->max_tokens(), (tokens + lanes - 1) / lanes);
    std::vector<std::vector<std::size_t>> batches;
    std::size_t in_batch = 0;
    for (const std::size_t index : order) {
      if (batches.empty() || in_batch + inputs[index].size() > most_tokens || batches.back().size() == encoder_->max_texts()) {
        batches.emplace_back();
        in_batch = 0;
      }
      batches.back().push_back(index);
      in_batch += inputs[index].size();
    }

    Embeddings embeddings{.dims = dims(), .values = std::vector<float>(texts.size() * dims()), .tokens = tokens};
    in_lanes(std::min(lanes, batches.size()), batches.size(), [&](std::size_t number, std::size_t lane) {
      if (stop.stop_requested()) throw Error(ErrorKind::Cancelled, "embedding was stopped");
      std::vector<TokenSpan> batch;
      for (const std::size_t index : batches[number]) batch.emplace_back(inputs[index]);
      const std::vector<float> pooled = encoder_->encode(batch, lane);
      for (std::size_t i = 0; i < batch.size(); ++i)
        normalise(std::span(pooled).subspan(i * dims(), dims()), std::span(embeddings.values).subspan(batches[number][i] * dims(), dims()));
    });
    return embeddings;
  }

  std::size_t dims() const override { return encoder_->dims(); }
  std::size_t max_tokens() const override { return encoder_->max_tokens_of_a_text() - 8; }  // the prefix and the two special tokens
  std::size_t count_tokens(std::string_view text) const override { return tokenize(vocab_, nfkc(text), false, false).size(); }
  std::string name() const override { return name_; }
  std::string fingerprint() const override { return fingerprint_; }

 private:
  static void normalise(std::span<const float> pooled, std::span<float> values) {
    float squares = 0;
    for (const float value : pooled) squares += value * value;
    const float scale = squares > 0 ? 1 / std::sqrt(squares) : 0;
    std::ranges::transform(pooled, values.begin(), [&](float value) { return value * scale; });
  }

  std::string name_;
  std::string fingerprint_;
  std::shared_ptr<llama_model> model_;
  const llama_vocab& vocab_;
  std::unique_ptr<TokenEncoder> encoder_;
  std::string query_prefix_;
  std::string passage_prefix_;
  std::mutex mutex_;
};

}  // namespace

std::string bert_engine() {
  const auto precision = bert_precision_here();
  if (!precision) return "llama.cpp";
  return *precision == BertPrecision::BFloat16 ? "oneDNN, bfloat16" : "oneDNN, float32";
}

std::unique_ptr<Embedder> load_llama_embedder(const std::filesystem::path& file, const LlamaOptions& options) {
  require_model_file(file);
  const int threads = thread_count(options);
  if (const auto precision = bert_precision_here()) {
    if (auto encoder = load_bert_encoder(file, *precision, threads))
      return std::make_unique<LlamaEmbedder>(file, load_model(file, ModelParts::Vocabulary), std::move(encoder));
  }
  std::shared_ptr<llama_model> model = load_model(file);
  auto encoder = make_llama_encoder(model, file, threads);
  return std::make_unique<LlamaEmbedder>(file, std::move(model), std::move(encoder));
}

}  // namespace panduan::llm
