#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace panduan::llm {

/// One text as the model's tokens.
using TokenSpan = std::span<const std::int32_t>;

/// The network of an embedding model: tokens to vectors. What stands around it (prefixes, tokens, batches, lengths of vectors) is the embedder's.
class TokenEncoder {
 public:
  virtual ~TokenEncoder() = default;
  /// The pooled vector of each text, [texts, dims], not normalised. No more than max_texts() with max_tokens() in all. Calls may run at the same time in
  /// different lanes. Throws Error{Internal, Unavailable, Unsupported}.
  virtual std::vector<float> encode(std::span<const TokenSpan> texts, std::size_t lane) = 0;
  virtual std::size_t lanes() const = 0;
  virtual std::size_t max_texts() const = 0;
  virtual std::size_t max_tokens() const = 0;
  virtual std::size_t max_tokens_of_a_text() const = 0;
  virtual std::size_t dims() const = 0;
};

}  // namespace panduan::llm
