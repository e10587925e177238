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
/// Asks for the answer: one line, as short as may be.
Prompt make_answer_prompt(const Question& question, const std::vector<PassageRead>& passages);
/// Goes on from it: asks for the sentence that the answer rests on.
Prompt make_quote_prompt(const Prompt& asked, const Question& question, std::string_view answer);

/// The line the model wrote, without the label and the quote marks it may have put around it.
std::string parse_line(std::string_view reply);

}  // namespace panduan::rag
