#pragma once
#include <cstddef>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace panduan::llm {

/// What a text is to the model: some are trained with a different prefix for each.
enum class EmbedAs { Query, Passage };

/// Row-major vectors, shape [rows, dims], each L2-normalised.
struct Embeddings {
  std::size_t dims = 0;
  std::vector<float> values;
  std::size_t tokens = 0;  ///< that the model read: prefixes and marks included
  std::size_t rows() const { return dims == 0 ? 0 : values.size() / dims; }
  std::span<const float> row(std::size_t i) const { return {values.data() + i * dims, dims}; }
};

/// Texts to vectors whose dot product is their likeness. Calls are serialised per model.
class Embedder {
 public:
  virtual ~Embedder() = default;
  /// [texts, dims]. A text longer than max_tokens() is cut at its end. Throws Error{Cancelled, Unavailable}.
  virtual Embeddings embed(std::span<const std::string> texts, EmbedAs as, std::stop_token stop) = 0;
  virtual std::size_t dims() const = 0;
  virtual std::size_t max_tokens() const = 0;  ///< of one text, the prefix not counted
  virtual std::size_t count_tokens(std::string_view text) const = 0;
  virtual std::string name() const = 0;
  /// Vectors are only comparable under the same fingerprint.
  virtual std::string fingerprint() const = 0;
};

}  // namespace panduan::llm
