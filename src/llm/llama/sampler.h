#pragma once
#include <vector>

#include "llm/chat_model.h"
#include "llm/llama/llama_handles.h"

namespace panduan::llm {

/// Chooses the next token, within a grammar if there is one. A grammar costs milliseconds when the whole vocabulary is asked, and
/// microseconds for one token, so the token that the model would choose is tried first.
class Sampler {
 public:
  /// Throws Error{Internal} when the grammar does not parse.
  Sampler(const llama_vocab& vocab, const GenerateOptions& options);
  /// `logits`: [vocabulary].
  llama_token next(const float* logits);

 private:
  llama_token choose(const float* logits, bool within_grammar);
  bool grammar_allows(llama_token token);

  std::size_t vocabulary_size_;
  SamplerHandle grammar_;
  SamplerHandle choice_;
  std::vector<llama_token_data> candidates_;
};

}  // namespace panduan::llm
