#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace panduan::llm {

enum class Pooling { Mean, FirstToken };

struct BertShape {
  std::size_t hidden = 0, heads = 0, feed_forward = 0, layers = 0, positions = 0, vocabulary = 0;
  float epsilon = 0;  ///< of the layers' normalisations
  Pooling pooling = Pooling::Mean;
};

/// The weights of a BERT in a GGUF file, memory-mapped: learned positions, query, key and value apart, GELU, normalised behind each part
/// (Devlin et al. 2018). Names of tensors are llama.cpp's.
class BertWeights {
 public:
  /// nullptr when the file holds anything else. Throws Error{NotFound, Unavailable}.
  static std::unique_ptr<BertWeights> open(const std::filesystem::path& file);
  ~BertWeights();
  BertWeights(const BertWeights&) = delete;
  BertWeights& operator=(const BertWeights&) = delete;

  const BertShape& shape() const;
  /// All values of a tensor, row-major [outputs, inputs] or [values]. There is one of each that the shape asks for.
  std::vector<float> tensor(const std::string& name) const;
  /// Its row `index` into `values`.
  void row(const std::string& name, std::size_t index, std::span<float> values) const;

 private:
  struct File;
  explicit BertWeights(std::unique_ptr<File> file);
  std::unique_ptr<File> file_;
};

}  // namespace panduan::llm
