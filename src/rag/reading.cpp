#include "rag/reading.h"

#include <algorithm>
#include <utility>

#include "base/unicode.h"

namespace panduan::rag {

std::optional<double> Reading::sufficiency(const PassageRead& passage) { return model_.log_odds(make_sufficiency_prompt(question_, &passage)); }

std::optional<double> Reading::leaning() {
  if (!leaning_) leaning_ = model_.log_odds(make_sufficiency_prompt(question_, nullptr));
  return leaning_;
}

std::optional<double> Reading::question_gain(const PassageRead& passage) {
  if (!question_alone_) question_alone_ = model_.log_prob(make_question_prompt(question_, nullptr));
  const auto with_passage = model_.log_prob(make_question_prompt(question_, &passage));
  if (!with_passage || !question_alone_) return std::nullopt;
  return *with_passage - *question_alone_;
}

std::optional<std::vector<llm::Extract>> Reading::copy(const Prompt& prompt, std::span<const PassageRead> passages) {
  std::string text;
  for (const PassageRead& passage : passages) text += passage.text + "\n\n";
  auto extraction = model_.extract(prompt, text);
  if (!extraction) return std::nullopt;
  return std::move(extraction->extracts);
}

ChosenExtract Reading::choose(std::span<const llm::Extract> extracts) const { return choose_extract(extracts); }

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
