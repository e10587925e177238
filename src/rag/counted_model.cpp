#include "rag/counted_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "base/error.h"

namespace panduan::rag {

std::string CountedModel::generate(const Prompt& prompt, const llm::GenerateOptions& options) {
  note(prompt, options.begun);
  auto generation = model_.generate(prompt.messages, options, {}, stop_);
  throw_if_stopped();
  add(generation.usage);
  note_reply(generation.text);
  return std::move(generation.text);
}

std::optional<double> CountedModel::log_prob(const Prompt& prompt) {
  const auto log_prob = log_probs(prompt, std::span(&prompt.continues, 1));
  if (!log_prob) return std::nullopt;
  if (account_.explain) note_reply(fmt::format("log p({}) = {:.2f}", prompt.continues, log_prob->front()));
  return log_prob->front();
}

std::optional<double> CountedModel::log_odds(const Prompt& prompt) {
  std::vector<std::string> beginnings = prompt.yes;
  beginnings.insert(beginnings.end(), prompt.no.begin(), prompt.no.end());
  const auto of_beginnings = log_probs(prompt, beginnings);
  if (!of_beginnings) return std::nullopt;
  const auto first_no = of_beginnings->begin() + static_cast<std::ptrdiff_t>(prompt.yes.size());
  const double odds = *std::max_element(of_beginnings->begin(), first_no) - *std::max_element(first_no, of_beginnings->end());
  if (account_.explain) note_reply(fmt::format("log p({}) / p({}) = {:.2f}", prompt.yes.front(), prompt.no.front(), odds));
  return odds;
}

std::optional<llm::Extraction> CountedModel::extract(const Prompt& prompt, std::string_view text) {
  note(prompt, prompt.begun);
  auto result = model_.extract(prompt.messages, text, {.begun = prompt.begun}, stop_);
  throw_if_stopped();
  if (!result) return was_not_asked();
  add(result->usage);
  if (account_.explain) {
    std::string stretches;
    for (const llm::Extract& extract : result->extracts) stretches += fmt::format("{:.3f}  {}\n", std::exp(extract.log_prob), extract.text);
    note_reply(std::move(stretches));
  }
  return result;
}

/// Of each text as a whole.
std::optional<std::vector<double>> CountedModel::log_probs(const Prompt& prompt, std::span<const std::string> texts) {
  note(prompt, prompt.begun);
  const auto result = model_.likelihoods(prompt.messages, prompt.begun, texts, stop_);
  throw_if_stopped();
  if (!result) return was_not_asked();
  add(result->usage);
  std::vector<double> sums;
  for (const auto& tokens : result->log_probs) sums.push_back(std::accumulate(tokens.begin(), tokens.end(), 0.0));
  return sums;
}

void CountedModel::throw_if_stopped() const {
  if (stop_.stop_requested()) throw Error(ErrorKind::Cancelled, "stopped before the model had read and written all");
}

void CountedModel::add(const llm::Usage& usage) {
  account_.done.prompt_tokens += usage.prompt_tokens;
  account_.done.reused_tokens += usage.reused_tokens;
  account_.done.completion_tokens += usage.completion_tokens;
  account_.done.prefill_ms += usage.prefill_ms;
  account_.done.decode_ms += usage.decode_ms;
}

void CountedModel::note(const Prompt& prompt, std::string_view begun) {
  Asked asked{.prompt = prompt.name, .version = prompt.version, .text = {}, .reply = {}};
  if (account_.explain) asked.text = model_.prompt_text(prompt.messages, begun);
  account_.done.asked.push_back(std::move(asked));
}

/// A model that does not tell was not asked.
std::nullopt_t CountedModel::was_not_asked() {
  account_.done.asked.pop_back();
  return std::nullopt;
}

void CountedModel::note_reply(std::string reply) {
  if (account_.explain) account_.done.asked.back().reply = std::move(reply);
}

}  // namespace panduan::rag
