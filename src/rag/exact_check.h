#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace panduan::rag {

/// Why a statement is not borne out.
enum class FindingKind {
  Number,
  Unit,  ///< the number stands there with another unit
  Date,
  Name,
  Negation,  ///< one of the two negates what the other says
  Words,     ///< too few of its words stand in any source
  Meaning    ///< the model finds that the source does not say so
};

struct Finding {
  FindingKind kind = FindingKind::Words;
  std::string said;       ///< by the statement; of a negation that only the source has, empty
  std::string in_source;  ///< what stands there in its place; empty when nothing that could be it does
};

/// What of a statement can be looked up rather than understood: each number with its unit, date and name in it has to stand in the
/// sentences (names may also stand in `context`), in whatever form, and what it negates has to be negated there. `sentences` are those that could
/// bear it out, the nearest first. Names and negations are not compared between languages. Empty when all is there.
std::vector<Finding> check_exactly(std::string_view statement, std::span<const std::string_view> sentences, std::span<const std::string_view> context = {});

/// How much of what the statement is about stands in the texts: share of its terms (detail/fact_text.h), 0 to 1; 0 when it has none.
double shared_words(std::string_view statement, std::span<const std::string_view> texts);

}  // namespace panduan::rag
