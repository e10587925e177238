#include <gmock/gmock.h>

#include <cmath>
#include <random>

#include "base/error.h"
#include "base/file.h"
#include "retrieval/detail/int8_dot.h"
#include "retrieval/vector_index.h"
#include "store/testing/text_version.h"

namespace panduan::retrieval {
namespace {

TEST(Int8Dot, IsTheSameAsTheSumAndNotTheSerialKernelWhereTheCpuHasBetter) {
  std::vector<std::int8_t> a(384);
  std::vector<std::int8_t> b(384);
  std::int32_t sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    a[i] = static_cast<std::int8_t>(i % 255 - 127);
    b[i] = static_cast<std::int8_t>((i * 7) % 255 - 127);
    sum += a[i] * b[i];
  }
  EXPECT_EQ(panduan_find_int8_dot()(a.data(), b.data(), a.size()), sum);
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") != 0) {
    EXPECT_STRNE(panduan_int8_dot_name(), "serial");
  }
#endif
}

class VectorIndexTest : public testing::Test {
 protected:
  static constexpr std::size_t kDims = 384;
  TemporaryFolder folder_;
  std::unique_ptr<store::Store> store_ = store::open_sqlite_store(folder_.path());
  store::WorkspaceId workspace_ = store_->workspace("default");
  store::EmbeddingModelId model_ = store_->embedding_model(workspace_, {.fingerprint = "f", .name = "m", .dims = kDims});
  std::mt19937 random_{7};

  std::vector<float> random_vector() {
    std::normal_distribution<float> normal;
    std::vector<float> vector(kDims);
    float squares = 0;
    for (float& value : vector) {
      value = normal(random_);
      squares += value * value;
    }
    for (float& value : vector) value /= std::sqrt(squares);
    return vector;
  }
  store::Document add(const std::string& source, const std::vector<std::vector<float>>& vectors) {
    std::string text(vectors.size(), 'x');
    text += source;
    store::NewVersion version = store::testing::text_version(source, text, model_);
    for (std::size_t i = 0; i < vectors.size(); ++i) version.chunks.push_back({.text = {i, i + 1}, .words = "x", .vector = vectors[i]});
    return store_->put_version(workspace_, version);
  }
};

TEST_F(VectorIndexTest, AQueryThatIsUnderWayWhenTheVectorsAreErasedFindsWhatItWouldHave) {
  std::vector<std::vector<float>> vectors(60);
  for (auto& vector : vectors) vector = random_vector();
  add("/a", vectors);
  const VectorIndex index(*store_, workspace_, model_, kDims);
  const auto before = index.search(vectors[7], 3);
  store_->erase_other_vectors(workspace_, store_->embedding_model(workspace_, {.fingerprint = "g", .name = "n", .dims = kDims}), 1000);
  const auto after = index.search(vectors[7], 3);
  EXPECT_EQ(after[0].chunk, before[0].chunk);
  EXPECT_NEAR(after[0].score, before[0].score, 0.02) << "of one byte a dimension";
}

TEST_F(VectorIndexTest, FindsTheSameNearestAsExactSearch) {
  std::vector<std::vector<float>> vectors(500);
  for (auto& vector : vectors) vector = random_vector();
  add("/a", vectors);
  const VectorIndex index(*store_, workspace_, model_, kDims);
  for (int trial = 0; trial < 20; ++trial) {
    const auto query = random_vector();
    std::vector<std::pair<float, std::size_t>> exact;
    for (std::size_t i = 0; i < vectors.size(); ++i) {
      float product = 0;
      for (std::size_t d = 0; d < kDims; ++d) product += vectors[i][d] * query[d];
      exact.emplace_back(-product, i);
    }
    std::sort(exact.begin(), exact.end());
    const auto found = index.search(query, 5);
    ASSERT_THAT(found, testing::SizeIs(5));
    for (std::size_t i = 0; i < 5; ++i) EXPECT_NEAR(found[i].score, -exact[i].first, 1e-5);
  }
}

TEST_F(VectorIndexTest, HoldsNothingOfARemovedDocument) {
  const auto document = add("/a", {random_vector()});
  store_->remove_document(workspace_, document.id);
  EXPECT_EQ(VectorIndex(*store_, workspace_, model_, kDims).size(), 0U);
}

TEST_F(VectorIndexTest, AnswersAnEmptyStore) { EXPECT_THAT(VectorIndex(*store_, workspace_, model_, kDims).search(random_vector(), 5), testing::IsEmpty()); }

}  // namespace
}  // namespace panduan::retrieval
