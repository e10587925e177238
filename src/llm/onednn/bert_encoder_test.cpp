#include "llm/onednn/bert_encoder.h"

#include <fmt/format.h>
#include <ggml.h>
#include <gguf.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <numbers>
#include <random>
#include <string>

#include "base/config.h"
#include "base/file.h"
#include "llm/llama/llama_encoder.h"
#include "llm/onednn/bert_weights.h"

namespace panduan::llm {
namespace {

using ::testing::IsNull;

double cosine(std::span<const float> a, std::span<const double> b) {
  double product = 0, of_a = 0, of_b = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    product += static_cast<double>(a[i]) * b[i];
    of_a += static_cast<double>(a[i]) * a[i];
    of_b += b[i] * b[i];
  }
  return product / std::sqrt(of_a * of_b);
}

/// A BERT of two layers with random weights, as a file and as the textbook computes it.
class SmallBert {
 public:
  static constexpr std::uint32_t kHidden = 32, kHeads = 4, kWide = 64, kLayers = 2, kPositions = 48, kVocabulary = 50;
  std::string architecture = "bert", left_out;
  std::uint32_t pooling = 1;

  SmallBert() {
    add("token_embd.weight", kVocabulary, kHidden);
    add("position_embd.weight", kPositions, kHidden);
    add("token_types.weight", 2, kHidden);
    add_norm("token_embd_norm");
    for (std::uint32_t layer = 0; layer < kLayers; ++layer) {
      const std::string prefix = fmt::format("blk.{}.", layer);
      for (const char* square : {"attn_q", "attn_k", "attn_v", "attn_output"}) add_linear(prefix + square, kHidden, kHidden);
      add_linear(prefix + "ffn_up", kWide, kHidden);
      add_linear(prefix + "ffn_down", kHidden, kWide);
      add_norm(prefix + "attn_output_norm");
      add_norm(prefix + "layer_output_norm");
    }
  }

  void write(const std::filesystem::path& path) {
    const std::unique_ptr<gguf_context, decltype(&gguf_free)> gguf(gguf_init_empty(), gguf_free);
    const std::unique_ptr<ggml_context, decltype(&ggml_free)> tensors(ggml_init({.mem_size = 1U << 24U, .mem_buffer = nullptr, .no_alloc = false}), ggml_free);
    gguf_set_val_str(gguf.get(), "general.architecture", architecture.c_str());
    for (const auto& [key, value] : std::map<const char*, std::uint32_t>{{"bert.context_length", kPositions},
                                                                         {"bert.embedding_length", kHidden},
                                                                         {"bert.block_count", kLayers},
                                                                         {"bert.feed_forward_length", kWide},
                                                                         {"bert.attention.head_count", kHeads},
                                                                         {"bert.pooling_type", pooling}})
      gguf_set_val_u32(gguf.get(), key, value);
    gguf_set_val_f32(gguf.get(), "bert.attention.layer_norm_epsilon", kEpsilon);
    for (auto& [name, matrix] : tensors_) {
      if (name == left_out) continue;
      ggml_tensor* tensor = matrix.rows == 1 ? ggml_new_tensor_1d(tensors.get(), GGML_TYPE_F32, matrix.columns)
                                             : ggml_new_tensor_2d(tensors.get(), GGML_TYPE_F32, matrix.columns, matrix.rows);
      std::ranges::copy(matrix.values, static_cast<float*>(tensor->data));
      ggml_set_name(tensor, name.c_str());
      gguf_add_tensor(gguf.get(), tensor);
    }
    ASSERT_TRUE(gguf_write_to_file(gguf.get(), path.c_str(), false));
  }

  std::vector<double> vector_of(const std::vector<std::int32_t>& tokens) const {
    Rows states;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      states.emplace_back();
      for (std::size_t d = 0; d < kHidden; ++d)
        states.back().push_back(at("token_embd.weight", static_cast<std::size_t>(tokens[i]), d) + at("position_embd.weight", i, d) +
                                at("token_types.weight", 0, d));
    }
    states = normalised(states, "token_embd_norm");
    for (std::uint32_t layer = 0; layer < kLayers; ++layer) {
      const std::string prefix = fmt::format("blk.{}.", layer);
      states = normalised(sum(linear(attended(states, prefix), prefix + "attn_output"), states), prefix + "attn_output_norm");
      Rows wide = linear(states, prefix + "ffn_up");
      for (auto& row : wide) {
        for (double& value : row) value = 0.5 * value * (1 + std::erf(value / std::numbers::sqrt2));
      }
      states = normalised(sum(linear(wide, prefix + "ffn_down"), states), prefix + "layer_output_norm");
    }
    if (pooling == 2) return states[0];
    std::vector<double> mean(kHidden);
    for (const auto& row : states) {
      for (std::size_t d = 0; d < kHidden; ++d) mean[d] += row[d] / static_cast<double>(states.size());
    }
    return mean;
  }

 private:
  static constexpr float kEpsilon = 1e-5F;
  struct Matrix {
    std::uint32_t rows, columns;
    std::vector<float> values;
  };
  using Rows = std::vector<std::vector<double>>;

  void add(const std::string& name, std::uint32_t rows, std::uint32_t columns, float around = 0) {
    Matrix matrix{rows, columns, {}};
    std::normal_distribution<float> chance(around, 0.3F);
    for (std::uint32_t i = 0; i < rows * columns; ++i) matrix.values.push_back(chance(random_));
    tensors_.emplace(name, std::move(matrix));
  }
  void add_linear(const std::string& name, std::uint32_t outputs, std::uint32_t inputs) {
    add(name + ".weight", outputs, inputs);
    add(name + ".bias", 1, outputs);
  }
  void add_norm(const std::string& name) {
    add(name + ".weight", 1, kHidden, 1);
    add(name + ".bias", 1, kHidden);
  }

  double at(const std::string& name, std::size_t row, std::size_t column) const {
    const Matrix& matrix = tensors_.at(name);
    return matrix.values[row * matrix.columns + column];
  }
  Rows linear(const Rows& from, const std::string& name) const {
    const Matrix& matrix = tensors_.at(name + ".weight");
    Rows to;
    for (const auto& row : from) {
      to.emplace_back();
      for (std::size_t out = 0; out < matrix.rows; ++out) {
        double value = at(name + ".bias", 0, out);
        for (std::size_t in = 0; in < row.size(); ++in) value += row[in] * at(name + ".weight", out, in);
        to.back().push_back(value);
      }
    }
    return to;
  }
  static Rows sum(Rows a, const Rows& b) {
    for (std::size_t i = 0; i < a.size(); ++i) std::ranges::transform(a[i], b[i], a[i].begin(), std::plus<>());
    return a;
  }
  Rows normalised(Rows rows, const std::string& name) const {
    for (auto& row : rows) {
      double mean = 0, variance = 0;
      for (const double value : row) mean += value / kHidden;
      for (const double value : row) variance += (value - mean) * (value - mean) / kHidden;
      for (std::size_t d = 0; d < kHidden; ++d)
        row[d] = (row[d] - mean) / std::sqrt(variance + kEpsilon) * at(name + ".weight", 0, d) + at(name + ".bias", 0, d);
    }
    return rows;
  }
  Rows attended(const Rows& states, const std::string& prefix) const {
    const Rows queries = linear(states, prefix + "attn_q"), keys = linear(states, prefix + "attn_k"), values = linear(states, prefix + "attn_v");
    constexpr std::size_t kOfAHead = kHidden / kHeads;
    Rows mixed(states.size(), std::vector<double>(kHidden));
    for (std::size_t head = 0; head < kHeads; ++head) {
      for (std::size_t i = 0; i < states.size(); ++i) {
        std::vector<double> weights;
        double all = 0;
        for (const auto& key : keys) {
          double product = 0;
          for (std::size_t d = head * kOfAHead; d < (head + 1) * kOfAHead; ++d) product += queries[i][d] * key[d];
          all += weights.emplace_back(std::exp(product / std::sqrt(kOfAHead)));
        }
        for (std::size_t j = 0; j < states.size(); ++j) {
          for (std::size_t d = head * kOfAHead; d < (head + 1) * kOfAHead; ++d) mixed[i][d] += weights[j] / all * values[j][d];
        }
      }
    }
    return mixed;
  }

  std::mt19937 random_{7};
  std::map<std::string, Matrix> tensors_;
};

class BertEncoderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    bert_.write(file());
    if (load_bert_encoder(file(), BertPrecision::Float32, 1) == nullptr) GTEST_SKIP() << "this build has no oneDNN";
  }
  std::filesystem::path file() const { return folder_.path() / "small.gguf"; }

  /// The least cosine to what the textbook computes, of texts of so many tokens that go through the network together.
  double least_cosine(BertPrecision precision, const std::vector<std::size_t>& lengths) {
    std::vector<std::vector<std::int32_t>> texts;
    std::mt19937 random{11};
    std::uniform_int_distribution<std::int32_t> token(0, SmallBert::kVocabulary - 1);
    for (const std::size_t length : lengths) std::ranges::generate(texts.emplace_back(length), [&] { return token(random); });
    const auto encoder = load_bert_encoder(file(), precision, 2);
    const std::vector<float> pooled = encoder->encode(std::vector<TokenSpan>(texts.begin(), texts.end()), 1);
    EXPECT_EQ(pooled.size(), texts.size() * encoder->dims());
    double least = 1;
    for (std::size_t i = 0; i < texts.size(); ++i)
      least = std::min(least, cosine(std::span(pooled).subspan(i * encoder->dims(), encoder->dims()), bert_.vector_of(texts[i])));
    return least;
  }

  const TemporaryFolder folder_;
  SmallBert bert_;
};

TEST_F(BertEncoderTest, ComputesWhatTheTextbookSays) { EXPECT_GT(least_cosine(BertPrecision::Float32, {9}), 0.999999); }
TEST_F(BertEncoderTest, KeepsTextsThatGoTogetherApart) { EXPECT_GT(least_cosine(BertPrecision::Float32, {3, 48, 1, 17, 48}), 0.999999); }
TEST_F(BertEncoderTest, IsCloseInHalfTheBits) {
  if (!bert_precision_here()) GTEST_SKIP() << "oneDNN has no bfloat16 for this processor";
  EXPECT_GT(least_cosine(BertPrecision::BFloat16, {3, 48, 1, 17, 48}), 0.999);
}
TEST_F(BertEncoderTest, TakesTheFirstTokenWhereTheFileSaysSo) {
  bert_.pooling = 2;
  bert_.write(file());
  EXPECT_GT(least_cosine(BertPrecision::Float32, {5, 12}), 0.999999);
}
TEST_F(BertEncoderTest, TakesAFullBatch) {
  const auto encoder = load_bert_encoder(file(), BertPrecision::Float32, 2);
  const std::vector<std::int32_t> text(encoder->max_tokens() / encoder->max_texts(), 7);
  const std::vector<float> pooled = encoder->encode(std::vector<TokenSpan>(encoder->max_texts(), text), 0);
  const auto expected = bert_.vector_of(text);
  for (std::size_t i = 0; i < encoder->max_texts(); ++i) EXPECT_GT(cosine(std::span(pooled).subspan(i * encoder->dims(), encoder->dims()), expected), 0.999999);
}

TEST_F(BertEncoderTest, LeavesOtherNetworksAlone) {
  const auto is_taken = [&] { return BertWeights::open(file()) != nullptr; };
  EXPECT_TRUE(is_taken());
  bert_.architecture = "nomic-bert";
  bert_.write(file());
  EXPECT_FALSE(is_taken());
  bert_ = {};
  bert_.left_out = "blk.1.attn_v.bias";
  bert_.write(file());
  EXPECT_FALSE(is_taken());
  bert_ = {};
  bert_.pooling = 0;
  bert_.write(file());
  EXPECT_FALSE(is_taken());
}

TEST_F(BertEncoderTest, LeavesFilesThatAreCutShortAlone) {
  std::filesystem::resize_file(file(), std::filesystem::file_size(file()) - 100);
  EXPECT_THAT(BertWeights::open(file()), IsNull());
  std::filesystem::resize_file(file(), 40);
  EXPECT_THAT(BertWeights::open(file()), IsNull());
}

/// `panduan models pull multilingual-e5-small` fetches it.
TEST(BertEncoderOfE5, SaysWhatLlamaSays) {
  const auto file = load_config().models_dir / "multilingual-e5-small-q4_0.gguf";
  if (!std::filesystem::exists(file)) GTEST_SKIP() << "run 'panduan models pull multilingual-e5-small' first";
  std::shared_ptr<llama_model> model = load_model(file);
  const auto* vocabulary = llama_model_get_vocab(model.get());
  const auto llama = make_llama_encoder(model, file, 2);
  std::vector<std::vector<llama_token>> texts;
  for (const char* text :
       {"query: What is the toll at night?", "passage: 夜间通行费是多少？点灯之后不收费。", "passage: Nobody pays after the lamps are lit, and nobody asks."})
    texts.push_back(tokenize(*vocabulary, text, true, false));
  const std::vector<TokenSpan> batch(texts.begin(), texts.end());
  const std::vector<float> expected = llama->encode(batch, 0);
  for (const BertPrecision precision : {BertPrecision::Float32, BertPrecision::BFloat16}) {
    if (precision == BertPrecision::BFloat16 && !bert_precision_here()) continue;
    const auto encoder = load_bert_encoder(file, precision, 2);
    if (!encoder) GTEST_SKIP() << "this build has no oneDNN";
    ASSERT_EQ(encoder->dims(), llama->dims());
    const std::vector<float> pooled = encoder->encode(batch, 0);
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const std::vector<double> by_llama(expected.begin() + static_cast<std::ptrdiff_t>(i * llama->dims()),
                                         expected.begin() + static_cast<std::ptrdiff_t>((i + 1) * llama->dims()));
      EXPECT_GT(cosine(std::span(pooled).subspan(i * llama->dims(), llama->dims()), by_llama), 0.999);
    }
  }
}

}  // namespace
}  // namespace panduan::llm
