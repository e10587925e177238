#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "documents/document.h"

namespace panduan::rag::detail {

/// A text in the form in which facts are read from it: NFKC, so that "８９８" and "898" are one, and fractions as decimals. Case is kept.
std::string fact_text(std::string_view text);

/// A word of a script that puts spaces between words. CJK characters, spaces and marks stand between words.
struct Word {
  std::string_view text;  ///< with apostrophes inside, and the full stops of "U.S."
  std::size_t begin = 0;
  bool capital = false;       ///< its first letter
  bool more_capitals = false;  ///< or a digit, further on: "NFL", "iPhone", "A320"
  bool begins_sentence = false;
  std::size_t end() const { return begin + text.size(); }
};
std::vector<Word> words_of(std::string_view text);

/// What a text is about: folded words without their endings and without those that every sentence has, pairs of characters for Chinese.
/// In text order, each as often as it stands there.
std::vector<std::string> content_terms(std::string_view text);

bool is_digit(char c);
bool is_latin_letter(char c);
/// ASCII letters in lower case.
std::string lower(std::string_view text);
/// Whether the text goes on with these words at `offset`, and no longer word does; of CJK, whether it goes on with them.
bool has_words_at(std::string_view lower_text, std::size_t offset, std::string_view words);

}  // namespace panduan::rag::detail
