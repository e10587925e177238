#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "llm/chat_model.h"

namespace panduan::rag {

/// Begins a conversation; Done::conversation_id says which.
inline constexpr std::string_view kNewConversation = "new";

/// How a workspace wants what a model writes freely: as who ("You are the help desk of a hospital."), and how ("Be brief and formal.").
struct Voice {
  std::string role, tone;
};

struct Question {
  std::string text;
  std::vector<llm::ChatMessage> history;  ///< earlier turns, oldest first
  /// The highest probability of being wrong that whoever asks puts up with, 0 to 1; nullopt: as the settings say.
  std::optional<double> risk;
  /// The kept conversation that it belongs to, whose turns are its history, or kNewConversation; empty: it is not kept. Read by
  /// app::Workbench::ask alone.
  std::string conversation_id = {};
  bool explain = false;  ///< Done::asked is to hold what the model was asked, word for word
};

}  // namespace panduan::rag
