#pragma once
#include <optional>
#include <string>
#include <vector>

#include "llm/chat_model.h"

namespace panduan::rag {

struct Question {
  std::string text;
  std::vector<llm::ChatMessage> history;  ///< earlier turns, oldest first
  /// The highest probability of being wrong that whoever asks puts up with, 0 to 1; nullopt: as the settings say.
  std::optional<double> risk;
};

}  // namespace panduan::rag
