#include "llm/llama/vocabulary_pieces.h"

#include <algorithm>

#include "llm/llama/llama_handles.h"

namespace panduan::llm {
namespace {

bool is_white_space(std::string_view text) { return text.find_first_not_of(" \r\n") == std::string_view::npos; }
bool is_full_stop(std::string_view piece) {
  for (const std::string_view mark : {".", "。"}) {
    if (piece.starts_with(mark)) return is_white_space(piece.substr(mark.size()));
  }
  return false;
}

}  // namespace

VocabularyPieces::VocabularyPieces(const llama_vocab& vocab) {
  for (llama_token token = 0; token < llama_vocab_n_tokens(&vocab); ++token) {
    if (llama_vocab_is_eog(&vocab, token)) line_ends_.push_back(token);
    // Where a vocabulary has tokens for single bytes besides those of its texts, a model hardly writes them.
    const bool is_byte = (llama_vocab_get_attr(&vocab, token) & LLAMA_TOKEN_ATTR_BYTE) != 0;
    if (llama_vocab_is_control(&vocab, token) || llama_vocab_is_eog(&vocab, token) || is_byte) continue;
    std::string piece = token_text(vocab, token);
    if (is_full_stop(piece)) full_stops_.push_back(token);
    if (is_white_space(piece) && piece.find('\n') != std::string::npos) line_ends_.push_back(token);
    if (!piece.empty()) pieces_.emplace_back(std::move(piece), token);
  }
  std::ranges::sort(pieces_);
}

VocabularyPieces::Range VocabularyPieces::narrow(Range range, char next) const {
  const auto byte = static_cast<unsigned char>(next);
  // The piece that ends here sorts before those that go on.
  auto byte_of = [&](const auto& piece) {
    return piece.first.size() == range.bytes ? -1 : static_cast<int>(static_cast<unsigned char>(piece.first[range.bytes]));
  };
  const auto first = pieces_.begin() + static_cast<std::ptrdiff_t>(range.begin);
  const auto last = pieces_.begin() + static_cast<std::ptrdiff_t>(range.end);
  const auto found = std::ranges::equal_range(first, last, static_cast<int>(byte), {}, byte_of);
  return {.begin = static_cast<std::size_t>(found.begin() - pieces_.begin()),
          .end = static_cast<std::size_t>(found.end() - pieces_.begin()),
          .bytes = range.bytes + 1};
}

llama_token VocabularyPieces::token(const Range& range) const {
  if (range.empty() || pieces_[range.begin].first.size() != range.bytes) return LLAMA_TOKEN_NULL;
  return pieces_[range.begin].second;
}

std::vector<llama_token> VocabularyPieces::tokens(const Range& range) const {
  std::vector<llama_token> tokens;
  for (std::size_t i = range.begin; i < range.end; ++i) tokens.push_back(pieces_[i].second);
  return tokens;
}

}  // namespace panduan::llm
