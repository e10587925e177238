#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace panduan::llm {

/// A text as a reply may copy from it: sentence by sentence, each white space one space, the mark that ends a sentence left out. A copy
/// begins and ends where a word or a number does, and stays inside its sentence.
class CopyableText {
 public:
  explicit CopyableText(std::string_view text);

  const std::string& text() const { return text_; }
  /// Offsets at which a copy may begin, ascending.
  const std::vector<std::size_t>& beginnings() const { return beginnings_; }
  bool may_end(std::size_t offset) const { return may_end_[offset]; }
  /// Where the sentence ends that `offset` stands in: a copy goes no further.
  std::size_t sentence_end(std::size_t offset) const;

 private:
  void append_sentence(std::string_view sentence);

  std::string text_;
  std::vector<std::size_t> beginnings_;
  std::vector<bool> may_end_;  ///< [text_.size() + 1]
  std::vector<std::size_t> sentence_ends_;
};

}  // namespace panduan::llm
