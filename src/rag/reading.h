#pragma once
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "llm/chat_model.h"
#include "rag/confidence.h"
#include "rag/counted_model.h"
#include "rag/events.h"
#include "rag/extract_choice.h"
#include "rag/prompt.h"
#include "rag/question.h"

namespace panduan::rag {

/// What a model is asked about one question; it and its cost go to the account. Everything throws Error as ChatModel::generate, and
/// Cancelled when stopped.
class Reading {
 public:
  Reading(llm::ChatModel& model, const Question& question, int max_tokens, Account& account, const std::stop_token& stop)
      : model_(model, account, stop), question_(question), max_tokens_(max_tokens) {}

  /// Signals::sufficiency; nullopt for a model that does not tell. So the others.
  std::optional<double> sufficiency(const PassageRead& passage);
  /// Signals::leaning, asked for once.
  std::optional<double> leaning();
  /// Signals::question.
  std::optional<double> question_gain(const PassageRead& passage);
  /// The stretches of the passages that the model would answer with, the likeliest first.
  std::optional<std::vector<llm::Extract>> copy(const Prompt& prompt, std::span<const PassageRead> passages);
  /// Which of them is shown.
  ChosenExtract choose(std::span<const llm::Extract> extracts) const;
  std::string write(const Prompt& prompt);
  /// What the model copies from the passages when it can do nothing else (llm/quote_rule.h): of a model that runs here, see copy.
  std::string quote(const Prompt& prompt, std::span<const PassageRead> passages);

 private:
  CountedModel model_;
  const Question& question_;
  int max_tokens_;
  // Without any passage, once they were asked for:
  std::optional<double> question_alone_;
  std::optional<double> leaning_;
};

}  // namespace panduan::rag
