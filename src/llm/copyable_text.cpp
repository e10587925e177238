#include "llm/copyable_text.h"

#include <algorithm>
#include <array>

#include "base/unicode.h"

namespace panduan::llm {
namespace {

constexpr std::array<std::string_view, 9> kSentenceMarks{".", "。", "!", "！", "?", "？", "…", ";", "；"};

/// Without white space at its end and the marks before it.
std::string_view without_mark(std::string_view sentence) {
  for (bool found = true; found;) {
    found = false;
    while (!sentence.empty() && static_cast<unsigned char>(sentence.back()) <= ' ') sentence.remove_suffix(1);
    for (const std::string_view mark : kSentenceMarks) {
      if (!sentence.ends_with(mark)) continue;
      sentence.remove_suffix(mark.size());
      found = true;
    }
  }
  return sentence;
}

bool is_digit(char32_t c) { return c >= U'0' && c <= U'9'; }
bool is_spelt(char32_t c) { return is_letter_or_digit(c) && !is_cjk(c); }

bool is_inside_number(char32_t before, char32_t mark, char32_t after) { return is_digit(before) && (mark == U'.' || mark == U',') && is_digit(after); }

}  // namespace

CopyableText::CopyableText(std::string_view text) {
  may_end_.push_back(false);
  std::size_t begin = 0;
  for (const std::size_t end : sentence_ends(text)) {
    append_sentence(without_mark(text.substr(begin, end - begin)));
    begin = end;
  }
}

void CopyableText::append_sentence(std::string_view sentence) {
  std::vector<Character> characters;  // offsets in text_
  for (std::size_t offset = 0; offset < sentence.size();) {
    const Character c = character_at(sentence, offset);
    const std::string_view bytes = sentence.substr(offset, c.bytes);
    offset += c.bytes;
    const bool space = is_white_space(c.code_point);
    if (space && (characters.empty() || characters.back().code_point == U' ')) continue;
    if (characters.empty() && !text_.empty()) text_ += '\n';  // so that no offset is of two sentences
    characters.push_back({.code_point = space ? U' ' : c.code_point, .offset = text_.size(), .bytes = space ? 1 : c.bytes});
    text_ += space ? std::string_view(" ") : bytes;
  }
  if (characters.empty()) return;
  may_end_.resize(text_.size() + 1, false);
  sentence_ends_.push_back(text_.size());
  auto code_point = [&](std::size_t i) { return i < characters.size() ? characters[i].code_point : U'\0'; };  // before the first, too
  auto goes_on_at = [&](std::size_t i) {  // a word or a number, from the character before
    return (is_spelt(code_point(i - 1)) && is_spelt(code_point(i))) || is_inside_number(code_point(i - 1), code_point(i), code_point(i + 1)) ||
           is_inside_number(code_point(i - 2), code_point(i - 1), code_point(i));
  };
  for (std::size_t i = 0; i < characters.size(); ++i) {
    if (characters[i].code_point == U' ') continue;
    if (!goes_on_at(i)) beginnings_.push_back(characters[i].offset);
    if (!goes_on_at(i + 1)) may_end_[characters[i].offset + characters[i].bytes] = true;
  }
}

std::size_t CopyableText::sentence_end(std::size_t offset) const { return *std::ranges::lower_bound(sentence_ends_, offset); }

}  // namespace panduan::llm
