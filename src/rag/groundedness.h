#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rag/entailment.h"
#include "rag/exact_check.h"

namespace panduan::rag {

enum class Grounding {
  Supported,
  Unsupported,  ///< no source says it
  Contradicted  ///< a source says something else in its place
};

struct Groundedness {
  Grounding grounding = Grounding::Unsupported;
  std::vector<Finding> findings;  ///< why it is not supported; empty when it is
  double shared_words = 0;        ///< as rag::shared_words
  std::optional<double> log_odds;  ///< Entailment::Opinion::log_odds; nullopt when the model was not asked
};

struct StatementEvidence {
  std::span<const std::string_view> sentences;     ///< those that could bear the statement out, the nearest first
  std::span<const std::string_view> context = {};  ///< what else may hold the names: the passages they stand in, titles, headings
  std::string_view premise = {};                   ///< what the model reads; empty: all of the sentences
};

/// Whether a statement is borne out. What can be looked up decides first (check_exactly); what passes and does not stand there word for word is asked of
/// the model. Without a model so much of its words have to stand in the sentences. Throws as Entailment.
Groundedness check_statement(std::string_view statement, const StatementEvidence& evidence, Entailment* model = nullptr);

/// Why a statement is not borne out, for a person.
std::string reason_text(const Finding& finding, bool chinese);

}  // namespace panduan::rag
