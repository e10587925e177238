#pragma once
#include <cstddef>
#include <string_view>

namespace panduan::rag {

// Words that hold a sentence together and name nothing: articles, pronouns, prepositions, auxiliaries, question words, in English and
// Chinese. All take text in the form of nfkc_casefold.

/// Of a script with spaces.
bool is_function_word(std::string_view word);
/// Bytes of the longest function word that a Chinese text begins with, "那座" included; 0 when it begins with none.
std::size_t leading_function_word(std::string_view text);

}  // namespace panduan::rag
