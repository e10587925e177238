#include "rag/sections.h"

#include <gmock/gmock.h>

#include "base/file.h"
#include "llm/testing/hash_embedder.h"
#include "store/testing/text_version.h"

namespace panduan::rag {
namespace {

using ::testing::ElementsAre;

/// A document of five chunks under two headings.
class SectionsOf : public ::testing::Test {
 protected:
  SectionsOf() {
    store::NewVersion version = store::testing::text_version("/ferry.txt", std::string(kText),
                                                             store_->embedding_model(workspace_, {.fingerprint = "hash-1", .name = "hash", .dims = 8}));
    std::size_t begin = 0;
    for (const char* heading : {"Ferry", "Ferry", "Ferry", "Tunnel", "Tunnel"}) {
      const std::size_t end = kText.find('.', begin) + 1;
      version.chunks.push_back(
          store::testing::chunk_of(version, {begin, end}, llm::testing::HashEmbedder::vector_of(std::string(kText.substr(begin, end - begin))), heading));
      begin = end + 1;
    }
    store_->put_version(workspace_, version);
  }

  /// Hits in this order.
  std::vector<retrieval::Hit> hits(const std::vector<std::string>& words) const {
    std::vector<retrieval::Hit> found;
    for (const std::string& word : words)
      found.push_back({.passage = *store_->passage(workspace_, store_->search_words(workspace_, std::vector{word}, 1).at(0).chunk)});
    return found;
  }
  std::vector<std::string> texts(const std::vector<std::string>& words, const SectionOptions& options) const {
    std::vector<std::string> texts;
    for (const auto& hit : sections_of(*store_, workspace_, hits(words), options)) {
      EXPECT_EQ(hit.passage.text, kText.substr(hit.passage.range.begin, hit.passage.range.size()));
      texts.push_back(hit.passage.text);
    }
    return texts;
  }

  static constexpr std::string_view kText = "the first one. the second one. the third one. the fourth one. the fifth one.";
  TemporaryFolder folder_;
  std::unique_ptr<store::Store> store_ = store::open_sqlite_store(folder_.path());
  store::WorkspaceId workspace_ = store_->workspace("default");
};

TEST_F(SectionsOf, WhatStandsAroundAHitIsReadOnceAndOthersInItsPlace) {
  EXPECT_THAT(texts({"second", "first", "fifth"}, {.passages = 2, .max_tokens = 100}),
              ElementsAre("the first one. the second one. the third one.", "the fourth one. the fifth one."));
}

TEST_F(SectionsOf, NoMoreIsReadThanWasAskedFor) {
  EXPECT_THAT(texts({"second", "first", "fifth"}, {.passages = 2, .max_tokens = 20}),
              ElementsAre("the second one. the third one.", "the first one. the second one."));
  EXPECT_THAT(texts({"second", "first", "fifth"}, {.passages = 3, .max_tokens = 0}), ElementsAre("the second one.", "the first one.", "the fifth one."));
}

}  // namespace
}  // namespace panduan::rag
