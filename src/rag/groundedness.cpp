#include "rag/groundedness.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/unicode.h"
#include "rag/citation.h"

namespace panduan::rag {
namespace {

// Without a model: this share of a statement's words in the sentences. It tells what no source speaks of; a changed word or two it does not tell from a
// paraphrase.
constexpr double kEnoughWords = 0.45;
// Below it the nearest sentence is about something else, and what it says contradicts nothing.
constexpr double kSameSubject = 0.4;

/// Whether a source says something else in the statement's place.
bool contradicts(std::span<const Finding> findings, double shared) {
  return shared >= kSameSubject &&
         std::ranges::any_of(findings, [](const Finding& finding) { return finding.kind == FindingKind::Negation || !finding.in_source.empty(); });
}

bool stands_word_for_word(std::string_view statement, std::span<const std::string_view> texts) {
  return std::ranges::any_of(texts, [&](std::string_view text) { return locate_line(statement, text).has_value(); });
}

std::string number_text(const Finding& finding, bool chinese) {
  if (finding.in_source.empty()) return chinese ? fmt::format("没有资料提到“{}”", finding.said) : fmt::format("no source says '{}'", finding.said);
  return chinese ? fmt::format("资料说的是“{}”，答案说的是“{}”", finding.in_source, finding.said)
                 : fmt::format("the source says '{}', the answer '{}'", finding.in_source, finding.said);
}

std::string negation_text(const Finding& finding, bool chinese) {
  if (finding.in_source.empty()) {
    return chinese ? fmt::format("答案作了否定（“{}”），资料没有", finding.said)
                   : fmt::format("the answer negates it ('{}'), the source does not", finding.said);
  }
  return chinese ? fmt::format("资料作了否定（“{}”），答案没有", finding.in_source)
                 : fmt::format("the source negates it ('{}'), the answer does not", finding.in_source);
}

}  // namespace

Groundedness check_statement(std::string_view statement, const StatementEvidence& evidence, Entailment* model) {
  Groundedness result{.findings = check_exactly(statement, evidence.sentences, evidence.context), .shared_words = shared_words(statement, evidence.sentences)};
  if (evidence.sentences.empty()) {
    result.findings = {{FindingKind::Words, {}, {}}};
  } else if (!result.findings.empty()) {
    if (contradicts(result.findings, result.shared_words)) result.grounding = Grounding::Contradicted;
  } else if (stands_word_for_word(statement, evidence.sentences)) {
    result.grounding = Grounding::Supported;
  } else if (model != nullptr) {
    const auto opinion = model->opinion(statement, evidence.premise.empty() ? fmt::format("{}", fmt::join(evidence.sentences, " ")) : evidence.premise);
    result.log_odds = opinion.log_odds;
    if (opinion.says_so) result.grounding = Grounding::Supported;
    else result.findings.push_back({FindingKind::Meaning, {}, {}});
  } else if (result.shared_words >= kEnoughWords) {
    result.grounding = Grounding::Supported;
  } else {
    result.findings.push_back({FindingKind::Words, {}, {}});
  }
  return result;
}

std::string reason_text(const Finding& finding, bool chinese) {
  switch (finding.kind) {
    case FindingKind::Number:
    case FindingKind::Unit:
    case FindingKind::Date:
    case FindingKind::Name: return number_text(finding, chinese);
    case FindingKind::Negation: return negation_text(finding, chinese);
    case FindingKind::Words: return chinese ? "没有资料这样说" : "no source says it";
    case FindingKind::Meaning: return chinese ? "最接近的资料并没有这样说" : "the nearest source does not say so";
  }
  return {};
}

}  // namespace panduan::rag
