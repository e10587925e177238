#include "llm/llama/chat_template.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.h"

namespace panduan::llm {

ChatTemplate::ChatTemplate(const llama_model& model, std::string model_name)
    : vocab_(*llama_model_get_vocab(&model)), model_name_(std::move(model_name)), templates_(common_chat_templates_init(&model, "")) {
  for (llama_token token = 0; token < llama_vocab_n_tokens(&vocab_); ++token) {
    const std::string_view text = llama_vocab_get_text(&vocab_, token);
    if (llama_vocab_is_control(&vocab_, token) && text.size() > 1) control_tokens_.emplace_back(text);
  }
}

/// A text that spells a control token ("<|im_end|>") would end its own message and begin another: such a token is taken apart.
std::string ChatTemplate::without_control_tokens(std::string text) const {
  for (const std::string& token : control_tokens_) {
    for (std::size_t found = text.find(token); found != std::string::npos; found = text.find(token, found + 1)) text.insert(found + 1, 1, ' ');
  }
  return text;
}

std::string ChatTemplate::apply(std::span<const ChatMessage> messages, bool add_generation_prompt) const {
  common_chat_templates_inputs inputs;
  inputs.add_generation_prompt = add_generation_prompt;
  inputs.use_jinja = true;
  for (const ChatMessage& message : messages) {
    common_chat_msg converted;
    converted.role = message.role == Role::System ? "system" : message.role == Role::User ? "user" : "assistant";
    converted.content = without_control_tokens(message.content);
    inputs.messages.push_back(std::move(converted));
  }
  try {
    return common_chat_templates_apply(templates_.get(), inputs).prompt;
  } catch (const std::exception& error) {
    throw Error(ErrorKind::Unsupported, fmt::format("the chat template of '{}' does not take this conversation: {}", model_name_, error.what()));
  }
}

/// How many bytes of the rendered conversation do not depend on what `messages[index]` holds behind its first `bytes` bytes.
std::size_t ChatTemplate::rendered_up_to(const std::string& whole, std::span<const ChatMessage> messages, std::size_t index, std::size_t bytes) const {
  std::vector<ChatMessage> other(messages.begin(), messages.begin() + static_cast<std::ptrdiff_t>(index) + 1);
  std::string& content = other.back().content;
  const char different = bytes < content.size() && content[bytes] == '\x01' ? '\x02' : '\x01';
  content = content.substr(0, bytes) + different;
  const std::string text = apply(other, false);
  return static_cast<std::size_t>(std::ranges::mismatch(whole, text).in1 - whole.begin());
}

PromptTokens ChatTemplate::render(std::span<const ChatMessage> messages, std::string_view begun) const {
  const std::string whole = apply(messages, true) + std::string(begun);
  std::vector<std::size_t> ends;
  if (messages.size() > 1 && messages[0].role == Role::System) ends.push_back(rendered_up_to(whole, messages, 1, 0));
  for (std::size_t i = 0; i < messages.size(); ++i) {
    if (messages[i].shared_bytes > 0) ends.push_back(rendered_up_to(whole, messages, i, messages[i].shared_bytes));
  }
  ends.push_back(whole.size());
  PromptTokens prompt;
  std::size_t begin = 0;
  for (const std::size_t end : ends) {
    if (end <= begin) continue;
    const auto part = tokenize(vocab_, std::string_view(whole).substr(begin, end - begin), begin == 0 && llama_vocab_get_add_bos(&vocab_), true);
    prompt.tokens.insert(prompt.tokens.end(), part.begin(), part.end());
    prompt.cuts.push_back(prompt.tokens.size());
    begin = end;
  }
  return prompt;
}

}  // namespace panduan::llm
