#pragma once
#include <span>
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
  std::string begun;    ///< how the reply begins before what was asked for
};
/// Asks for the answer: one line, as short as may be.
Prompt make_answer_prompt(const Question& question, std::span<const PassageRead> passages);
/// Goes on from it: asks for the sentence that the answer rests on.
Prompt make_quote_prompt(const Prompt& asked, const Question& question, std::string_view reply);
/// The most characters of an answer that is a phrase rather than a sentence: 20 in Chinese, 60 otherwise.
std::size_t short_characters(const Question& question);
bool is_short(const Question& question, std::string_view answer);
/// Goes on from a reply that is not: asks for the few words that the question wants.
Prompt make_shorter_prompt(const Prompt& asked, const Question& question, std::string_view reply);
/// Asks for a sentence that says the answer in full.
Prompt make_statement_prompt(const Question& question, const PassageRead& passage, std::string_view answer);
/// Whether the grammar ended the answer: the model would have gone on, often with what it had said before.
bool is_cut_off(const Question& question, std::string_view answer);

/// Asks for a question that a passage answers: how likely the reply is the question that was put is what is wanted of it.
struct QuestionPrompt {
  std::vector<llm::ChatMessage> messages;
  std::string begun;     ///< how the reply begins
  std::string question;  ///< how it goes on, at most a few hundred characters of the question
};
QuestionPrompt make_question_prompt(const Question& question, const PassageRead& passage);
QuestionPrompt make_question_prompt_without_passage(const Question& question);

/// Asks whether a passage says what an answer needs.
struct SufficiencyPrompt {
  std::vector<llm::ChatMessage> messages;
  std::vector<std::string> yes, no;  ///< how a reply of each kind may begin
};
SufficiencyPrompt make_sufficiency_prompt(const Question& question, const PassageRead& passage);
SufficiencyPrompt make_sufficiency_prompt_without_passage(const Question& question);

/// The line the model wrote, without the label and the quote marks it may have put around it.
std::string parse_line(std::string_view reply);

}  // namespace panduan::rag
