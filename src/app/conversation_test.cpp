#include "app/conversation.h"

#include <gmock/gmock.h>

#include "base/error.h"
#include "base/file.h"
#include "base/testing/failure.h"

namespace panduan::app {
namespace {

using panduan::testing::failure_of;
using store::Message;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Message said(Message::Role role, std::string text) { return {.role = role, .text = std::move(text), .cited_documents = {}}; }
Message asked(std::string text) { return said(Message::Role::User, std::move(text)); }
Message answered(std::string text) { return said(Message::Role::Assistant, std::move(text)); }

TEST(RecentHistory, LeavesOutTheOldestTurnsFirstAndBeginsWithAQuestion) {
  const std::vector<Message> messages{asked("1111"), answered("2222"), asked("3333"), answered("4444")};
  EXPECT_THAT(recent_history(messages, 16), SizeIs(4));
  const auto recent = recent_history(messages, 15);
  ASSERT_THAT(recent, SizeIs(2)) << "the first answer fits, but not its question";
  EXPECT_EQ(recent[0].content, "3333");
  EXPECT_EQ(recent[1].role, llm::Role::Assistant);
  EXPECT_THAT(recent_history(messages, 7), IsEmpty());
}
TEST(RecentHistory, HasNoErasedMessage) {
  const std::vector<Message> messages{asked("who?"), answered(""), asked("when?"), answered("1932")};
  EXPECT_THAT(recent_history(messages, 1000), SizeIs(3));
}

class ConversationTest : public ::testing::Test {
 protected:
  /// As if the question had been answered like this; an empty answer is a refusal.
  std::string ask(const std::string& text, const std::string& conversation, const std::string& answer) {
    Conversation one(*store_, workspace_, {.text = text, .history = {}, .conversation_id = conversation});
    history_ = one.question().history;
    std::string id;
    const auto sink = one.keeping([&](const rag::Event& event) {
      if (const auto* done = std::get_if<rag::Done>(&event)) id = done->conversation_id;
    });
    if (!answer.empty()) {
      for (const std::string& document : {document_.id, document_.id}) sink(rag::Quote{.number = 1, .text = answer, .document_id = document});
      sink(rag::AnswerText{answer});
    }
    sink(rag::Done{});
    return id;
  }

  TemporaryFolder folder_;
  std::unique_ptr<store::Store> store_ = store::open_sqlite_store(folder_.path());
  store::WorkspaceId workspace_ = store_->workspace("default");
  store::Document document_ =
      store_->put_version(workspace_, {.source = "/a", .content_sha256 = sha256("a"), .bytes = "a", .parsed = {.media_type = "text/plain", .text = "a"}});
  std::vector<llm::ChatMessage> history_;
};

TEST_F(ConversationTest, AQuestionGoesOnFromWhatWasKept) {
  const std::string id = ask("Who built\nit?", "new", "Ada Kern");
  EXPECT_THAT(history_, IsEmpty());
  EXPECT_EQ(store_->find_conversation(workspace_, id)->title, "Who built it?");
  EXPECT_EQ(ask("And when?", id, ""), id);
  EXPECT_THAT(history_, SizeIs(2));
  EXPECT_EQ(ask("那成本呢？", id, ""), id);
  ASSERT_THAT(history_, SizeIs(4));
  EXPECT_EQ(history_[3].content, "I don't know.");
  EXPECT_EQ(store_->messages(workspace_, id).back().text, "不知道。");
}

TEST_F(ConversationTest, WhatCitesARemovedDocumentIsErasedAndNoHistoryAnyMore) {
  const std::string id = ask("Who built it?", "new", "Ada Kern");
  store_->remove_document(workspace_, document_.id);
  EXPECT_EQ(store_->messages(workspace_, id)[1].text, "");
  ask("And when?", id, "");
  ASSERT_THAT(history_, SizeIs(1));
  EXPECT_EQ(history_[0].content, "Who built it?");
}

TEST_F(ConversationTest, AQuestionOfNoConversationIsNotKept) {
  EXPECT_EQ(ask("Who built it?", "", "Ada Kern"), "");
  EXPECT_THAT(store_->list_conversations(workspace_, 10), IsEmpty());
}

TEST_F(ConversationTest, AnAnswerThatIsBrokenOffLeavesNothing) {
  Conversation one(*store_, workspace_, {.text = "Who?", .history = {}, .conversation_id = "new"});
  one.keeping([](const auto&) {})(rag::AnswerText{"Ada Kern"});
  EXPECT_THAT(store_->list_conversations(workspace_, 10), IsEmpty());
}

TEST_F(ConversationTest, OneThatIsNotThereIsNotFound) {
  EXPECT_EQ(failure_of([&] { ask("Who built it?", "conv_none", ""); }).kind, ErrorKind::NotFound);
}

}  // namespace
}  // namespace panduan::app
