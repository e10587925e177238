#include "rag/entailment.h"

#include <algorithm>

#include "base/unicode.h"
#include "rag/prompt.h"

namespace panduan::rag {
namespace {

// From here on the passage says so: tools/check-groundedness on the odd articles of tests/data/check.
constexpr double kLeastLogOddsEnglish = 0;
constexpr double kLeastLogOddsChinese = 1.75;

}  // namespace

Entailment::Opinion Entailment::opinion(std::string_view statement, std::string_view passage) {
  const bool chinese = is_mostly_chinese(statement);
  const PromptText& text = prompt_text("entailment", chinese);
  const Prompt prompt = make_prompt(text, text.system, fill_in(text.shared, {{"passage", passage}}), fill_in(text.request, {{"statement", statement}}));
  const auto odds = model_.log_odds(prompt);
  if (!odds) return {.says_so = written_yes(prompt), .log_odds = std::nullopt};
  return {.says_so = *odds >= (chinese ? kLeastLogOddsChinese : kLeastLogOddsEnglish), .log_odds = odds};
}

bool Entailment::written_yes(const Prompt& prompt) {
  constexpr int kTokens = 4;
  const std::string reply = model_.generate(prompt, {.max_tokens = kTokens, .grammar = prompt.grammar});
  const std::size_t begin = std::min(reply.find_first_not_of(" \n\"“"), reply.size());
  return std::ranges::any_of(prompt.yes, [&](const std::string& yes) { return std::string_view(reply).substr(begin).starts_with(yes); });
}

}  // namespace panduan::rag
