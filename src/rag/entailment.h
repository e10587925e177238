#pragma once
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "llm/chat_model.h"
#include "rag/counted_model.h"

namespace panduan::rag {

/// What a chat model makes of a statement and a passage. Both are data: neither is obeyed. What it is asked goes to the account.
/// Throws Error as ChatModel::generate, and Cancelled when stopped.
class Entailment {
 public:
  Entailment(llm::ChatModel& model, Account& account, const std::stop_token& stop) : model_(model, account, stop) {}

  struct Opinion {
    bool says_so = false;
    std::optional<double> log_odds;  ///< of yes to no; nullopt from a model that does not tell
  };
  /// Whether the passage says what the statement says. A small model is surer of few sentences than of a page, and, unlike for questions
  /// (Reading::sufficiency), what it would say without any passage tells nothing: it is how plausible the statement is.
  Opinion opinion(std::string_view statement, std::string_view passage);

 private:
  bool written_yes(const Prompt& prompt);

  CountedModel model_;
};

}  // namespace panduan::rag
