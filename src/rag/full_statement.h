#pragma once
#include <optional>
#include <string>
#include <vector>

#include "documents/document.h"
#include "rag/entailment.h"
#include "rag/events.h"
#include "rag/question.h"
#include "rag/reading.h"

namespace panduan::rag {

/// An answer as a sentence of its own, and the sentences of the passage that bear it out.
struct FullStatement {
  std::string text;
  std::vector<documents::ByteRange> evidence;  ///< of the passage, the answer's own first
};

/// Has the model say the answer in one full sentence, in the question's language, and checks that sentence as any other: what the passage does
/// not bear out is not stated. `evidence` is the sentence in which the answer stands. nullopt when the answer is a sentence already, when the
/// model writes something else, or when the passage does not say so.
std::optional<FullStatement> state_in_full(Reading& reading, Entailment& entailment, const Question& question, const PassageRead& passage,
                                           std::string_view answer, documents::ByteRange evidence, const Voice& voice);

}  // namespace panduan::rag
