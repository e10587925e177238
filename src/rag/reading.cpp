#include "rag/reading.h"

#include <numeric>
#include <vector>

#include "base/unicode.h"

namespace panduan::rag {

namespace {

double sum(std::span<const double> values) { return std::accumulate(values.begin(), values.end(), 0.0); }

std::optional<double> difference(std::optional<double> a, std::optional<double> b) { return a && b ? std::optional(*a - *b) : std::nullopt; }

}  // namespace

std::optional<double> Reading::question_gain(const PassageRead& passage) {
  if (!question_alone_) question_alone_ = log_prob(make_question_prompt_without_passage(question_));
  return difference(log_prob(make_question_prompt(question_, passage)), question_alone_);
}

std::optional<double> Reading::sufficiency(const PassageRead& passage) {
  if (!leaning_) leaning_ = log_odds(make_sufficiency_prompt_without_passage(question_));
  return difference(log_odds(make_sufficiency_prompt(question_, passage)), leaning_);
}

std::optional<double> Reading::log_prob(const QuestionPrompt& prompt) {
  const auto of_question = model_.likelihoods(prompt.messages, prompt.begun, std::span(&prompt.question, 1));
  return of_question ? std::optional(sum(of_question->log_probs.front())) : std::nullopt;
}

std::optional<double> Reading::log_odds(const SufficiencyPrompt& prompt) { return model_.log_odds(prompt.messages, prompt.yes, prompt.no); }

std::optional<ChosenExtract> Reading::copy(const Prompt& prompt, std::span<const PassageRead> passages) {
  std::string text;
  for (const PassageRead& passage : passages) text += passage.text + "\n\n";
  const auto extraction = model_.extract(prompt.messages, text, {.begun = prompt.begun});
  if (!extraction) return std::nullopt;
  return choose_extract(extraction->extracts, short_characters(question_));
}

std::string Reading::write(const Prompt& prompt) { return model_.generate(prompt.messages, {.max_tokens = max_tokens_, .grammar = prompt.grammar}); }

std::string Reading::quote(const Prompt& prompt, std::span<const PassageRead> passages) {
  const bool chinese = is_mostly_chinese(question_.text);
  llm::GenerateOptions options{.max_tokens = max_tokens_};
  options.begun = chinese ? "“" : "\"";
  options.stop = {chinese ? "”" : "\""};
  for (const PassageRead& passage : passages) options.quotable += passage.text + "\n\n";
  return model_.generate(prompt.messages, options);
}

}  // namespace panduan::rag
