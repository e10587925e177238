#include "llm/llama/llama_encoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/error.h"

namespace panduan::llm {
namespace {

// Attention costs the square of a batch's length: a text of the usual length goes alone, shorter ones share a batch.
constexpr int kBatchTokens = 256;
// ggml multiplies whole blocks of rows several times faster than what is left over, so a batch is filled up to whole blocks with a
// sequence that nobody reads. With batches of 512 that were not, bench/embed_bench was slower: 0.7 of this in English, 0.95 in Chinese.
constexpr int kBlockTokens = 32;
constexpr int kMaxSequences = 63;  // and the one that fills up

class LlamaEncoder final : public TokenEncoder {
 public:
  LlamaEncoder(std::shared_ptr<llama_model> model, const std::filesystem::path& file, int threads) : file_(file), model_(std::move(model)) {
    if (llama_model_has_decoder(model_.get()) && !is_bert()) {
      throw Error(ErrorKind::Unsupported, fmt::format("'{}' is a chat model, not an embedding model", file.string()));
    }
    const int whole = (llama_model_n_ctx_train(model_.get()) + kBlockTokens - 1) / kBlockTokens * kBlockTokens;
    const int batch_tokens = std::max(kBatchTokens, whole);
    llama_context_params params = llama_context_default_params();
    params.n_ctx = static_cast<std::uint32_t>(batch_tokens);
    params.n_batch = params.n_ubatch = static_cast<std::uint32_t>(batch_tokens);
    params.n_seq_max = kMaxSequences + 1;
    params.kv_unified = true;
    params.n_threads = params.n_threads_batch = threads;
    params.embeddings = true;
    params.pooling_type = LLAMA_POOLING_TYPE_UNSPECIFIED;  // as the file says
    context_ = make_context(*model_, params);
    batch_ = std::make_unique<Batch>(batch_tokens);
  }

  std::vector<float> encode(std::span<const TokenSpan> texts, std::size_t /*lane*/) override {
    batch_->clear();
    llama_seq_id sequence = 0;
    for (const TokenSpan text : texts) {
      for (std::size_t i = 0; i < text.size(); ++i) batch_->add(text[i], static_cast<llama_pos>(i), sequence, true);
      ++sequence;
    }
    for (llama_pos i = 0; batch_->size() % kBlockTokens != 0; ++i) batch_->add(0, i, sequence, true);
    if (const int result = llama_encode(context_.get(), batch_->get()); result != 0)
      throw Error(ErrorKind::Internal, fmt::format("[llama.cpp] embedding failed with {}", result));
    std::vector<float> pooled;
    pooled.reserve(texts.size() * dims());
    for (llama_seq_id i = 0; i < sequence; ++i) {
      const float* values = llama_get_embeddings_seq(context_.get(), i);
      if (values == nullptr) throw Error(ErrorKind::Unsupported, fmt::format("'{}' does not pool its embeddings: not an embedding model", file_.string()));
      pooled.insert(pooled.end(), values, values + dims());
    }
    return pooled;
  }

  std::size_t lanes() const override { return 1; }
  std::size_t max_texts() const override { return kMaxSequences; }
  std::size_t max_tokens() const override { return kBatchTokens; }
  std::size_t max_tokens_of_a_text() const override { return static_cast<std::size_t>(llama_model_n_ctx_train(model_.get())); }
  std::size_t dims() const override { return static_cast<std::size_t>(llama_model_n_embd(model_.get())); }

 private:
  bool is_bert() const {
    char architecture[32] = {};
    llama_model_meta_val_str(model_.get(), "general.architecture", architecture, sizeof architecture);
    return std::string_view(architecture).find("bert") != std::string_view::npos;
  }

  std::filesystem::path file_;
  std::shared_ptr<llama_model> model_;
  ContextHandle context_;
  std::unique_ptr<Batch> batch_;
};

}  // namespace

std::unique_ptr<TokenEncoder> make_llama_encoder(std::shared_ptr<llama_model> model, const std::filesystem::path& file, int threads) {
  return std::make_unique<LlamaEncoder>(std::move(model), file, threads);
}

}  // namespace panduan::llm
