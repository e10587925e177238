#pragma once
#include <algorithm>
#include <cmath>
#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/hash.h"
#include "llm/embedder.h"

namespace panduan::llm::testing {

/// The same vector for the same text, another for another; a token is what stands between spaces.
class HashEmbedder final : public Embedder {
 public:
  Embeddings embed(std::span<const std::string> texts, EmbedAs, std::stop_token stop) override {
    if (on_embed) on_embed(texts);
    if (stop.stop_requested()) throw Error(ErrorKind::Cancelled, "stopped");
    Embeddings embeddings{.dims = dims(), .values = {}};
    for (const std::string& text : texts) {
      embedded.push_back(text);
      const auto vector = vector_of(text);
      embeddings.tokens += count_tokens(text);
      embeddings.values.insert(embeddings.values.end(), vector.begin(), vector.end());
    }
    return embeddings;
  }
  std::size_t dims() const override { return 8; }
  std::size_t max_tokens() const override { return 512; }
  std::size_t count_tokens(std::string_view text) const override { return 1 + static_cast<std::size_t>(std::ranges::count(text, ' ')); }
  std::string name() const override { return "hash"; }
  std::string fingerprint() const override { return model; }

  static std::vector<float> vector_of(const std::string& text) {
    const Sha256 digest = sha256(text);
    std::vector<float> vector(digest.begin(), digest.begin() + 8);
    float squares = 0;
    for (const float value : vector) squares += value * value;
    for (float& value : vector) value /= std::sqrt(squares);
    return vector;
  }

  std::function<void(std::span<const std::string>)> on_embed;
  std::vector<std::string> embedded;
  std::string model = "hash-1";  ///< its fingerprint
};

}  // namespace panduan::llm::testing
