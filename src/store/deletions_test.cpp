#include <gmock/gmock.h>

#include <fstream>
#include <random>

#include "base/error.h"
#include "base/file.h"
#include "store/store.h"
#include "store/testing/text_version.h"

namespace panduan::store {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class DeletionsTest : public ::testing::Test {
 protected:
  /// Sentences that no other seed makes.
  static std::string text_of(unsigned seed, std::size_t sentences) {
    std::mt19937 random(seed);
    std::string text;
    for (std::size_t i = 0; i < sentences; ++i) {
      for (int word = 0; word < 9; ++word) {
        for (int letter = 0; letter < 7; ++letter) text += static_cast<char>('a' + random() % 26);
        text += ' ';
      }
      text += ".\n";
    }
    return text;
  }

  Document put(const std::string& source, const std::string& text, WorkspaceId workspace) {
    NewVersion version = testing::text_version(source, text, store_->embedding_model(workspace, {.fingerprint = "f", .name = "m", .dims = 16}));
    std::mt19937 random(static_cast<unsigned>(text.size()) + static_cast<unsigned char>(text[0]));
    for (std::size_t begin = 0; begin < text.size(); begin += 1000) {
      const std::size_t end = std::min(begin + 1000, text.size());
      std::vector<float> vector(16);
      for (float& value : vector) value = static_cast<float>(random()) / 4e9F;
      version.chunks.push_back(testing::chunk_of(version, {begin, end}, std::move(vector)));
    }
    return store_->put_version(workspace, version);
  }
  Document put(const std::string& source, const std::string& text) { return put(source, text, workspace_); }

  DeletionReport verify(const std::vector<std::string>& ids = {}) { return store_->verify_deleted(workspace_, ids, {}, {}); }

  TemporaryFolder folder_;
  std::unique_ptr<Store> store_ = open_sqlite_store(folder_.path());
  WorkspaceId workspace_ = store_->workspace("default");
};

TEST_F(DeletionsTest, ARemovedDocumentIsNowhere) {
  std::vector<Document> documents;
  for (unsigned i = 0; i < 30; ++i) documents.push_back(put("/" + std::to_string(i), text_of(i, 5 + i * 7)));
  for (unsigned i = 0; i < 30; i += 3) ASSERT_TRUE(store_->remove_document(workspace_, documents[i].id));
  const auto report = verify();
  ASSERT_THAT(report.findings, SizeIs(10));
  for (const auto& finding : report.findings) {
    EXPECT_TRUE(finding.is_gone()) << finding.left.front();
    EXPECT_GT(finding.phrases, 30U);
    EXPECT_EQ(finding.shared, 0U);
  }
  EXPECT_GT(report.bytes, 100'000U);
  EXPECT_THAT(verify({documents[3].id}).findings, SizeIs(1));
  EXPECT_THAT(store_->deletions(workspace_), SizeIs(10));
  EXPECT_EQ(store_->deletions(workspace_).front().document_id, documents[27].id) << "the last first";
}

TEST_F(DeletionsTest, ChineseAndAShortTextAreLookedForToo) {
  const auto chinese = put("/zh", "判断力是在知识廉价之后留给人的东西。龘靐齉爩麤灪是少见的字,籲纞虌鬱也是,只有这篇文档里有它们,别处没有。");
  const auto brief = put("/brief", "Zyx wvut srq.");
  const auto tiny = put("/tiny", "ok");
  const auto rare = put("/rare", "龘靐齉爩麤灪籲纞虌鬱");
  for (const auto& document : {chinese, brief, tiny, rare}) store_->remove_document(workspace_, document.id);
  const auto report = verify();
  EXPECT_GT(report.findings[0].phrases, 5U);
  EXPECT_TRUE(report.findings[0].is_gone());
  EXPECT_TRUE(report.findings[1].is_gone());
  put("/else", "龘靐 is said elsewhere as well, in a text that has nothing else to do with it.");
  EXPECT_EQ(verify({rare.id}).findings[0].shared, 1U) << "its term";
}

TEST_F(DeletionsTest, WhatWasLeftInAFileIsFound) {
  const std::string text = text_of(1, 60);
  const auto document = put("/a", text);
  store_->remove_document(workspace_, document.id);
  std::filesystem::create_directory(folder_.path() / "cache");
  std::ofstream(folder_.path() / "cache" / "page.txt") << std::string(5'000'000, ' ') << text << "and more";
  const auto finding = verify().findings[0];
  EXPECT_FALSE(finding.is_gone());
  EXPECT_THAT(finding.left, Contains(HasSubstr("cache/page.txt, byte 500")));
}

TEST_F(DeletionsTest, WhatWasLeftInARowIsFound) {
  const std::string text = text_of(2, 60);
  const auto document = put("/a", text);
  store_->remove_document(workspace_, document.id);
  const auto conversation = store_->create_conversation(workspace_, "c");
  const std::vector<Message> said{{.role = Message::Role::User, .text = text}};
  store_->add_messages(workspace_, conversation.id, said);
  EXPECT_THAT(verify().findings[0].left, Contains("a row of messages (body)"));
  store_->remove_conversation(workspace_, conversation.id);
  EXPECT_TRUE(verify().findings[0].is_gone());
}

TEST_F(DeletionsTest, ATextThatAnotherDocumentHoldsTellsNothing) {
  const std::string text = text_of(3, 20);
  const auto document = put("/a", text);
  const auto copy = put("/b", text);
  store_->remove_document(workspace_, document.id);
  const auto finding = verify().findings[0];
  EXPECT_FALSE(finding.is_gone());
  EXPECT_EQ(finding.shared, finding.phrases);
  EXPECT_THAT(finding.left, IsEmpty());
  EXPECT_THAT(finding.shared_with, ElementsAre(copy.id));
  store_->remove_document(workspace_, copy.id);
  for (const auto& gone : verify().findings) EXPECT_TRUE(gone.is_gone());
}

TEST_F(DeletionsTest, AnotherWorkspaceIsNotSpokenOf) {
  const WorkspaceId other = store_->workspace("other");
  const std::string text = text_of(4, 20);
  const auto document = put("/a", text);
  put("/b", text, other);
  store_->remove_document(workspace_, document.id);
  const auto finding = verify().findings[0];
  EXPECT_THAT(finding.shared_with, IsEmpty());
  EXPECT_THAT(finding.left, IsEmpty());
  EXPECT_EQ(finding.shared, 0U);
  EXPECT_THROW(store_->verify_deleted(other, std::vector{document.id}, {}, {}), Error);
}

TEST_F(DeletionsTest, AFormerVersionIsLookedFor) {
  const std::string kept = text_of(5, 20);
  const auto document = put("/a", text_of(6, 20) + kept);
  put("/a", kept);
  const auto finding = verify({document.id}).findings[0];
  EXPECT_EQ(finding.deletion.version, 1);
  EXPECT_TRUE(finding.is_gone());
  EXPECT_GT(finding.phrases, finding.shared);
}

TEST_F(DeletionsTest, NothingOfTheTextIsInItsTraces) {
  const std::string text = text_of(7, 60);
  store_->remove_document(workspace_, put("/a", text).id);
  store_.reset();
  const std::string file = read_file(folder_.path() / "panduan.db", 1U << 30U);
  for (std::size_t at = 0; at + 8 < text.size(); at += 101) EXPECT_EQ(file.find(text.substr(at, 8)), std::string::npos);
}

TEST_F(DeletionsTest, JobsThatAreOverAndNameItGoWithIt) {
  const auto document = put("upload/a \"draft\".txt", text_of(10, 5));
  const auto over = [&](const std::string& arguments, const std::string& result, std::int64_t finished_ms) {
    return store_
        ->put_job({.workspace = workspace_, .kind = "upload", .arguments = arguments, .state = JobState::Done, .result = result, .finished_ms = finished_ms},
                  {})
        .id;
  };
  over(R"({"name":"a \"draft\".txt"})", "{}", 5);
  over("{}", R"({"documents":[")" + document.id + R"("]})", 5);
  const auto other = over(R"({"name":"another a.txt"})", "{}", 5);
  const auto running = over(R"({"name":"a \"draft\".txt"})", "{}", 0);
  store_->remove_document(workspace_, document.id);
  std::vector<std::string> left;
  for (const Job& job : store_->list_jobs(workspace_, 10)) left.push_back(job.id);
  EXPECT_THAT(left, ::testing::UnorderedElementsAre(other, running));
}

TEST_F(DeletionsTest, AnUnknownIdIsSaidSo) {
  EXPECT_THAT(verify().findings, IsEmpty());
  EXPECT_THROW(verify({"doc_x"}), Error);
}

TEST_F(DeletionsTest, IsStoppedAndTellsHowFarItIs) {
  store_->remove_document(workspace_, put("/a", text_of(8, 60)).id);
  put("/b", text_of(9, 600));
  std::uint64_t last = 0;
  std::uint64_t total = 0;
  store_->verify_deleted(workspace_, {}, [&](std::uint64_t done, std::uint64_t of) { EXPECT_GE(done, last), last = done, total = of; }, {});
  EXPECT_EQ(last, total);
  std::stop_source source;
  source.request_stop();
  EXPECT_THROW(store_->verify_deleted(workspace_, {}, {}, source.get_token()), Error);
}

}  // namespace
}  // namespace panduan::store
