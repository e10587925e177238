#include "rag/counted_model.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/error.h"

namespace panduan::rag {

std::string CountedModel::generate(std::span<const llm::ChatMessage> messages, const llm::GenerateOptions& options) {
  auto generation = model_.generate(messages, options, {}, stop_);
  throw_if_stopped();
  add(generation.usage);
  return std::move(generation.text);
}

std::optional<llm::Likelihoods> CountedModel::likelihoods(std::span<const llm::ChatMessage> messages, std::string_view begun,
                                                          std::span<const std::string> texts) {
  auto result = model_.likelihoods(messages, begun, texts, stop_);
  throw_if_stopped();
  if (result) add(result->usage);
  return result;
}

std::optional<llm::Extraction> CountedModel::extract(std::span<const llm::ChatMessage> messages, std::string_view text, const llm::ExtractOptions& options) {
  auto result = model_.extract(messages, text, options, stop_);
  throw_if_stopped();
  if (result) add(result->usage);
  return result;
}

std::optional<double> CountedModel::log_odds(std::span<const llm::ChatMessage> messages, std::span<const std::string> yes, std::span<const std::string> no) {
  std::vector<std::string> beginnings(yes.begin(), yes.end());
  beginnings.insert(beginnings.end(), no.begin(), no.end());
  const auto of_beginnings = likelihoods(messages, {}, beginnings);
  if (!of_beginnings) return std::nullopt;
  std::vector<double> log_probs;
  for (const auto& tokens : of_beginnings->log_probs) log_probs.push_back(std::accumulate(tokens.begin(), tokens.end(), 0.0));
  const auto first_no = log_probs.begin() + static_cast<std::ptrdiff_t>(yes.size());
  return *std::max_element(log_probs.begin(), first_no) - *std::max_element(first_no, log_probs.end());
}

void CountedModel::throw_if_stopped() const {
  if (stop_.stop_requested()) throw Error(ErrorKind::Cancelled, "stopped before the model had read and written all");
}

void CountedModel::add(const llm::Usage& usage) {
  cost_.prompt_tokens += usage.prompt_tokens;
  cost_.reused_tokens += usage.reused_tokens;
  cost_.completion_tokens += usage.completion_tokens;
  cost_.prefill_ms += usage.prefill_ms;
  cost_.decode_ms += usage.decode_ms;
}

}  // namespace panduan::rag
