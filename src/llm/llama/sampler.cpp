#include "llm/llama/sampler.h"

#include <cmath>

#include "base/error.h"

namespace panduan::llm {

Sampler::Sampler(const llama_vocab& vocab, const GenerateOptions& options)
    : vocabulary_size_(static_cast<std::size_t>(llama_vocab_n_tokens(&vocab))), choice_(llama_sampler_chain_init(llama_sampler_chain_default_params())) {
  if (!options.grammar.empty()) {
    grammar_.reset(llama_sampler_init_grammar(&vocab, options.grammar.c_str(), "root"));
    if (!grammar_) throw Error(ErrorKind::Internal, "[llama.cpp] the grammar of the answer does not parse");
  }
  if (options.temperature > 0) {
    llama_sampler_chain_add(choice_.get(), llama_sampler_init_temp(options.temperature));
    llama_sampler_chain_add(choice_.get(), llama_sampler_init_dist(options.seed));
  } else {
    llama_sampler_chain_add(choice_.get(), llama_sampler_init_greedy());
  }
}

llama_token Sampler::next(const float* logits) {
  llama_token token = choose(logits, false);
  if (grammar_ && !grammar_allows(token)) token = choose(logits, true);
  if (grammar_) llama_sampler_accept(grammar_.get(), token);
  llama_sampler_accept(choice_.get(), token);
  return token;
}

llama_token Sampler::choose(const float* logits, bool within_grammar) {
  candidates_.resize(vocabulary_size_);
  for (std::size_t i = 0; i < vocabulary_size_; ++i) candidates_[i] = {static_cast<llama_token>(i), logits[i], 0};
  llama_token_data_array all{candidates_.data(), candidates_.size(), -1, false};
  if (within_grammar) llama_sampler_apply(grammar_.get(), &all);
  llama_sampler_apply(choice_.get(), &all);
  return all.data[all.selected].id;
}

bool Sampler::grammar_allows(llama_token token) {
  llama_token_data one{token, 1, 0};
  llama_token_data_array only{&one, 1, -1, false};
  llama_sampler_apply(grammar_.get(), &only);
  return std::isfinite(one.logit);
}

}  // namespace panduan::llm
