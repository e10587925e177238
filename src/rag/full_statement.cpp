#include "rag/full_statement.h"

#include <algorithm>
#include <array>

#include "base/unicode.h"
#include "rag/detail/hedges.h"
#include "rag/detail/word_order.h"
#include "rag/evidence.h"
#include "rag/exact_check.h"
#include "rag/extract_choice.h"
#include "rag/groundedness.h"
#include "rag/prompt.h"

namespace panduan::rag {
namespace {

constexpr std::size_t kMostSentences = 3;  // that one statement in another language than the passage's may rest on

/// Whether the line is a sentence that says the answer: not the bare answer again, not cut off, and without anything that a page could load or
/// hide behind other words.
bool says(std::string_view line, std::string_view answer, bool same_language) {
  static constexpr std::array<std::string_view, 6> kEnds{".", "!", "。", "！", ".\"", "。”"};
  static constexpr std::array<std::string_view, 4> kMarkup{"](", "://", "<", "`"};
  const std::string folded = fold_to_letters_and_digits(line);
  const std::string wanted = fold_to_letters_and_digits(answer);
  return folded.size() > wanted.size() && (!same_language || folded.find(wanted) != std::string::npos) &&
         std::ranges::any_of(kEnds, [&](std::string_view end) { return line.ends_with(end); }) &&
         std::ranges::none_of(kMarkup, [&](std::string_view mark) { return line.find(mark) != std::string_view::npos; });
}

/// The answer's own sentence, then what else of the passage the statement needs.
std::vector<documents::ByteRange> bearing(std::string_view statement, std::string_view passage, documents::ByteRange own) {
  const std::array<std::string_view, 1> passages{passage};
  std::vector<documents::ByteRange> ranges{own};
  for (const RelatedSentence& sentence : bearing_sentences(statement, passages, related_sentences(statement, passages))) {
    const bool known =
        std::ranges::any_of(ranges, [&](const documents::ByteRange& range) { return sentence.range.begin < range.end && range.begin < sentence.range.end; });
    if (!known && ranges.size() < kMostSentences) ranges.push_back(sentence.range);
  }
  return ranges;
}

std::vector<std::string_view> texts_of(std::string_view passage, std::span<const documents::ByteRange> ranges) {
  std::vector<std::string_view> texts;
  for (const auto& range : ranges) texts.push_back(passage.substr(range.begin, range.size()));
  return texts;
}

/// In the passage's own language the sentence has to say it with the same words in the same order. A small model asked whether a sentence says
/// something is too easily content with the same words: of 98 statements labelled by hand that it let pass 70 were borne out, and all 30 of those whose words
/// stood there in their order.
bool repeats(std::string_view statement, const PassageRead& passage, documents::ByteRange range) {
  const std::array<std::string_view, 1> sentences{std::string_view(passage.text).substr(range.begin, range.size())};
  const std::array<std::string_view, 2> context{passage.title, passage.heading_path};
  return !detail::drops_a_hedge(statement, sentences.front()) && check_exactly(statement, sentences, context).empty() &&
         detail::says_in_order(sentences.front(), statement);
}

/// The names that a statement says may stand in the title or the headings instead of the sentences; those of another sentence of the passage
/// need that sentence.
bool translates(std::string_view statement, const PassageRead& passage, std::span<const documents::ByteRange> ranges, Entailment& entailment) {
  const std::vector<std::string_view> sentences = texts_of(passage.text, ranges);
  const std::array<std::string_view, 2> context{passage.title, passage.heading_path};
  return check_statement(statement, {.sentences = sentences, .context = context}, &entailment).grounding == Grounding::Supported;
}

}  // namespace

std::optional<FullStatement> state_in_full(Reading& reading, Entailment& entailment, const Question& question, const PassageRead& passage,
                                           std::string_view answer, documents::ByteRange evidence, const Voice& voice) {
  if (!is_short(answer)) return std::nullopt;
  FullStatement statement{.text = parse_line(reading.write(make_statement_prompt(question, passage, answer, voice))), .evidence = {evidence}};
  const bool same_language = is_mostly_chinese(question.text) == is_mostly_chinese(passage.text);
  if (!says(statement.text, answer, same_language) || is_mostly_chinese(statement.text) != is_mostly_chinese(question.text)) return std::nullopt;
  if (same_language) return repeats(statement.text, passage, evidence) ? std::optional(std::move(statement)) : std::nullopt;
  if (translates(statement.text, passage, statement.evidence, entailment)) return statement;
  statement.evidence = bearing(statement.text, passage.text, evidence);
  if (statement.evidence.size() > 1 && translates(statement.text, passage, statement.evidence, entailment)) return statement;
  return std::nullopt;
}

}  // namespace panduan::rag
