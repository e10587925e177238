#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <mutex>
#include <numeric>

#include "base/error.h"
#include "base/unicode.h"
#include "llm/llama/llama_handles.h"

// Embeddings with an encoder model: texts of like length go through the network together.
namespace panduan::llm {
namespace {

// Attention costs the square of a batch's length: a text of the usual length goes alone, shorter ones share a batch.
constexpr std::size_t kBatchTokens = 256;
// ggml multiplies whole blocks of rows several times faster than what is left over, so a batch is filled up to whole blocks with a
// sequence that nobody reads. With batches of 512 that were not, bench/embed_bench was slower: 0.7 of this in English, 0.95 in Chinese.
constexpr int kBlockTokens = 32;
constexpr int kMaxSequences = 63;  // and the one that fills up

class LlamaEmbedder final : public Embedder {
 public:
  LlamaEmbedder(const std::filesystem::path& file, const LlamaOptions& options)
      : name_(file.stem().string()), fingerprint_(model_fingerprint(file)), model_(load_model(file)), vocab_(*llama_model_get_vocab(model_.get())) {
    if (llama_model_has_decoder(model_.get()) && !is_bert()) {
      throw Error(ErrorKind::Unsupported, fmt::format("'{}' is a chat model, not an embedding model", file.string()));
    }
    max_sequence_tokens_ = static_cast<std::size_t>(llama_model_n_ctx_train(model_.get()));
    const int batch_tokens =
        std::max(static_cast<int>(kBatchTokens), (static_cast<int>(max_sequence_tokens_) + kBlockTokens - 1) / kBlockTokens * kBlockTokens);
    llama_context_params params = llama_context_default_params();
    params.n_ctx = static_cast<std::uint32_t>(batch_tokens);
    params.n_batch = params.n_ubatch = static_cast<std::uint32_t>(batch_tokens);
    params.n_seq_max = kMaxSequences + 1;
    params.kv_unified = true;
    params.n_threads = params.n_threads_batch = thread_count(options);
    params.embeddings = true;
    params.pooling_type = LLAMA_POOLING_TYPE_UNSPECIFIED;  // as the file says
    context_ = make_context(*model_, params);
    batch_ = std::make_unique<Batch>(batch_tokens);
    // E5 models are trained with these (Wang et al. 2022); others take the text as it is.
    if (name_.find("e5") != std::string::npos) {
      query_prefix_ = "query: ";
      passage_prefix_ = "passage: ";
    }
  }

  Embeddings embed(std::span<const std::string> texts, EmbedAs as, std::stop_token stop) override {
    const std::lock_guard lock(mutex_);
    std::vector<std::vector<llama_token>> inputs;
    std::size_t tokens = 0;
    inputs.reserve(texts.size());
    for (const std::string& text : texts) {
      inputs.push_back(tokenize(vocab_, (as == EmbedAs::Query ? query_prefix_ : passage_prefix_) + nfkc(text), true, false));
      if (inputs.back().size() > max_sequence_tokens_) {
        inputs.back()[max_sequence_tokens_ - 1] = inputs.back().back();  // keep the end-of-text token
        inputs.back().resize(max_sequence_tokens_);
      }
      tokens += inputs.back().size();
    }
    std::vector<std::size_t> order(texts.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return inputs[i].size(); });

    Embeddings embeddings{.dims = dims(), .values = std::vector<float>(texts.size() * dims()), .tokens = tokens};
    std::vector<std::size_t> members;
    for (std::size_t next = 0; next < order.size(); ++next) {
      const auto& input = inputs[order[next]];
      if (!members.empty() && (static_cast<std::size_t>(batch_->size()) + input.size() > kBatchTokens || members.size() == kMaxSequences))
        flush(members, embeddings, stop);
      for (std::size_t i = 0; i < input.size(); ++i) batch_->add(input[i], static_cast<llama_pos>(i), static_cast<llama_seq_id>(members.size()), true);
      members.push_back(order[next]);
    }
    if (!members.empty()) flush(members, embeddings, stop);
    return embeddings;
  }

  std::size_t dims() const override { return static_cast<std::size_t>(llama_model_n_embd(model_.get())); }
  std::size_t max_tokens() const override { return max_sequence_tokens_ - 8; }  // the prefix and the two special tokens
  std::size_t count_tokens(std::string_view text) const override { return tokenize(vocab_, nfkc(text), false, false).size(); }
  std::string name() const override { return name_; }
  std::string fingerprint() const override { return fingerprint_; }

 private:
  bool is_bert() const {
    char architecture[32] = {};
    llama_model_meta_val_str(model_.get(), "general.architecture", architecture, sizeof architecture);
    return std::string_view(architecture).find("bert") != std::string_view::npos;
  }

  void flush(std::vector<std::size_t>& members, Embeddings& embeddings, const std::stop_token& stop) {
    if (stop.stop_requested()) {
      batch_->clear();
      throw Error(ErrorKind::Cancelled, "embedding was stopped");
    }
    for (llama_pos i = 0; batch_->size() % kBlockTokens != 0; ++i) batch_->add(0, i, static_cast<llama_seq_id>(members.size()), true);
    const int result = llama_encode(context_.get(), batch_->get());
    batch_->clear();
    if (result != 0) throw Error(ErrorKind::Internal, fmt::format("[llama.cpp] embedding failed with {}", result));
    for (std::size_t i = 0; i < members.size(); ++i) {
      const float* pooled = llama_get_embeddings_seq(context_.get(), static_cast<llama_seq_id>(i));
      if (pooled == nullptr) throw Error(ErrorKind::Unsupported, fmt::format("'{}' does not pool its embeddings: not an embedding model", name_));
      float squares = 0;
      for (std::size_t d = 0; d < embeddings.dims; ++d) squares += pooled[d] * pooled[d];
      const float scale = squares > 0 ? 1 / std::sqrt(squares) : 0;
      for (std::size_t d = 0; d < embeddings.dims; ++d) embeddings.values[members[i] * embeddings.dims + d] = pooled[d] * scale;
    }
    members.clear();
  }

  std::string name_;
  std::string fingerprint_;
  ModelHandle model_;
  const llama_vocab& vocab_;
  ContextHandle context_;
  std::unique_ptr<Batch> batch_;
  std::size_t max_sequence_tokens_ = 0;
  std::string query_prefix_;
  std::string passage_prefix_;
  std::mutex mutex_;
};

}  // namespace

std::unique_ptr<Embedder> load_llama_embedder(const std::filesystem::path& file, const LlamaOptions& options) {
  return std::make_unique<LlamaEmbedder>(file, options);
}

}  // namespace panduan::llm
