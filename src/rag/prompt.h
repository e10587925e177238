#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "llm/chat_model.h"
#include "rag/events.h"
#include "rag/prompt_files.h"
#include "rag/question.h"

namespace panduan::rag {

/// What a model is asked: a file of rag/prompts, filled in. A reply takes the form that its grammar or its kinds (yes, no) say.
struct Prompt {
  std::string name;
  int version = 0;
  std::vector<llm::ChatMessage> messages;
  std::string begun;      ///< how the reply begins before what was asked for
  std::string continues;  ///< how it would go on: the likelihood of this is what is wanted
  std::string grammar;    ///< GBNF of the reply
  std::vector<std::string> yes, no;  ///< how a reply of each kind may begin
};
/// `shared` and `request` are filled in, and so is what the text has besides.
Prompt make_prompt(const PromptText& text, std::string system, std::string shared, std::string_view request);

/// Asks for the answer: one line, as short as may be, in the question's language, as are all others.
Prompt make_answer_prompt(const Question& question, std::span<const PassageRead> passages);
/// Goes on from it: asks for the sentence that the answer rests on.
Prompt make_quote_prompt(const Prompt& asked, const Question& question, std::string_view reply);
/// Goes on from a reply that is not: asks for the few words that the question wants.
Prompt make_shorter_prompt(const Prompt& asked, const Question& question, std::string_view reply);
/// Asks for a sentence that says the answer in full, as who the workspace says that it is, and in its tone.
Prompt make_statement_prompt(const Question& question, const PassageRead& passage, std::string_view answer, const Voice& voice);
/// Whether the grammar ended the answer: the model would have gone on, often with what it had said before.
bool is_cut_off(const Question& question, std::string_view answer);

/// Asks for a question that a passage answers: how likely the reply is the question that was put, at most a few hundred characters of it,
/// is what is wanted. Without a passage for nullptr.
Prompt make_question_prompt(const Question& question, const PassageRead* passage);
/// Asks whether a passage says what an answer needs; likewise.
Prompt make_sufficiency_prompt(const Question& question, const PassageRead* passage);

/// The line the model wrote, without the label and the quote marks it may have put around it.
std::string parse_line(std::string_view reply);

}  // namespace panduan::rag
