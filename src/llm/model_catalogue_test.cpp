#include "llm/model_catalogue.h"

#include <gtest/gtest.h>

#include <set>

#include "base/hash.h"

namespace panduan::llm {
namespace {

TEST(ModelCatalogue, NamesAndAliasesAreUnique) {
  std::set<std::string> names;
  for (const auto& model : model_catalogue()) {
    EXPECT_TRUE(names.insert(model.name).second) << model.name;
    for (const auto& alias : model.aliases) EXPECT_TRUE(names.insert(alias).second) << alias;
  }
}

TEST(ModelCatalogue, EveryModelHasASourceALicenceAndAHash) {
  ASSERT_FALSE(model_catalogue().empty());
  for (const auto& model : model_catalogue()) {
    EXPECT_NO_THROW(sha256_from_hex(model.sha256)) << model.name;
    EXPECT_FALSE(model.licence.empty()) << model.name;
    EXPECT_FALSE(model.description.empty()) << model.name;
    EXPECT_FALSE(model.sources.empty()) << model.name;
    EXPECT_GT(model.memory_bytes, model.bytes) << model.name;
  }
}

TEST(ModelCatalogue, ThePartsOfAModelAddUpToIt) {
  for (const auto& model : model_catalogue()) {
    for (const auto& source : model.sources) {
      if (source.kind != ModelSource::Kind::PackageMirror) continue;
      std::uint64_t total = 0;
      for (const auto& part : source.parts) {
        total += part.member_bytes;
        EXPECT_NO_THROW(sha256_from_hex(part.sha256)) << part.package;
        EXPECT_NO_THROW(sha256_from_hex(part.member_sha256)) << part.package;
      }
      if (source.conversion.empty()) {
        EXPECT_EQ(total, model.bytes) << model.name;
      }
    }
  }
}

TEST(ModelCatalogue, FindsByNameAndByAlias) {
  ASSERT_NE(find_model("multilingual-e5-small"), nullptr);
  EXPECT_EQ(find_model("multilingual-e5-small")->task, ModelTask::Embedding);
  EXPECT_EQ(find_model("multilingual-e5-small"), find_model("multilingual-e5-small-q4_0"));
  EXPECT_EQ(find_model("nothing-of-the-kind"), nullptr);
}

TEST(ModelCatalogue, ChoosesTheLargerChatModelWhereThereIsMemoryForIt) {
  EXPECT_EQ(default_chat_models(8'000'000'000).front()->name, "qwen2.5-coder-1.5b-instruct-q4_k_m");
  EXPECT_EQ(default_chat_models(2'500'000'000).front()->name, "qwen2.5-coder-0.5b-instruct-q4_k_m");
  EXPECT_EQ(default_chat_models(0).back()->task, ModelTask::Chat);
}

}  // namespace
}  // namespace panduan::llm
