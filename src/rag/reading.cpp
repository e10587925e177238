#include "rag/reading.h"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "base/error.h"
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
  const auto of_question = likelihoods(prompt.messages, prompt.begun, {prompt.question});
  return of_question ? std::optional(sum(of_question->log_probs.front())) : std::nullopt;
}

std::optional<double> Reading::log_odds(const SufficiencyPrompt& prompt) {
  std::vector<std::string> beginnings = prompt.yes;
  beginnings.insert(beginnings.end(), prompt.no.begin(), prompt.no.end());
  const auto of_beginnings = likelihoods(prompt.messages, {}, beginnings);
  if (!of_beginnings) return std::nullopt;
  std::vector<double> log_probs;
  for (const auto& tokens : of_beginnings->log_probs) log_probs.push_back(sum(tokens));
  const auto no = log_probs.begin() + static_cast<std::ptrdiff_t>(prompt.yes.size());
  return *std::max_element(log_probs.begin(), no) - *std::max_element(no, log_probs.end());
}

std::optional<llm::Likelihoods> Reading::likelihoods(const std::vector<llm::ChatMessage>& messages, const std::string& begun,
                                                     const std::vector<std::string>& texts) {
  auto result = model_.likelihoods(messages, begun, texts, stop_);
  throw_if_stopped();
  if (result) add(result->usage);
  return result;
}

std::optional<ChosenExtract> Reading::copy(const Prompt& prompt, std::span<const PassageRead> passages) {
  std::string text;
  for (const PassageRead& passage : passages) text += passage.text + "\n\n";
  const auto extraction = model_.extract(prompt.messages, text, {.begun = prompt.begun}, stop_);
  throw_if_stopped();
  if (!extraction) return std::nullopt;
  add(extraction->usage);
  return choose_extract(extraction->extracts, short_characters(question_));
}

std::string Reading::write(const Prompt& prompt) {
  auto generation = model_.generate(prompt.messages, {.max_tokens = max_tokens_, .grammar = prompt.grammar}, {}, stop_);
  throw_if_stopped();
  add(generation.usage);
  return std::move(generation.text);
}

std::string Reading::quote(const Prompt& prompt, std::span<const PassageRead> passages) {
  const bool chinese = is_mostly_chinese(question_.text);
  llm::GenerateOptions options{.max_tokens = max_tokens_};
  options.begun = chinese ? "“" : "\"";
  options.stop = {chinese ? "”" : "\""};
  for (const PassageRead& passage : passages) options.quotable += passage.text + "\n\n";
  auto generation = model_.generate(prompt.messages, options, {}, stop_);
  throw_if_stopped();
  add(generation.usage);
  return std::move(generation.text);
}

void Reading::throw_if_stopped() const {
  if (stop_.stop_requested()) throw Error(ErrorKind::Cancelled, "the question was stopped");
}

void Reading::add(const llm::Usage& usage) {
  cost_.prompt_tokens += usage.prompt_tokens;
  cost_.reused_tokens += usage.reused_tokens;
  cost_.completion_tokens += usage.completion_tokens;
  cost_.prefill_ms += usage.prefill_ms;
  cost_.decode_ms += usage.decode_ms;
}

}  // namespace panduan::rag
