#include "documents/detail/joining.h"

#include "base/unicode.h"

namespace panduan::documents::detail {
namespace {

bool is_hangul(char32_t c) { return (c >= 0x1100 && c <= 0x11FF) || (c >= 0x3130 && c <= 0x318F) || (c >= 0xAC00 && c <= 0xD7FF); }

// Chinese and Latin text share these, so their neighbour decides.
bool is_shared_punctuation(char32_t c) { return c == U'“' || c == U'”' || c == U'‘' || c == U'’' || c == U'…' || c == U'—' || c == U'·'; }

/// Full-width marks and brackets bring their own space.
bool is_wide_punctuation(char32_t c) {
  const bool is_letter_or_digit = (c >= 0xFF10 && c <= 0xFF19) || (c >= 0xFF21 && c <= 0xFF3A) || (c >= 0xFF41 && c <= 0xFF5A);
  return (c >= 0x3001 && c <= 0x301F && c != 0x3005 && c != 0x3006 && c != 0x3007) || (c >= 0xFF01 && c <= 0xFF65 && !is_letter_or_digit);
}

}  // namespace

bool is_spaceless(char32_t c) {
  if (c < 0x1100) return false;
  const bool is_cjk_punctuation = c >= 0x3000 && c <= 0x303F;
  const bool is_full_width = c >= 0xFF01 && c <= 0xFF65;
  return is_cjk_punctuation || is_full_width || (is_cjk(c) && !is_hangul(c));
}

char32_t first_character(std::string_view text) { return text.empty() ? 0 : character_at(text, 0).code_point; }

char32_t last_character(std::string_view text) {
  if (text.empty()) return 0;
  std::size_t start = text.size() - 1;
  while (start > 0 && text.size() - start < 4 && (static_cast<unsigned char>(text[start]) & 0xC0U) == 0x80U) --start;
  return character_at(text, start).code_point;
}

bool needs_space_between(std::string_view before, std::string_view after) {
  const char32_t left = last_character(before);
  const char32_t right = first_character(after);
  if (left == 0 || right == 0) return false;
  if (left < 0x80 && right < 0x80) return left > 0x20 && right > 0x20;
  if (is_white_space(left) || is_white_space(right)) return false;
  if (is_wide_punctuation(left) || is_wide_punctuation(right)) return false;
  if (is_spaceless(left)) return !is_spaceless(right) && !is_shared_punctuation(right);
  if (is_spaceless(right)) return !is_shared_punctuation(left);
  return true;
}

}  // namespace panduan::documents::detail
