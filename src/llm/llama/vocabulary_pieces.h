#pragma once
#include <llama.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace panduan::llm {

/// What the tokens of a vocabulary spell, sorted, so that the tokens a text goes on with are found byte by byte.
class VocabularyPieces {
 public:
  explicit VocabularyPieces(const llama_vocab& vocab);

  /// The tokens that begin with the bytes read so far.
  struct Range {
    std::size_t begin = 0, end = 0, bytes = 0;
    bool empty() const { return begin == end; }
  };
  Range all() const { return {.begin = 0, .end = pieces_.size()}; }
  Range narrow(Range range, char next) const;
  /// The token that is exactly these bytes; LLAMA_TOKEN_NULL when there is none.
  llama_token token(const Range& range) const;
  /// Calls `found(token, bytes)` for each token that the text begins with, where `range` was read before it.
  template <typename Found>
  void for_each_beginning(std::string_view text, Range range, Found found) const {
    for (std::size_t bytes = 0; bytes < text.size() && !range.empty();) {
      range = narrow(range, text[bytes++]);
      if (const llama_token one = token(range); one != LLAMA_TOKEN_NULL) found(one, bytes);
    }
  }
  /// The tokens of a range.
  std::vector<llama_token> tokens(const Range& range) const;
  /// Tokens that end a model's turn or its line.
  const std::vector<llama_token>& line_ends() const { return line_ends_; }
  /// A full stop with nothing but white space behind it.
  const std::vector<llama_token>& full_stops() const { return full_stops_; }

 private:
  std::vector<std::pair<std::string, llama_token>> pieces_;
  std::vector<llama_token> line_ends_, full_stops_;
};

}  // namespace panduan::llm
