#include "rag/prompt.h"

#include <fmt/format.h>

#include <utility>

#include "base/unicode.h"

namespace panduan::rag {
namespace {

// Of an answer, where the grammar ends it.
constexpr std::size_t kMostEnglish = 200;
constexpr std::size_t kMostChinese = 80;

const PromptText& text_for(const Question& question, std::string_view name) { return prompt_text(name, is_mostly_chinese(question.text)); }

std::string_view trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

std::string passage_text(const PassageRead& passage) {
  return passage.heading_path.empty() ? passage.text + "\n\n" : fmt::format("({}) {}\n\n", passage.heading_path, passage.text);
}

std::string passage_or_none(const PromptText& text, const PassageRead* passage) { return passage ? passage_text(*passage) : text.no_passage + "\n\n"; }

/// The second turn of a conversation.
Prompt ask_on(const Prompt& asked, const PromptText& text, std::string_view reply) {
  Prompt prompt{.name = text.name, .version = text.version, .messages = asked.messages, .grammar = text.grammar};
  prompt.messages.push_back({llm::Role::Assistant, std::string(reply)});
  prompt.messages.push_back({llm::Role::User, text.request});
  return prompt;
}

}  // namespace

Prompt make_prompt(const PromptText& text, std::string system, std::string shared, std::string_view request) {
  Prompt prompt{.name = text.name, .version = text.version, .begun = text.begun, .grammar = text.grammar, .yes = text.yes, .no = text.no};
  prompt.messages.push_back({llm::Role::System, std::move(system)});
  const std::size_t shared_bytes = shared.size();
  prompt.messages.push_back({.role = llm::Role::User, .content = std::move(shared).append(request), .shared_bytes = shared_bytes});
  return prompt;
}

Prompt make_answer_prompt(const Question& question, std::span<const PassageRead> passages) {
  const PromptText& text = text_for(question, "answer");
  std::string all;
  for (const PassageRead& passage : passages) all += passage_text(passage);
  return make_prompt(text, text.system, fill_in(text.shared, {{"passages", all}}), fill_in(text.request, {{"question", question.text}}));
}

Prompt make_question_prompt(const Question& question, const PassageRead* passage) {
  constexpr std::size_t kMostBytes = 512;  // more of a question tells nothing more, and costs time
  const PromptText& text = text_for(question, "question");
  Prompt prompt = make_prompt(text, text.system, fill_in(text.shared, {{"passages", passage_or_none(text, passage)}}), text.request);
  prompt.continues = fill_in(text.continues, {{"question", truncate_utf8(question.text, kMostBytes)}});
  return prompt;
}

Prompt make_sufficiency_prompt(const Question& question, const PassageRead* passage) {
  const PromptText& text = text_for(question, "sufficiency");
  return make_prompt(text, text.system, fill_in(text.shared, {{"passages", passage_or_none(text, passage)}}),
                     fill_in(text.request, {{"question", question.text}}));
}

Prompt make_quote_prompt(const Prompt& asked, const Question& question, std::string_view reply) { return ask_on(asked, text_for(question, "quote"), reply); }

Prompt make_statement_prompt(const Question& question, const PassageRead& passage, std::string_view answer, const Voice& voice) {
  const PromptText& text = text_for(question, "statement");
  return make_prompt(text, text.system, fill_in(text.shared, {{"passages", passage_text(passage)}}),
                     fill_in(text.request, {{"role", voice.role.empty() ? "" : voice.role + "\n"},
                                            {"question", question.text},
                                            {"answer", answer},
                                            {"tone", voice.tone.empty() ? "" : "\n" + voice.tone}}));
}

bool is_cut_off(const Question& question, std::string_view answer) {
  // One less: a space at its end was trimmed.
  return count_characters(answer) + 1 >= (is_mostly_chinese(question.text) ? kMostChinese : kMostEnglish);
}

Prompt make_shorter_prompt(const Prompt& asked, const Question& question, std::string_view reply) {
  return ask_on(asked, text_for(question, "shorter"), reply);
}

std::string parse_line(std::string_view reply) {
  std::string_view line = trim(reply);
  line = trim(line.substr(0, line.find('\n')));
  for (const bool chinese : {false, true}) {
    const std::string_view label = prompt_text("answer", chinese).begun;
    if (line.starts_with(label)) line = trim(line.substr(label.size()));
  }
  for (const auto& [opening, closing] : {std::pair<std::string_view, std::string_view>{"\"", "\""}, {"“", "”"}}) {
    if (line.size() > opening.size() + closing.size() && line.starts_with(opening) && line.ends_with(closing)) {
      line.remove_prefix(opening.size());
      line.remove_suffix(closing.size());
    }
  }
  return std::string(line);
}

}  // namespace panduan::rag
