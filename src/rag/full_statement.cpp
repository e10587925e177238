#include "rag/full_statement.h"

#include <algorithm>
#include <array>

#include "base/unicode.h"
#include "rag/detail/hedges.h"
#include "rag/evidence.h"
#include "rag/extract_choice.h"
#include "rag/groundedness.h"
#include "rag/prompt.h"

namespace panduan::rag {
namespace {

// Below this share of its words in the sentences (of its own language), whoever reads a statement and its quotes cannot tell that they say so.
constexpr double kLeastWords = 0.3;
constexpr std::size_t kMostSentences = 3;  // that one statement may rest on
// From this share of its words in the sentences on, and all that can be looked up there as well, the model is not asked: it takes a second. At 0.8
// an exporter became a producer.
constexpr double kAllWords = 0.99;

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

/// The names that a statement says may stand in the title or the headings instead of the sentences; those of another sentence of the passage
/// need that sentence.
bool is_borne_out(std::string_view statement, const PassageRead& passage, std::span<const documents::ByteRange> ranges, Entailment& entailment) {
  std::vector<std::string_view> sentences;
  for (const auto& range : ranges) sentences.push_back(std::string_view(passage.text).substr(range.begin, range.size()));
  if (std::ranges::any_of(sentences, [&](std::string_view sentence) { return detail::drops_a_hedge(statement, sentence); })) return false;
  const std::array<std::string_view, 2> context{passage.title, passage.heading_path};
  const StatementEvidence evidence{.sentences = sentences, .context = context};
  const Groundedness looked_up = check_statement(statement, evidence);
  if (looked_up.shared_words < kLeastWords && is_mostly_chinese(statement) == is_mostly_chinese(sentences.front())) return false;
  if (looked_up.grounding == Grounding::Supported && looked_up.shared_words >= kAllWords) return true;
  return check_statement(statement, evidence, &entailment).grounding == Grounding::Supported;
}

}  // namespace

std::optional<FullStatement> state_in_full(Reading& reading, Entailment& entailment, const Question& question, const PassageRead& passage,
                                           std::string_view answer, documents::ByteRange evidence, const Voice& voice) {
  if (!is_short(answer)) return std::nullopt;
  FullStatement statement{.text = parse_line(reading.write(make_statement_prompt(question, passage, answer, voice))), .evidence = {evidence}};
  const bool same_language = is_mostly_chinese(question.text) == is_mostly_chinese(passage.text);
  if (!says(statement.text, answer, same_language) || is_mostly_chinese(statement.text) != is_mostly_chinese(question.text)) return std::nullopt;
  if (is_borne_out(statement.text, passage, statement.evidence, entailment)) return statement;
  statement.evidence = bearing(statement.text, passage.text, evidence);
  if (statement.evidence.size() > 1 && is_borne_out(statement.text, passage, statement.evidence, entailment)) return statement;
  return std::nullopt;
}

}  // namespace panduan::rag
