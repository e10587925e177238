#include "rag/standalone.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "base/clock.h"
#include "base/unicode.h"
#include "documents/terms.h"
#include "rag/detail/chinese_follow_up.h"
#include "rag/follow_up.h"
#include "rag/function_words.h"
#include "rag/prompt.h"
#include "rag/reading.h"

namespace panduan::rag {
namespace {

// Of the conversation the model reads its end: a follow-up goes back a turn or two, and each token costs time.
constexpr std::size_t kTurns = 3;
constexpr std::size_t kBytesOfAQuestion = 512;
constexpr std::size_t kBytesOfAnAnswer = 256;
constexpr int kMaxTokens = 80;

std::string one_line(std::string_view text, std::size_t max_bytes) {
  std::string line(truncate_utf8(text, max_bytes));
  std::ranges::replace_if(line, [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return line;
}

/// The last turns, a line for each question and answer.
std::string conversation_text(std::span<const llm::ChatMessage> history, const PromptText& prompt) {
  std::size_t begin = history.size();
  for (std::size_t questions = 0; begin > 0 && questions < kTurns; --begin) questions += history[begin - 1].role == llm::Role::User ? 1 : 0;
  std::string text;
  for (const llm::ChatMessage& message : history.subspan(begin)) {
    const bool asks = message.role == llm::Role::User;
    text += fmt::format("{}{}\n", prompt.labels.at(asks ? 0 : 1), one_line(message.content, asks ? kBytesOfAQuestion : kBytesOfAnAnswer));
  }
  return text;
}

/// A text as GBNF has it between quote marks.
std::string literal(std::string_view text) {
  std::string escaped = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return escaped + '"';
}

/// Only what stands for the pronoun is the model's to write; the rest of the question stays.
std::string grammar_around(std::string_view question, const documents::ByteRange& pronoun) {
  std::string before(question.substr(0, pronoun.begin));
  before.erase(0, std::min(joining_bytes(question), before.size()));
  if (!before.empty() && before[0] >= 'a' && before[0] <= 'z') before[0] = static_cast<char>(before[0] - 'a' + 'A');
  return fmt::format(R"(root ::= {} [^\n?？,，。呢吗哪谁何么]{{1,60}} {})", literal(before), literal(question.substr(pronoun.end)));
}

Prompt make_rewriting_prompt(const std::string& question, const std::string& conversation, const PromptText& text) {
  const std::string line = one_line(question, kBytesOfAQuestion);
  Prompt prompt = make_prompt(text, text.system, {}, fill_in(text.request, {{"conversation", conversation}, {"question", line}}));
  if (const auto pronoun = find_pronoun(line)) prompt.grammar = grammar_around(line, *pronoun);
  return prompt;
}

const llm::ChatMessage* last_question(std::span<const llm::ChatMessage> history) {
  const auto found = std::find_if(history.rbegin(), history.rend(), [](const llm::ChatMessage& message) { return message.role == llm::Role::User; });
  return found == history.rend() ? nullptr : &*found;
}

// --- Honesty

/// What a correction says about the asking rather than about the thing.
bool corrects(std::string_view word) {
  static constexpr auto kWords =
      std::to_array<std::string_view>({"meant", "mean", "asked", "asking", "sorry", "wrong", "actually", "rather", "instead", "correction", "question"});
  return std::ranges::find(kWords, word) != kWords.end();
}

bool is_cjk_term(std::string_view term) { return is_cjk(character_at(term, 0).code_point); }

/// Words and numbers of a script with spaces that name something.
std::set<std::string> naming_words(std::string_view text) {
  std::set<std::string> words;
  for (std::string& term : documents::index_terms(text)) {
    if (!is_cjk_term(term) && !is_function_word(term)) words.insert(std::move(term));
  }
  return words;
}

std::string_view without_correction(std::string_view folded) {
  for (bool found = true; found;) {
    found = false;
    for (const std::string_view opening : detail::chinese_correction_openings()) {
      if (!folded.starts_with(opening)) continue;
      folded.remove_prefix(opening.size());
      found = true;
    }
    while (!folded.empty() && !is_letter_or_digit(character_at(folded, 0).code_point)) {
      folded.remove_prefix(character_at(folded, 0).bytes);
    }
  }
  return folded;
}

/// Runs of Chinese characters between function words.
std::vector<std::string> naming_runs(std::string_view folded) {
  std::vector<std::string> runs(1);
  for (std::size_t offset = 0; offset < folded.size();) {
    const std::size_t function = leading_function_word(folded.substr(offset));
    const Character c = character_at(folded, offset);
    if (function == 0 && is_cjk(c.code_point)) runs.back() += folded.substr(offset, c.bytes);
    else if (!runs.back().empty()) runs.emplace_back();
    offset += function > 0 ? function : c.bytes;
  }
  if (runs.back().empty()) runs.pop_back();
  return runs;
}

std::size_t occurrences(std::string_view text, std::string_view word) {
  std::size_t count = 0;
  for (std::size_t found = text.find(word); found != std::string_view::npos; found = text.find(word, found + word.size())) ++count;
  return count;
}

/// How often a text asks something: a model that goes on without end asks again.
std::size_t count_asking(std::string_view text) {
  static constexpr auto kWords = std::to_array<std::string_view>({"谁", "哪", "何", "什么", "多少", "怎", "吗", "呢"});
  static constexpr auto kEnglishWords = std::to_array<std::string_view>({"who", "when", "where", "why", "how", "what", "which", "whose"});
  std::size_t count = 0;
  for (const std::string_view word : kWords) count += occurrences(text, word);
  for (const std::string& term : documents::index_terms(text)) count += std::ranges::find(kEnglishWords, term) != kEnglishWords.end() ? 1 : 0;
  return count;
}

bool asks_for_the_same(std::string_view rewriting, std::string_view question) {
  static constexpr auto kAsking = std::to_array<std::string_view>({"who", "when", "where", "why"});
  static constexpr std::array<std::array<std::string_view, 3>, 6> kChineseAsking{{{"谁", "哪位", "什么人"},
                                                                                  {"什么时候", "何时", "哪一年"},
                                                                                  {"哪里", "何处", "何地"},
                                                                                  {"为什么", "为何", "原因"},
                                                                                  {"多少", "几", "多少"},
                                                                                  {"怎", "如何", "怎"}}};
  const auto asked = documents::index_terms(question);
  const auto asks = documents::index_terms(rewriting);
  const auto contains = [](const auto& terms, std::string_view word) { return std::ranges::find(terms, word) != terms.end(); };
  return count_asking(rewriting) <= std::max<std::size_t>(1, count_asking(question)) &&
         std::ranges::all_of(kAsking, [&](std::string_view word) { return !contains(asked, word) || contains(asks, word); }) &&
         std::ranges::all_of(kChineseAsking,
                             [&](const auto& words) { return !detail::contains_any(question, words) || detail::contains_any(rewriting, words); });
}

/// Whether every Chinese character of the rewriting belongs to a function word, to the question, or to two or more that were said in a row.
bool stands_in(std::string_view rewriting, std::string_view question, std::string_view conversation) {
  for (std::size_t offset = 0; offset < rewriting.size();) {
    const Character c = character_at(rewriting, offset);
    std::size_t covered = is_cjk(c.code_point) ? 0 : c.bytes;
    if (covered == 0) {
      for (std::size_t end = offset + c.bytes; end <= rewriting.size();) {
        const std::string_view piece = rewriting.substr(offset, end - offset);
        const bool said = question.find(piece) != std::string_view::npos || (piece.size() > c.bytes && conversation.find(piece) != std::string_view::npos);
        if (said) covered = piece.size();
        else if (piece.size() > c.bytes) break;
        if (end == rewriting.size()) break;
        end += character_at(rewriting, end).bytes;
      }
      covered = std::max(covered, leading_function_word(rewriting.substr(offset)));
    }
    if (covered == 0) return false;
    offset += covered;
  }
  return true;
}

}  // namespace

bool is_honest(std::string_view rewriting, std::string_view question, std::string_view conversation) {
  const auto asked = naming_words(question);
  const auto written = naming_words(rewriting);
  const auto said = naming_words(conversation);
  const std::string folded_rewriting = nfkc_casefold(rewriting);
  const std::string folded_question = nfkc_casefold(question);
  const std::string_view content = without_correction(folded_question);
  return std::ranges::all_of(asked, [&](const std::string& word) { return written.contains(word) || corrects(word); }) &&
         std::ranges::all_of(written, [&](const std::string& word) { return asked.contains(word) || said.contains(word); }) &&
         std::ranges::all_of(naming_runs(content), [&](const std::string& run) { return folded_rewriting.find(run) != std::string::npos; }) &&
         asks_for_the_same(folded_rewriting, content) && stands_in(folded_rewriting, folded_question, nfkc_casefold(conversation));
}

std::string query_with_the_one_before(const Question& asked) {
  const llm::ChatMessage* before = last_question(asked.history);
  return before == nullptr ? asked.text : fmt::format("{}\n{}", asked.text, truncate_utf8(before->content, kBytesOfAQuestion));
}

Standalone make_standalone(const Question& asked, llm::ChatModel& model, Account& account, const std::stop_token& stop) {
  Standalone standalone{.question = {.text = asked.text, .history = {}, .risk = asked.risk, .explain = asked.explain}, .query = asked.text};
  const llm::ChatMessage* before = last_question(asked.history);
  const PromptText& text = prompt_text("standalone", is_mostly_chinese(asked.text) || (before != nullptr && is_mostly_chinese(before->content)));
  const std::string conversation = conversation_text(asked.history, text);
  if (before == nullptr || !find_cue(asked.text, conversation)) return standalone;

  const Stopwatch watch;
  account.done.model = model.name();
  const std::string rewriting = parse_line(Reading(model, asked, kMaxTokens, account, stop).write(make_rewriting_prompt(asked.text, conversation, text)));
  account.done.rewrite_ms = watch.elapsed_ms();
  // One that is as unclear as the question was helps nobody.
  if (!rewriting.empty() && !find_cue(rewriting, conversation) && is_honest(rewriting, asked.text, conversation)) {
    standalone.question.text = standalone.query = rewriting;
  } else {
    standalone.query = query_with_the_one_before(asked);
  }
  return standalone;
}

}  // namespace panduan::rag
