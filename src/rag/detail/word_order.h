#pragma once
#include <string_view>

namespace panduan::rag::detail {

/// Whether a sentence says a statement with the same words: all words of the statement that mean something stand in it, in the same order, and
/// what the statement leaves out between two of them begins nothing new ("Smith was born in London and Jones in Paris" does not say that Smith
/// was born in Paris). Endings, articles and auxiliaries may differ; what relates things (by, of, to, 被) may not. False for a statement without such words.
bool says_in_order(std::string_view sentence, std::string_view statement);

}  // namespace panduan::rag::detail
