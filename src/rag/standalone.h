#pragma once
#include <stop_token>
#include <string>
#include <string_view>

#include "llm/chat_model.h"
#include "rag/counted_model.h"
#include "rag/question.h"

namespace panduan::rag {

/// A question that needs no conversation any more.
struct Standalone {
  Question question;  ///< without history
  std::string query;  ///< what is searched
};

/// A complete question (rag/follow_up.h) is left exactly as it is and costs nothing. Any other the model writes anew, in one line, and
/// what it wrote is taken when is_honest says so. Else the question stays, and is searched together with the one before it. What the
/// model was asked goes to the account. Throws Error as ChatModel::generate, and Cancelled when stopped.
Standalone make_standalone(const Question& asked, llm::ChatModel& model, Account& account, const std::stop_token& stop);

/// The question and the one before it in its conversation, which is searched where nobody can tell how a follow-up is meant: it rarely
/// names its subject, the question before it does.
std::string query_with_the_one_before(const Question& asked);

/// Whether a rewriting says what the question says and nothing that was not said: it has all words and numbers of the question that
/// name something, asks for the same (who, when, why …), and every other such word in it stands in the conversation.
bool is_honest(std::string_view rewriting, std::string_view question, std::string_view conversation);

}  // namespace panduan::rag
