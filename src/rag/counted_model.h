#pragma once
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "llm/chat_model.h"
#include "rag/events.h"

namespace panduan::rag {

/// A chat model whose cost is added up in `cost`. Everything throws Error as ChatModel::generate, and Cancelled when stopped.
class CountedModel {
 public:
  CountedModel(llm::ChatModel& model, Done& cost, const std::stop_token& stop) : model_(model), cost_(cost), stop_(stop) {}

  std::string generate(std::span<const llm::ChatMessage> messages, const llm::GenerateOptions& options);
  /// nullopt for a model that does not tell; so the others.
  std::optional<llm::Likelihoods> likelihoods(std::span<const llm::ChatMessage> messages, std::string_view begun, std::span<const std::string> texts);
  std::optional<llm::Extraction> extract(std::span<const llm::ChatMessage> messages, std::string_view text, const llm::ExtractOptions& options);
  /// Of a yes to a no, natural logarithm; how a reply of each kind may begin.
  std::optional<double> log_odds(std::span<const llm::ChatMessage> messages, std::span<const std::string> yes, std::span<const std::string> no);

 private:
  void throw_if_stopped() const;
  void add(const llm::Usage& usage);

  llm::ChatModel& model_;
  Done& cost_;
  const std::stop_token& stop_;
};

}  // namespace panduan::rag
