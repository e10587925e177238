#pragma once
#include <span>
#include <string>
#include <vector>

#include "llm/chat_model.h"
#include "rag/events.h"
#include "rag/question.h"
#include "store/store.h"

namespace panduan::app {

/// Throws Error{NotFound}.
store::Conversation require_conversation(const store::Store& store, store::WorkspaceId workspace, const std::string& id);

/// What was said, as the history of the next question: its end, of at most so many bytes; it begins with a question. Erased messages are
/// left out.
std::vector<llm::ChatMessage> recent_history(std::span<const store::Message> messages, std::size_t max_bytes);

/// One question of a kept conversation, from its history to its place in the store. For a question that is not kept it does nothing.
class Conversation {
 public:
  /// Throws Error{NotFound} for a conversation that is not there.
  Conversation(store::Store& store, store::WorkspaceId workspace, rag::Question question);

  /// With the conversation's history.
  const rag::Question& question() const { return question_; }
  /// Hands the events on; before `done` question and answer are kept together, and `done` says where. An answer that is broken off is
  /// not kept. To be used while this lives.
  rag::EventSink keeping(rag::EventSink sink);

 private:
  std::string keep();

  store::Store& store_;
  store::WorkspaceId workspace_;
  rag::Question question_;
  store::Message answer_{.role = store::Message::Role::Assistant, .text = {}, .cited_documents = {}};
};

}  // namespace panduan::app
