#pragma once
#include <string>
#include <string_view>

namespace panduan::rag {

/// What is added to an answer from the sentence it stands in.
enum class Complete {
  Meaning,  ///< what bounds or negates a number ("over 5,100", "not less than 30", "超过 300"), the rest of a path, and the bracket that closes what it opens
  Phrase,  ///< that, the rest of a name ("Von Miller"), a possessive or the one word between an article and it ("their inherent difficulty")
};
/// An answer with the words that it needs, as they stand around it in the sentence; a small model likes to leave them out. The answer as
/// it is when it does not stand in the sentence word for word.
std::string complete_phrase(std::string_view answer, std::string_view sentence, Complete what = Complete::Phrase);

}  // namespace panduan::rag
