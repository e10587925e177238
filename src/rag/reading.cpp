#include "rag/reading.h"

#include "base/unicode.h"

namespace panduan::rag {

namespace {

std::optional<double> difference(std::optional<double> a, std::optional<double> b) { return a && b ? std::optional(*a - *b) : std::nullopt; }

}  // namespace

std::optional<double> Reading::question_gain(const PassageRead& passage) {
  if (!question_alone_) question_alone_ = model_.log_prob(make_question_prompt(question_, nullptr));
  return difference(model_.log_prob(make_question_prompt(question_, &passage)), question_alone_);
}

std::optional<double> Reading::sufficiency(const PassageRead& passage) {
  if (!leaning_) leaning_ = model_.log_odds(make_sufficiency_prompt(question_, nullptr));
  return difference(model_.log_odds(make_sufficiency_prompt(question_, &passage)), leaning_);
}

std::optional<ChosenExtract> Reading::copy(const Prompt& prompt, std::span<const PassageRead> passages) {
  std::string text;
  for (const PassageRead& passage : passages) text += passage.text + "\n\n";
  const auto extraction = model_.extract(prompt, text);
  if (!extraction) return std::nullopt;
  return choose_extract(extraction->extracts, short_characters(question_));
}

std::string Reading::write(const Prompt& prompt) { return model_.generate(prompt, {.max_tokens = max_tokens_, .grammar = prompt.grammar}); }

std::string Reading::quote(const Prompt& prompt, std::span<const PassageRead> passages) {
  const bool chinese = is_mostly_chinese(question_.text);
  llm::GenerateOptions options{.max_tokens = max_tokens_};
  options.begun = chinese ? "“" : "\"";
  options.stop = {chinese ? "”" : "\""};
  for (const PassageRead& passage : passages) options.quotable += passage.text + "\n\n";
  return model_.generate(prompt, options);
}

}  // namespace panduan::rag
