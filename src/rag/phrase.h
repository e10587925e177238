#pragma once
#include <string>
#include <string_view>

namespace panduan::rag {

/// An answer with the words that its meaning needs, as they stand around it in the sentence: what bounds a number ("over 5,100",
/// "超过 300"), the rest of a name ("Von Miller"), a possessive or the one word between a determiner and it ("their inherent
/// difficulty"). A small model likes to leave them out. The answer as it is when it does not stand in the sentence word for word.
std::string complete_phrase(std::string_view answer, std::string_view sentence);

}  // namespace panduan::rag
