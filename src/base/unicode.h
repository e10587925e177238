#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace panduan {

/// All text is UTF-8 and every position is a byte offset that stands on a character boundary.

bool is_valid_utf8(std::string_view text);
/// Byte offset of the first byte that is not UTF-8, npos when all is.
std::size_t first_invalid_utf8(std::string_view text);
std::size_t count_characters(std::string_view text);
/// The longest prefix of at most `max_bytes` bytes that ends on a character boundary.
std::string_view truncate_utf8(std::string_view text, std::size_t max_bytes);

/// One character and where it stands.
struct Character {
  char32_t code_point;
  std::size_t offset;  ///< byte offset in the text
  std::size_t bytes;
};
/// The character at `offset`; a malformed byte gives U+FFFD of length 1. `offset` must be below text.size().
Character character_at(std::string_view text, std::size_t offset);

/// Appends a character. It has to be a Unicode scalar value: no surrogate, at most U+10FFFF.
void append_utf8(std::string& text, char32_t code_point);

/// Unicode NFKC: width and compatibility variants become one. Positions do not survive it.
std::string nfkc(std::string_view text);
/// Unicode NFKC and full case folding: the form in which words are compared. Positions do not survive it.
std::string nfkc_casefold(std::string_view text);
/// nfkc_casefold, then letters and digits only: how two answers are compared.
std::string fold_to_letters_and_digits(std::string_view text);
/// As fold_to_letters_and_digits, but nothing is decomposed or case-folded: white space removed, all else kept.
std::string remove_white_space(std::string_view text);

bool is_cjk(char32_t code_point);              ///< Han, Hiragana, Katakana, Hangul, Bopomofo: scripts without spaces between words
bool is_white_space(char32_t code_point);      ///< Unicode White_Space
bool is_letter_or_digit(char32_t code_point);  ///< categories L and N, and marks

/// Characters that nobody sees: zero width (U+200B, U+2060 to U+2064, U+FEFF), soft hyphens, tags (U+E0000 to U+E007F). Not those that join
/// letters or set their direction.
std::string remove_invisible(std::string_view text);

/// Whether a word or a number goes on across `offset`, where a character begins: "1,600" is one number. CJK has no such words.
bool is_inside_word(std::string_view text, std::size_t offset);

/// Byte offsets at which a sentence ends (Unicode TR 29, and after 。！？；…), ascending, the last one text.size().
std::vector<std::size_t> sentence_ends(std::string_view text);

/// Whether most of the letters are Han: decides the language of prompts and messages.
bool is_mostly_chinese(std::string_view text);

}  // namespace panduan
