#pragma once
#include <chat.h>

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "llm/chat_model.h"
#include "llm/llama/llama_handles.h"

namespace panduan::llm {

struct PromptTokens {
  std::vector<llama_token> tokens;
  std::vector<std::size_t> cuts;  ///< ascending, the last is tokens.size(): what stands between two is decoded by itself
};

/// A model's own chat template: a conversation becomes tokens, cut where the system message ends and where a message's shared bytes do.
class ChatTemplate {
 public:
  ChatTemplate(const llama_model& model, std::string model_name);
  /// `begun` is how the reply begins. Throws Error{Unsupported} when the template does not take the conversation.
  PromptTokens render(std::span<const ChatMessage> messages, std::string_view begun) const;
  /// The same as text.
  std::string text(std::span<const ChatMessage> messages, std::string_view begun) const { return apply(messages, true).append(begun); }

 private:
  std::string without_control_tokens(std::string text) const;
  std::string apply(std::span<const ChatMessage> messages, bool add_generation_prompt) const;
  std::size_t rendered_up_to(const std::string& whole, std::span<const ChatMessage> messages, std::size_t index, std::size_t bytes) const;

  const llama_vocab& vocab_;
  std::string model_name_;
  common_chat_templates_ptr templates_;
  std::vector<std::string> control_tokens_;  ///< as they are spelt
};

}  // namespace panduan::llm
