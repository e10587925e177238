#include "llm/llama/sampler.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace panduan::llm {

Sampler::Sampler(const llama_vocab& vocab, const VocabularyPieces* pieces, const GenerateOptions& options)
    : vocab_(vocab), pieces_(pieces), vocabulary_size_(static_cast<std::size_t>(llama_vocab_n_tokens(&vocab))),
      choice_(llama_sampler_chain_init(llama_sampler_chain_default_params())) {
  if (!options.grammar.empty()) {
    if (!options.quotable.empty()) throw Error(ErrorKind::Internal, "a grammar and a rule for quotes were given for one text");
    grammar_.reset(llama_sampler_init_grammar(&vocab, options.grammar.c_str(), "root"));
    if (!grammar_) throw Error(ErrorKind::Internal, "[llama.cpp] the grammar of the answer does not parse");
  }
  if (!options.quotable.empty()) {
    rule_.emplace(options.quotable);
    auto state = rule_->follow({}, options.begun);
    if (!state) throw Error(ErrorKind::Internal, "the reply begins with a quote that does not stand in its source");
    quote_ = *std::move(state);
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
  if (rule_) token = next_in_quote_rule(logits, token);
  llama_sampler_accept(choice_.get(), token);
  return token;
}

std::vector<llama_token> Sampler::likely_next(std::size_t most) const {
  if (!rule_ || !is_quoting()) return {};
  auto tokens = tokenize(vocab_, rule_->only_way(quote_), false, false);
  tokens.resize(std::min(tokens.size(), most));
  return tokens;
}

llama_token Sampler::choose(const float* logits, bool within_grammar) {
  candidates_.resize(vocabulary_size_);
  for (std::size_t i = 0; i < vocabulary_size_; ++i) candidates_[i] = {static_cast<llama_token>(i), logits[i], 0};
  llama_token_data_array all{candidates_.data(), candidates_.size(), -1, false};
  if (within_grammar) llama_sampler_apply(grammar_.get(), &all);
  llama_sampler_apply(choice_.get(), &all);
  return all.data[all.selected].id;
}

llama_token Sampler::choose_of(std::span<const llama_token> tokens, const float* logits) {
  candidates_.clear();
  for (const llama_token token : tokens) candidates_.push_back({token, logits[token], 0});
  llama_token_data_array some{candidates_.data(), candidates_.size(), -1, false};
  llama_sampler_apply(choice_.get(), &some);
  return some.data[some.selected].id;
}

bool Sampler::grammar_allows(llama_token token) {
  llama_token_data one{token, 1, 0};
  llama_token_data_array only{&one, 1, -1, false};
  llama_sampler_apply(grammar_.get(), &only);
  return std::isfinite(one.logit);
}

llama_token Sampler::next_in_quote_rule(const float* logits, llama_token wanted) {
  if (auto state = follow_rule(wanted)) {
    quote_ = *std::move(state);
    return wanted;
  }
  std::vector<llama_token> allowed;
  if (quote_.is_quoting()) {
    allowed = tokens_of_quote();
  } else {
    for (std::size_t i = 0; i < vocabulary_size_; ++i) {
      if (follow_rule(static_cast<llama_token>(i))) allowed.push_back(static_cast<llama_token>(i));
    }
  }
  // Nothing to choose, where the vocabulary cannot spell how the source goes on or the source closes a quote too soon: the text ends.
  if (allowed.empty()) return llama_vocab_eot(&vocab_) != LLAMA_TOKEN_NULL ? llama_vocab_eot(&vocab_) : llama_vocab_eos(&vocab_);
  const llama_token token = choose_of(allowed, logits);
  quote_ = *follow_rule(token);
  return token;
}

std::optional<QuoteRule::State> Sampler::follow_rule(llama_token token) const {
  if (llama_vocab_is_eog(&vocab_, token)) return QuoteRule::may_stop(quote_) ? std::optional(quote_) : std::nullopt;
  return rule_->follow(quote_, token_text(vocab_, token));
}

std::vector<llama_token> Sampler::tokens_of_quote() const {
  std::vector<llama_token> tokens;
  for (const std::size_t place : rule_->places(quote_)) {
    pieces_->for_each_beginning(rule_->rest_of_sentence(place), pieces_->all(), [&](llama_token token, std::size_t) { tokens.push_back(token); });
  }
  auto closing = pieces_->all();
  for (const char byte : quote_.closing) closing = pieces_->narrow(closing, byte);
  std::ranges::copy(pieces_->tokens(closing), std::back_inserter(tokens));
  std::ranges::sort(tokens);
  tokens.erase(std::ranges::unique(tokens).begin(), tokens.end());
  // Where the source itself goes on with the mark that ends the quote, not all of its tokens are.
  std::erase_if(tokens, [&](llama_token token) { return !follow_rule(token); });
  return tokens;
}

}  // namespace panduan::llm
