#include <utility>

#include "server/detail/json_fields.h"
#include "server/json.h"

namespace panduan::server {

Json to_json(const store::Conversation& conversation) {
  return {{"id", conversation.id},
          {"title", conversation.title},
          {"created_ms", conversation.created_ms},
          {"last_ms", conversation.last_ms},
          {"messages", conversation.messages}};
}

store::Conversation conversation_from_json(const Json& json) {
  return {.id = field<std::string>(json, "id"),
          .title = field<std::string>(json, "title"),
          .created_ms = field<std::int64_t>(json, "created_ms"),
          .last_ms = field<std::int64_t>(json, "last_ms"),
          .messages = field<std::size_t>(json, "messages")};
}

Json to_json(const app::KeptConversation& conversation) {
  Json history = Json::array();
  for (const auto& message : conversation.messages) {
    history.push_back({{"role", message.role == store::Message::Role::User ? "user" : "assistant"},
                       {"content", message.text},
                       {"cited_documents", message.cited_documents},
                       {"created_ms", message.created_ms}});
  }
  Json json = to_json(conversation.about);
  json["chat_history"] = std::move(history);
  return json;
}

app::KeptConversation kept_conversation_from_json(const Json& json) {
  app::KeptConversation conversation{.about = conversation_from_json(json), .messages = {}};
  for (const auto& message : field<Json>(json, "chat_history")) {
    conversation.messages.push_back({.role = field<std::string>(message, "role") == "user" ? store::Message::Role::User : store::Message::Role::Assistant,
                                     .text = field<std::string>(message, "content"),
                                     .cited_documents = field<std::vector<std::string>>(message, "cited_documents"),
                                     .created_ms = field<std::int64_t>(message, "created_ms")});
  }
  return conversation;
}

}  // namespace panduan::server
