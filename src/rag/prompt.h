#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "llm/chat_model.h"
#include "rag/events.h"
#include "rag/question.h"

namespace panduan::rag {

/// What the model is asked and the form its reply must have, in the question's language.
struct Prompt {
  std::vector<llm::ChatMessage> messages;
  std::string grammar;  ///< GBNF of the reply
};
Prompt make_prompt(const Question& question, const std::vector<PassageRead>& passages);

/// The model's reply, taken apart.
struct Reply {
  std::string answer;
  struct Quoted {
    std::size_t passage = 0;  ///< the number it named, 0 when none could be read
    std::string text;
  };
  std::vector<Quoted> quotes;
};
Reply parse_reply(std::string_view text);

}  // namespace panduan::rag
