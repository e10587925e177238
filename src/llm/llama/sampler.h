#pragma once
#include <optional>
#include <vector>

#include "llm/chat_model.h"
#include "llm/llama/llama_handles.h"
#include "llm/llama/vocabulary_pieces.h"
#include "llm/quote_rule.h"

namespace panduan::llm {

/// Chooses the next token, within a grammar or the rule for quotes if there is one. Either costs milliseconds when the whole vocabulary
/// is asked, and microseconds for one token, so the token that the model would choose is tried first.
class Sampler {
 public:
  /// `pieces` is asked only where options.quotable is not empty. Throws Error{Internal} when the grammar does not parse, when both are given,
  /// or when options.begun breaks the rule.
  Sampler(const llama_vocab& vocab, const VocabularyPieces* pieces, const GenerateOptions& options);
  /// `logits`: [vocabulary].
  llama_token next(const float* logits);
  /// Whether what was chosen last belongs to a quote, its closing mark not included.
  bool is_quoting() const { return quote_.is_quoting() && quote_.copied > 0; }
  /// Inside a quote that goes on in one way only: at most so many tokens of it, as the vocabulary would spell them. Each may still turn
  /// out to be another one, or the quote to end before it.
  std::vector<llama_token> likely_next(std::size_t most) const;

 private:
  llama_token choose(const float* logits, bool within_grammar);
  llama_token choose_of(std::span<const llama_token> tokens, const float* logits);
  bool grammar_allows(llama_token token);
  llama_token next_in_quote_rule(const float* logits, llama_token wanted);
  std::optional<QuoteRule::State> follow_rule(llama_token token) const;
  std::vector<llama_token> tokens_of_quote() const;

  const llama_vocab& vocab_;
  const VocabularyPieces* pieces_;
  std::size_t vocabulary_size_;
  SamplerHandle grammar_;
  SamplerHandle choice_;
  std::optional<QuoteRule> rule_;
  QuoteRule::State quote_;
  std::vector<llama_token_data> candidates_;
};

}  // namespace panduan::llm
