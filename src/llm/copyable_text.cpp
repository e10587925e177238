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
  std::vector<std::size_t> words;  // where in text_ a character begins that is no space
  for (std::size_t offset = 0; offset < sentence.size();) {
    const Character c = character_at(sentence, offset);
    const std::string_view bytes = sentence.substr(offset, c.bytes);
    offset += c.bytes;
    if (!is_white_space(c.code_point)) {
      if (words.empty() && !text_.empty()) text_ += '\n';  // so that no offset is of two sentences
      words.push_back(text_.size());
      text_ += bytes;
    } else if (!words.empty() && text_.back() != ' ') {
      text_ += ' ';
    }
  }
  if (words.empty()) return;
  may_end_.resize(text_.size() + 1, false);
  sentence_ends_.push_back(text_.size());
  for (const std::size_t begin : words) {
    const std::size_t end = begin + character_at(text_, begin).bytes;
    if (!is_inside_word(text_, begin)) beginnings_.push_back(begin);
    may_end_[end] = !is_inside_word(text_, end);
  }
}

std::size_t CopyableText::sentence_end(std::size_t offset) const { return *std::ranges::lower_bound(sentence_ends_, offset); }

}  // namespace panduan::llm
