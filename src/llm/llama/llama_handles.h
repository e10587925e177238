#pragma once
#include <llama.h>

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "llm/llama/llama_model.h"

namespace panduan::llm {

struct ModelDeleter {
  void operator()(llama_model* model) const { llama_model_free(model); }
};
struct ContextDeleter {
  void operator()(llama_context* context) const { llama_free(context); }
};
struct SamplerDeleter {
  void operator()(llama_sampler* sampler) const { llama_sampler_free(sampler); }
};
using ModelHandle = std::unique_ptr<llama_model, ModelDeleter>;
using ContextHandle = std::unique_ptr<llama_context, ContextDeleter>;
using SamplerHandle = std::unique_ptr<llama_sampler, SamplerDeleter>;

/// A batch of llama_batch_init, with room for `capacity` tokens of one sequence each.
class Batch {
 public:
  explicit Batch(int capacity) : batch_(llama_batch_init(capacity, 0, 1)) {}
  ~Batch() { llama_batch_free(batch_); }
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;

  void clear() { batch_.n_tokens = 0; }
  int size() const { return batch_.n_tokens; }
  void add(llama_token token, llama_pos position, llama_seq_id sequence, bool output) {
    const int i = batch_.n_tokens++;
    batch_.token[i] = token;
    batch_.pos[i] = position;
    batch_.n_seq_id[i] = 1;
    batch_.seq_id[i][0] = sequence;
    batch_.logits[i] = output ? 1 : 0;
  }
  const llama_batch& get() const { return batch_; }

 private:
  llama_batch batch_;
};

/// Throws Error: NotFound, Corrupt (not a GGUF), Unsupported (an instruction set that this CPU has not). Must be called before anything reads the file.
void require_model_file(const std::filesystem::path& file);

enum class ModelParts { All, Vocabulary };

/// Loads the weights, memory-mapped, or nothing but the tokens. Errors as load_llama_chat_model.
ModelHandle load_model(const std::filesystem::path& file, ModelParts parts = ModelParts::All);
ContextHandle make_context(llama_model& model, const llama_context_params& params);

std::vector<llama_token> tokenize(const llama_vocab& vocab, std::string_view text, bool add_special, bool parse_special);
std::string token_text(const llama_vocab& vocab, llama_token token);

/// ln Σ exp(logit): a logit less this is the natural logarithm of its probability.
double log_sum_exp(std::span<const float> logits);

/// Digest of the file's size and of 64 pieces spread over it: telling two models apart must not cost reading a gigabyte.
/// Whether the bytes are the catalogue's is ModelStore::verify's question.
std::string model_fingerprint(const std::filesystem::path& file);

int thread_count(const LlamaOptions& options);

}  // namespace panduan::llm
