#include "llm/llama/sampler.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "base/config.h"
#include "base/testing/failure.h"
#include "base/unicode.h"

namespace panduan::llm {
namespace {

using panduan::testing::failure_of;

constexpr std::string_view kSource =
    "The Aurora bridge was opened in May 1932. It is 898 metres long, cost 1,600.50 francs and carries four lanes: two each way. Ada Kern "
    "called it \"a marvel\".\n\nShe had wanted a tunnel.  极光大桥于1932年通车，全长898米。设计师是林海，他说：“桥比隧道好。”\n";

/// A real vocabulary, and no model: what is written is random.
class SamplerTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    const auto file = load_config().models_dir / "smollm2-135m-instruct-q4_1.gguf";
    if (!std::filesystem::exists(file)) return;
    model = load_model(file);
    vocab = llama_model_get_vocab(model.get());
    pieces.emplace(*vocab);
    vocabulary_size = static_cast<std::size_t>(llama_vocab_n_tokens(vocab));
  }
  static void TearDownTestSuite() {
    pieces.reset();
    model.reset();
  }
  void SetUp() override {
    if (!model) GTEST_SKIP() << "run 'panduan models pull smollm2-135m' first";
    wishes_.resize(2 * vocabulary_size);
    std::normal_distribution<float> wish(0, 3);
    for (float& value : wishes_) value = wish(random_);
  }

  /// As a model that wants anything, quote marks above all, might write.
  std::string write(const GenerateOptions& options) {
    Sampler sampler(*vocab, &*pieces, options);
    std::string text;
    for (int i = 0; i < options.max_tokens; ++i) {
      const auto from = wishes_.begin() + static_cast<std::ptrdiff_t>(random_() % vocabulary_size);
      std::vector<float> logits(from, from + static_cast<std::ptrdiff_t>(vocabulary_size));
      for (const std::string_view mark : {"\"", "“", "”"}) {
        auto range = pieces->all();
        for (const char byte : mark) range = pieces->narrow(range, byte);
        for (const llama_token token : pieces->tokens(range)) logits[static_cast<std::size_t>(token)] += mark_;
      }
      const llama_token token = sampler.next(logits.data());
      if (llama_vocab_is_eog(vocab, token)) break;
      text += token_text(*vocab, token);
    }
    return text;
  }

  std::mt19937 random_{7};
  std::vector<float> wishes_;  ///< where in it a step begins is random
  float mark_ = 12;

  static inline ModelHandle model;
  static inline const llama_vocab* vocab = nullptr;
  static inline std::optional<VocabularyPieces> pieces;
  static inline std::size_t vocabulary_size = 0;
};

/// What stands between quote marks, the unfinished quote at the end left out.
std::vector<std::string> quotes_of(std::string_view text) {
  std::vector<std::string> quotes;
  for (std::size_t at = 0; at < text.size();) {
    const bool straight = text[at] == '"';
    const bool curly = text.substr(at).starts_with("“");
    if (!straight && !curly) {
      ++at;
      continue;
    }
    const std::string_view closing = straight ? "\"" : "”";
    const std::size_t begin = at + (straight ? 1 : 3);
    const std::size_t end = text.find(closing, begin);
    if (end == std::string_view::npos) break;
    quotes.emplace_back(text.substr(begin, end - begin));
    at = end + closing.size();
  }
  return quotes;
}

std::string with_single_spaces(std::string_view text) {
  std::string result;
  for (const char byte : text) {
    const bool space = byte == ' ' || byte == '\n';
    if (!space || !result.ends_with(' ')) result += space ? ' ' : byte;
  }
  return result;
}

TEST_F(SamplerTest, RandomOutputQuotesOnlyWhatStandsInTheSource) {
  const std::string source = with_single_spaces(kSource);
  std::size_t found = 0;
  for (std::uint32_t seed = 1; seed <= 60; ++seed) {
    mark_ = static_cast<float>(6 + seed % 10);
    const std::string text = write({.max_tokens = 60, .temperature = seed % 2 == 0 ? 0.0F : 1.5F, .seed = seed, .quotable = std::string(kSource)});
    for (const std::string& quote : quotes_of(text)) {
      ++found;
      EXPECT_NE(source.find(quote), std::string::npos) << quote << "\nin: " << text;
      EXPECT_TRUE(is_valid_utf8(quote)) << quote;
      EXPECT_GE(quote.size(), QuoteRule::kLeastQuotedBytes) << text;
    }
  }
  EXPECT_GT(found, 100) << "a test that finds no quote shows nothing";
}
TEST_F(SamplerTest, RandomOutputIsFreeWithoutTheRule) {
  const std::string source = with_single_spaces(kSource);
  const std::string text = write({.max_tokens = 200});
  EXPECT_TRUE(std::ranges::any_of(quotes_of(text), [&](const std::string& quote) { return source.find(quote) == std::string::npos; })) << text;
}
TEST_F(SamplerTest, FindsWhatTheQuoteLikelyGoesOnWith) {
  Sampler sampler(*vocab, &*pieces, {.quotable = std::string(kSource)});
  EXPECT_TRUE(sampler.likely_next(4).empty());
  for (const llama_token token : tokenize(*vocab, "Note: \"The Aurora", false, false)) {
    std::vector<float> logits(vocabulary_size, 0);
    logits[static_cast<std::size_t>(token)] = 10;
    ASSERT_EQ(sampler.next(logits.data()), token);
  }
  EXPECT_TRUE(sampler.is_quoting());
  std::string next;
  for (const llama_token token : sampler.likely_next(4)) next += token_text(*vocab, token);
  EXPECT_EQ(next, " bridge was opened in");
}
TEST_F(SamplerTest, TakesNoGrammarBesideTheRule) {
  const GenerateOptions both{.grammar = R"(root ::= "a")", .quotable = "b"};
  EXPECT_EQ(failure_of([&] { Sampler sampler(*vocab, &*pieces, both); }).kind, ErrorKind::Internal);
}

}  // namespace
}  // namespace panduan::llm
