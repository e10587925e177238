#pragma once
#include <string>
#include <vector>

#include "llm/chat_model.h"

namespace panduan::rag {

struct Question {
  std::string text;
  std::vector<llm::ChatMessage> history;  ///< earlier turns, oldest first
};

}  // namespace panduan::rag
