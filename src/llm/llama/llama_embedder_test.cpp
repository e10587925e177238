#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <numeric>

#include "base/config.h"
#include "base/testing/failure.h"
#include "llm/llama/llama_model.h"

namespace panduan::llm {
namespace {

using panduan::testing::failure_of;
using ::testing::Each;
using ::testing::FloatNear;
using ::testing::Le;

float product(std::span<const float> a, std::span<const float> b) { return std::inner_product(a.begin(), a.end(), b.begin(), 0.0F); }

/// The embedding model of the catalogue; `panduan models pull multilingual-e5-small` fetches it.
class LlamaEmbedderTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    const auto file = load_config().models_dir / "multilingual-e5-small-q4_0.gguf";
    if (std::filesystem::exists(file)) model = load_llama_embedder(file, {.threads = 2}).release();
  }
  static void TearDownTestSuite() {
    delete model;
    model = nullptr;
  }
  void SetUp() override {
    if (model == nullptr) GTEST_SKIP() << "run 'panduan models pull multilingual-e5-small' first";
  }

  /// Texts of very different lengths, none like another.
  static std::vector<std::string> many_texts() {
    std::vector<std::string> texts;
    for (int i = 0; i < 90; ++i) {
      std::string& text = texts.emplace_back("Toll " + std::to_string(i) + ":");
      for (int word = 0; word < i * i % 97; ++word) text += " " + std::to_string(i * word) + (word % 3 == 0 ? " crowns" : " lamps");
    }
    return texts;
  }

  static inline Embedder* model = nullptr;
};

TEST_F(LlamaEmbedderTest, GivesEachTextTheVectorThatItHasAlone) {
  const auto texts = many_texts();
  const Embeddings together = model->embed(texts, EmbedAs::Passage, {});
  ASSERT_EQ(together.rows(), texts.size());
  for (std::size_t i = 0; i < texts.size(); i += 7) {
    const Embeddings alone = model->embed(std::span(texts).subspan(i, 1), EmbedAs::Passage, {});
    EXPECT_GT(product(together.row(i), alone.row(0)), 0.999F) << texts[i];
  }
}

TEST_F(LlamaEmbedderTest, VectorsHaveLengthOne) {
  const Embeddings embeddings = model->embed(many_texts(), EmbedAs::Passage, {});
  std::vector<float> lengths;
  for (std::size_t i = 0; i < embeddings.rows(); ++i) lengths.push_back(product(embeddings.row(i), embeddings.row(i)));
  EXPECT_THAT(lengths, Each(FloatNear(1, 1e-4F)));
}

TEST_F(LlamaEmbedderTest, ATranslationIsNearerThanAnotherSentence) {
  const std::vector<std::string> texts{"桥在夜里不收费。", "The bridge is free at night.", "Mix the dough and let it rise for an hour."};
  const Embeddings embeddings = model->embed(texts, EmbedAs::Passage, {});
  EXPECT_GT(product(embeddings.row(0), embeddings.row(1)), product(embeddings.row(0), embeddings.row(2)));
}

TEST_F(LlamaEmbedderTest, CutsWhatIsTooLong) {
  std::string text;
  for (int i = 0; i < 2000; ++i) text += "lamp ";
  ASSERT_GT(model->count_tokens(text), model->max_tokens());
  EXPECT_THAT(model->embed(std::vector{text}, EmbedAs::Passage, {}).tokens, Le(model->max_tokens() + 8));
}

TEST_F(LlamaEmbedderTest, NothingGivesNothing) { EXPECT_EQ(model->embed({}, EmbedAs::Query, {}).rows(), 0U); }

TEST_F(LlamaEmbedderTest, StopsWhenAsked) {
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(failure_of([&] { model->embed(many_texts(), EmbedAs::Passage, stop.get_token()); }).kind, ErrorKind::Cancelled);
  EXPECT_EQ(model->embed(std::vector<std::string>{"after it"}, EmbedAs::Query, {}).rows(), 1U);
}

}  // namespace
}  // namespace panduan::llm
