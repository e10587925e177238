#pragma once
#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "llm/chat_model.h"
#include "llm/copyable_text.h"
#include "llm/llama/llama_handles.h"
#include "llm/llama/vocabulary_pieces.h"

namespace panduan::llm {

/// Finds the stretches of a text that a model would most likely reply with, each with its probability: a beam search over the tokens
/// that copy from the text, all beams decoded in one batch. A model can only reply what stands there, and no sampling is needed to know
/// what else it might have said.
class ExtractSearch {
 public:
  /// Sequences of the context that the search uses: 1 to this, beside the prompt's, which is 0.
  static constexpr std::size_t sequences(std::size_t width) { return 2 * width; }

  ExtractSearch(llama_context& context, const llama_vocab& vocab, const VocabularyPieces& pieces, const CopyableText& text, const ExtractOptions& options);

  /// The context's sequence 0 holds the prompt, `position` tokens, and its last logits are there. Sequence 0 is as before afterwards.
  /// False when stopped, and then nothing in the context can be relied on. Throws Error{Internal}.
  bool run(llama_pos position, Batch& batch, const std::stop_token& stop);

  std::vector<Extract> extracts() const;  ///< the likeliest first
  int decoded_tokens() const { return decoded_tokens_; }

 private:
  struct Beam {
    std::vector<std::size_t> ends;  ///< offsets in the text behind what was copied: it may stand in several places
    std::string copied;
    double log_prob = 0;
    llama_seq_id sequence = 0;
  };
  struct Step {
    std::size_t parent = 0;
    llama_token token = 0;
    std::vector<std::size_t> ends;
    double log_prob = 0;
  };
  void add_steps(std::size_t parent, const Beam& beam, const float* logits, double log_sum, std::vector<Step>& steps) const;
  void copy_on(std::size_t begin, VocabularyPieces::Range range, std::map<llama_token, std::vector<std::size_t>>& next) const;
  void keep_best(std::vector<Step>& steps) const;
  void note_end(const Beam& beam, const float* logits, double log_sum);
  double least_log_prob() const;

  llama_context& context_;
  const llama_vocab& vocab_;
  const VocabularyPieces& pieces_;
  const CopyableText& text_;
  ExtractOptions options_;
  std::map<std::string, double> found_;  ///< what was copied to its end → natural logarithm of its probability
  double best_;
  int decoded_tokens_ = 0;
};

}  // namespace panduan::llm
