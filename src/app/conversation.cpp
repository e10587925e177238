#include "app/conversation.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "app/workbench.h"
#include "base/error.h"
#include "base/unicode.h"

namespace panduan::app {
namespace {

constexpr std::size_t kTitleBytes = 80;

std::string refusal(const std::string& question) { return is_mostly_chinese(question) ? "不知道。" : "I don't know."; }

std::string title_of(const std::string& question) {
  std::string title(truncate_utf8(question, kTitleBytes));
  std::ranges::replace_if(title, [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
  return title;
}

}  // namespace

store::Conversation require_conversation(const store::Store& store, store::WorkspaceId workspace, const std::string& id) {
  if (auto found = store.find_conversation(workspace, id)) return *std::move(found);
  throw Error(ErrorKind::NotFound, fmt::format("there is no conversation '{}': 'panduan conversations list' shows what is there", id));
}

std::vector<llm::ChatMessage> recent_history(std::span<const store::Message> messages, std::size_t max_bytes) {
  std::size_t begin = messages.size();
  for (std::size_t bytes = 0, i = messages.size(); i-- > 0;) {
    bytes += messages[i].text.size();
    if (bytes > max_bytes) break;
    if (messages[i].role == store::Message::Role::User) begin = i;
  }
  std::vector<llm::ChatMessage> history;
  for (const store::Message& message : messages.subspan(begin)) {
    if (message.text.empty()) continue;
    history.push_back({.role = message.role == store::Message::Role::User ? llm::Role::User : llm::Role::Assistant, .content = message.text});
  }
  return history;
}

Conversation::Conversation(store::Store& store, store::WorkspaceId workspace, rag::Question question)
    : store_(store), workspace_(workspace), question_(std::move(question)) {
  if (question_.conversation_id.empty() || question_.conversation_id == rag::kNewConversation) return;
  require_conversation(store_, workspace_, question_.conversation_id);
  question_.history = recent_history(store_.messages(workspace_, question_.conversation_id), kMaxHistoryBytes);
}

rag::EventSink Conversation::keeping(rag::EventSink sink) {
  if (question_.conversation_id.empty()) return sink;
  return [this, sink = std::move(sink)](const rag::Event& event) {
    if (const auto* quote = std::get_if<rag::Quote>(&event)) {
      answer_.cited_documents.push_back(quote->document_id);
      if (answer_.text.empty()) answer_.text = quote->text;  // what stays where there is no answer to come
    }
    if (const auto* answer = std::get_if<rag::AnswerText>(&event)) answer_.text = answer->text;
    if (const auto* done = std::get_if<rag::Done>(&event)) {
      rag::Done kept = *done;
      kept.conversation_id = keep();
      return sink(kept);
    }
    sink(event);
  };
}

std::string Conversation::keep() {
  // Two quotes may be of one document.
  std::ranges::sort(answer_.cited_documents);
  answer_.cited_documents.erase(std::unique(answer_.cited_documents.begin(), answer_.cited_documents.end()), answer_.cited_documents.end());
  if (answer_.text.empty()) answer_.text = refusal(question_.text);
  const bool is_new = question_.conversation_id == rag::kNewConversation;
  const std::string id = is_new ? store_.create_conversation(workspace_, title_of(question_.text)).id : question_.conversation_id;
  const std::vector<store::Message> turn{{.role = store::Message::Role::User, .text = question_.text, .cited_documents = {}}, answer_};
  store_.add_messages(workspace_, id, turn);
  return id;
}

}  // namespace panduan::app
