#pragma once
#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "llm/chat_model.h"

namespace panduan::llm::testing {

/// Says what it was given to say, in that order; the test fails when it is asked for more.
class ScriptedChatModel final : public ChatModel {
 public:
  Generation generate(std::span<const ChatMessage> messages, const GenerateOptions&, const TextSink&, std::stop_token stop) override {
    asked.emplace_back(messages.begin(), messages.end());
    if (on_generate) on_generate();
    if (stop.stop_requested()) return {.text = {}, .finish = FinishReason::Cancelled, .usage = {}};
    if (replies.empty()) {
      ADD_FAILURE() << "asked for a reply more than was given: " << messages.back().content;
      return {};
    }
    Generation generation{.text = replies.front(), .finish = FinishReason::Stop, .usage = {.prompt_tokens = 10, .completion_tokens = 2}};
    replies.pop_front();
    return generation;
  }
  /// Each text is as likely as `log_prob` says, a yes likelier by what `yes_less_no` says.
  std::optional<Likelihoods> likelihoods(std::span<const ChatMessage> messages, std::string_view, std::span<const std::string> texts,
                                         std::stop_token stop) override {
    if (!log_prob || stop.stop_requested()) return std::nullopt;
    weighed.push_back(messages.back().content);
    Likelihoods likelihoods{.log_probs = {texts.size(), {log_prob(messages.back().content)}}, .usage = {.prompt_tokens = 5}};
    for (std::size_t i = 0; yes_less_no && i < texts.size(); ++i) {
      const bool yes = texts[i] == "yes" || texts[i] == "Yes" || texts[i] == "是";
      if (yes) likelihoods.log_probs[i].front() += yes_less_no(messages.back().content);
    }
    return likelihoods;
  }
  std::optional<Extraction> extract(std::span<const ChatMessage> messages, std::string_view text, const ExtractOptions&, std::stop_token stop) override {
    if (!copies || stop.stop_requested()) return std::nullopt;
    asked.emplace_back(messages.begin(), messages.end());
    return Extraction{.extracts = copies(text), .usage = {.prompt_tokens = 10, .completion_tokens = 2}};
  }
  std::string prompt_text(std::span<const ChatMessage> messages, std::string_view begun) const override {
    std::string text;
    for (const ChatMessage& message : messages) text += message.content + '\n';
    return text.append(begun);
  }
  std::size_t count_tokens(std::string_view text) const override { return text.size(); }
  std::string name() const override { return "scripted"; }
  std::string fingerprint() const override { return "scripted-1"; }
  std::size_t max_context_tokens() const override { return 4096; }

  std::deque<std::string> replies;
  std::function<double(std::string_view prompt)> log_prob;  ///< of any text behind it; empty: it does not tell, as a remote model
  std::function<double(std::string_view prompt)> yes_less_no;  ///< empty: yes is as likely as no
  std::function<std::vector<Extract>(std::string_view text)> copies;  ///< empty: it does not tell either
  std::function<void()> on_generate;
  std::vector<std::vector<ChatMessage>> asked;
  std::vector<std::string> weighed;  ///< the last messages of what likelihoods were asked for
};

}  // namespace panduan::llm::testing
