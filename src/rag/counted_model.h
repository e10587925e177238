#pragma once
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "llm/chat_model.h"
#include "rag/events.h"
#include "rag/prompt.h"

namespace panduan::rag {

/// What was asked of a model, and what it cost. Lives as long as one answer is made.
struct Account {
  Done done;
  bool explain = false;  ///< whether the words are kept as well
};

/// A chat model; what it is asked and what that costs goes to the account. Everything throws Error as ChatModel::generate, and Cancelled
/// when stopped.
class CountedModel {
 public:
  CountedModel(llm::ChatModel& model, Account& account, const std::stop_token& stop) : model_(model), account_(account), stop_(stop) {}

  std::string generate(const Prompt& prompt, const llm::GenerateOptions& options);
  /// How likely the reply goes on with the prompt's `continues`, natural logarithm; nullopt for a model that does not tell. So the others.
  std::optional<double> log_prob(const Prompt& prompt);
  /// Of the prompt's yes to its no, natural logarithm.
  std::optional<double> log_odds(const Prompt& prompt);
  std::optional<llm::Extraction> extract(const Prompt& prompt, std::string_view text);

 private:
  std::optional<std::vector<double>> log_probs(const Prompt& prompt, std::span<const std::string> texts);
  void throw_if_stopped() const;
  void add(const llm::Usage& usage);
  void note(const Prompt& prompt, std::string_view begun);
  void note_reply(std::string reply);
  std::nullopt_t was_not_asked();

  llm::ChatModel& model_;
  Account& account_;
  const std::stop_token& stop_;
};

}  // namespace panduan::rag
