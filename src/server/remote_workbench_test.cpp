#include "server/remote_workbench.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/testing/failure.h"
#include "net/testing/scripted_server.h"
#include "server/json.h"
#include "server/testing/running_server.h"

namespace panduan::server {
namespace {

using panduan::testing::failure_of;
using testing::eventually;
using testing::FakeWorkbench;
using testing::RunningServer;
using namespace std::chrono_literals;

class RemoteWorkbenchTest : public ::testing::Test {
 protected:
  RunningServer server_;
  std::unique_ptr<app::Workbench> remote_ = connect_workbench(server_.config);
  identity::Caller caller_ = identity::local_caller(7);
};

TEST_F(RemoteWorkbenchTest, TheCallerIsTheOneOfTheOwner) {
  EXPECT_EQ(remote_->local_caller().workspace_id, 7);
  EXPECT_TRUE(remote_->local_caller().may(identity::Right::Write));
}

TEST_F(RemoteWorkbenchTest, AddTellsProgressAndGivesTheSummary) {
  std::vector<std::filesystem::path> paths;
  server_.fake.on_add = [&](const std::vector<std::filesystem::path>& given, const ingest::AddSink& sink, const auto&) {
    paths = given;
    sink.on_progress(
        {.files_done = 1, .files_total = 2, .file = "a", .step = "reading", .chunks_done = 3, .chunks_total = 4, .tokens_done = 5, .tokens_per_second = 6.5});
    sink.on_file({.source = "/a", .outcome = ingest::AddOutcome::Updated, .reason = {}, .document = FakeWorkbench::document("/a", 1)});
    sink.on_file({.source = "/b", .outcome = ingest::AddOutcome::Failed, .reason = "broken", .document = {}});
    return ingest::AddSummary{.added = 1, .updated = 2, .unchanged = 3, .failed = 4, .chunks = 5, .tokens = 6, .total_ms = 7.5, .embed_ms = 8.5};
  };
  std::vector<ingest::AddProgress> progress;
  std::vector<ingest::FileResult> files;
  const ingest::AddSink sink{.on_progress = [&](const auto& one) { progress.push_back(one); }, .on_file = [&](const auto& one) { files.push_back(one); }};
  const auto summary = remote_->add(caller_, {"/tmp/文", "relative/../x"}, sink, {});
  EXPECT_EQ(paths, (std::vector<std::filesystem::path>{"/tmp/文", std::filesystem::current_path() / "x"}));
  ASSERT_EQ(progress.size(), 1U);
  EXPECT_EQ(progress[0].tokens_per_second, 6.5);
  ASSERT_EQ(files.size(), 2U);
  EXPECT_EQ(files[0].document.source, "/a");
  EXPECT_EQ(files[1].reason, "broken");
  EXPECT_EQ(summary.failed, 4U);
  EXPECT_EQ(summary.embed_ms, 8.5);
}

TEST_F(RemoteWorkbenchTest, SyncIsDoneThere) {
  std::filesystem::path folder;
  ingest::SyncOptions how;
  server_.fake.on_sync = [&](const std::filesystem::path& given, const ingest::SyncOptions& options, const ingest::AddSink& sink) {
    folder = given;
    how = options;
    sink.on_progress({.bytes_done = 3, .bytes_total = 4, .seconds_left = 2.5});
    sink.on_file({.source = "/b", .outcome = ingest::AddOutcome::Moved, .reason = "/a", .document = FakeWorkbench::document("/b", 1)});
    sink.on_file({.source = "/c", .outcome = ingest::AddOutcome::Removed, .reason = {}, .document = {}});
    return ingest::AddSummary{.moved = 1, .removed = 2, .failed_before = 3};
  };
  std::vector<ingest::FileResult> files;
  ingest::AddProgress progress;
  const auto summary = remote_->sync(caller_, "/papers", {.empties = true},
                                     {.on_progress = [&](const auto& one) { progress = one; }, .on_file = [&](const auto& one) { files.push_back(one); }}, {});
  EXPECT_EQ(folder, "/papers");
  EXPECT_TRUE(how.empties);
  EXPECT_FALSE(how.retries);
  EXPECT_EQ(progress.bytes_total, 4U);
  EXPECT_EQ(progress.seconds_left, 2.5);
  ASSERT_EQ(files.size(), 2U);
  EXPECT_EQ(files[0].reason, "/a");
  EXPECT_EQ(files[1].outcome, ingest::AddOutcome::Removed);
  EXPECT_EQ(summary.moved + summary.removed + summary.failed_before, 6U);
  EXPECT_EQ(remote_->followed_folders(caller_), (std::vector<std::string>{"/papers", "/notes"}));
  remote_->unfollow(caller_, "/notes");
  EXPECT_EQ(remote_->followed_folders(caller_), std::vector<std::string>{"/papers"});
  EXPECT_EQ(failure_of([&] { remote_->unfollow(caller_, "/notes"); }).kind, ErrorKind::NotFound);
}

TEST_F(RemoteWorkbenchTest, WhatCouldNotBeReadIsListed) {
  server_.fake.failed = {{.source = "/a.docx", .stamp = {}, .chunking = {}, .reason = "it has a password", .noted_ms = 5}};
  const auto list = remote_->list(caller_, 10, "");
  ASSERT_EQ(list.failed.size(), 1U);
  EXPECT_EQ(list.failed[0].reason, "it has a password");
  EXPECT_EQ(list.failed[0].noted_ms, 5);
}

TEST_F(RemoteWorkbenchTest, AnAnswerIsCheckedThere) {
  rag::AnswerToCheck seen;
  server_.fake.on_check_answer = [&](const rag::AnswerToCheck& answer) {
    seen = answer;
    return FakeWorkbench::a_checked_answer();
  };
  rag::AnswerToCheck answer{.text = "It is ninety days.", .sources = {{{.name = "/home/me/合同.pdf", .document = {.text = "ninety days"}}}}};
  answer.sources->front().document.pages.push_back({.label = "12", .text = {0, 11}});
  const auto checked = remote_->check_answer(caller_, answer, {});
  EXPECT_EQ(to_json(checked), to_json(FakeWorkbench::a_checked_answer()));
  EXPECT_EQ(seen.sources->front().document.pages.at(0).label, "12");
}

TEST_F(RemoteWorkbenchTest, AStopRequestEndsAnAddThere) {
  std::atomic<bool> began = false, stopped = false;
  server_.fake.on_add = [&](const auto&, const auto&, const std::stop_token& stop) {
    began = true;
    while (!stop.stop_requested()) std::this_thread::sleep_for(5ms);
    stopped = true;
    return ingest::AddSummary{};
  };
  std::stop_source stop;
  std::jthread presser([&] {
    eventually([&] { return began.load(); });
    stop.request_stop();
  });
  EXPECT_EQ(failure_of([&] { remote_->add(caller_, {"/x"}, {}, stop.get_token()); }).kind, ErrorKind::Cancelled);
  EXPECT_TRUE(eventually([&] { return stopped.load(); }));
}

TEST_F(RemoteWorkbenchTest, UploadListFindAndRemove) {
  const auto result = remote_->upload(caller_, "文 1.txt", std::string("a\0b", 3), {}).at(0);
  EXPECT_EQ(result.document.source, "文 1.txt");
  EXPECT_EQ(result.document.stamp.bytes, 3U);
  remote_->upload(caller_, "/home/b.txt", "b", {});
  const auto list = remote_->list(caller_, 1, "");
  ASSERT_EQ(list.documents.size(), 1U);
  EXPECT_EQ(to_json(list.documents[0]), to_json(result.document));
  EXPECT_EQ(remote_->list(caller_, 500, list.next).documents[0].source, "/home/b.txt");
  EXPECT_EQ(remote_->find(caller_, "/home/b.txt").stamp.modified_ns, 1'700'000'000'123'456'789);
  EXPECT_EQ(remote_->remove(caller_, result.document.id).source, "文 1.txt");
  const auto failure = failure_of([&] { remote_->find(caller_, result.document.id); });
  EXPECT_EQ(failure.kind, ErrorKind::NotFound);
  EXPECT_EQ(failure.message, "there is no document '" + result.document.id + "'");
}

TEST_F(RemoteWorkbenchTest, ShowsAndChangesTheWorkspace) {
  EXPECT_EQ(to_json(remote_->workspace_settings(caller_)), to_json(server_.fake.settings));
  const app::SettingChanges changes{{"tone", "Be brief."}, {"role", std::nullopt}};
  EXPECT_EQ(to_json(remote_->change_workspace_settings(caller_, changes)), to_json(server_.fake.settings));
  EXPECT_EQ(server_.fake.setting_changes, changes);
}

TEST_F(RemoteWorkbenchTest, AskSendsTheEventsInOrder) {
  rag::Question seen;
  server_.fake.on_ask = [&](const rag::Question& question, const rag::EventSink& sink, const auto&) {
    seen = question;
    for (const auto& event : FakeWorkbench::an_answer()) sink(event);
  };
  std::vector<Json> events;
  remote_->ask(caller_, {.text = "它呢？", .history = {{llm::Role::Assistant, "before"}}}, [&](const rag::Event& event) { events.push_back(to_json(event)); },
               {});
  EXPECT_EQ(seen.text, "它呢？");
  EXPECT_EQ(seen.history.at(0).content, "before");
  std::vector<Json> expected;
  for (const auto& event : FakeWorkbench::an_answer()) expected.push_back(to_json(event));
  EXPECT_EQ(events, expected);
}

TEST_F(RemoteWorkbenchTest, ConversationsAreListedShownAndRemoved) {
  server_.fake.kept_conversations = {FakeWorkbench::a_conversation(), FakeWorkbench::a_conversation()};
  server_.fake.kept_conversations[1].about.id = "conv_2";
  ASSERT_EQ(remote_->conversations(caller_, 1).size(), 1U);
  EXPECT_EQ(remote_->conversations(caller_, 1000).at(1).id, "conv_2");
  EXPECT_EQ(to_json(remote_->conversation(caller_, "conv_1")), to_json(FakeWorkbench::a_conversation()));
  EXPECT_EQ(remote_->remove_conversation(caller_, "conv_1").title, "谁建的？");
  EXPECT_EQ(failure_of([&] { remote_->remove_conversation(caller_, "conv_1"); }).kind, ErrorKind::NotFound);
  EXPECT_EQ(failure_of([&] { remote_->conversation(caller_, "no/such?"); }).kind, ErrorKind::NotFound);
}

TEST_F(RemoteWorkbenchTest, AQuestionSaysWhichConversationItBelongsTo) {
  std::string seen;
  server_.fake.on_ask = [&](const rag::Question& question, const rag::EventSink& sink, const auto&) {
    seen = question.conversation_id;
    sink(rag::Done{.conversation_id = "conv_3"});
  };
  std::string kept;
  remote_->ask(caller_, {.text = "q", .history = {}, .conversation_id = "new"},
               [&](const rag::Event& event) { kept = std::get<rag::Done>(event).conversation_id; }, {});
  EXPECT_EQ(seen, "new");
  EXPECT_EQ(kept, "conv_3");
}

TEST_F(RemoteWorkbenchTest, ErrorsKeepTheirKindAlsoInAStream) {
  for (const ErrorKind kind : {ErrorKind::Unavailable, ErrorKind::NoSpace, ErrorKind::Corrupt, ErrorKind::InvalidInput}) {
    server_.fake.on_ask = [kind](const auto&, const auto&, const auto&) { throw Error(kind, "why"); };
    server_.fake.on_search = [kind](const auto&, auto, const auto&) -> std::vector<app::SearchHit> { throw Error(kind, "why"); };
    for (const auto& failure : {failure_of([&] { remote_->ask(caller_, {.text = "q", .history = {}}, [](const auto&) {}, {}); }),
                                failure_of([&] { remote_->search(caller_, "q", 3, {}); })}) {
      EXPECT_EQ(failure.kind, kind);
      EXPECT_EQ(failure.message, "why");
    }
  }
}

TEST_F(RemoteWorkbenchTest, WhatTheListenerThrowsEndsTheAnswer) {
  EXPECT_THROW(remote_->ask(caller_, {.text = "q", .history = {}}, [](const auto&) { throw std::out_of_range("enough"); }, {}), std::out_of_range);
}

TEST_F(RemoteWorkbenchTest, SearchCheckReadinessAndKeptResponses) {
  server_.fake.on_search = [](const std::string& question, std::size_t limit, const auto&) {
    return std::vector<app::SearchHit>(limit, {.text = question, .word_rank = 4});
  };
  const auto hits = remote_->search(caller_, "问", 2, {});
  ASSERT_EQ(hits.size(), 2U);
  EXPECT_EQ(hits[1].text, "问");
  EXPECT_EQ(hits[1].word_rank, 4U);
  EXPECT_EQ(remote_->check(caller_).bytes_on_disk, 5'000'000'000U);
  server_.fake.ready = {.ready = false, .problems = {"no model"}, .chat_model = {}, .embedding_model = "e"};
  EXPECT_EQ(remote_->readiness().problems.at(0), "no model");
  EXPECT_FALSE(remote_->kept_response(caller_, "k", sha256("1")));
  remote_->keep_response(caller_, "k", sha256("1"), "{\"a\":\"文\"}");
  EXPECT_EQ(remote_->kept_response(caller_, "k", sha256("1")), "{\"a\":\"文\"}");
  EXPECT_EQ(failure_of([&] { remote_->kept_response(caller_, "k", sha256("2")); }).kind, ErrorKind::Conflict);
}

TEST_F(RemoteWorkbenchTest, TheIndexIsMadeAnewThere) {
  ingest::AddProgress progress;
  EXPECT_EQ(remote_->reindex(caller_, {.on_progress = [&](const auto& one) { progress = one; }, .on_file = {}}, {}).reindexed, 2U);
  EXPECT_EQ(progress.step, "indexing");
}

TEST_F(RemoteWorkbenchTest, WhatWasDeletedIsLookedForThere) {
  EXPECT_EQ(remote_->deletions(caller_).at(0).version, 2);
  const auto report = remote_->verify_deleted(caller_, {}, {}, {});
  EXPECT_EQ(report.findings.at(0).left, std::vector<std::string>{"a file"});
  EXPECT_EQ(report.files, 3U);
  EXPECT_EQ(failure_of([&] { remote_->verify_deleted(caller_, {"doc_there"}, {}, {}); }).kind, ErrorKind::NotFound);
}

TEST_F(RemoteWorkbenchTest, ACallerCannotDoMoreThereThanHere) {
  const identity::Caller reader{.user = "reader", .workspace_id = 7, .rights = static_cast<std::uint32_t>(identity::Right::Read)};
  EXPECT_EQ(failure_of([&] { remote_->remove(reader, "x"); }).kind, ErrorKind::Forbidden);
  EXPECT_EQ(failure_of([&] { remote_->upload(reader, "x", "", {}); }).kind, ErrorKind::Forbidden);
}

TEST_F(RemoteWorkbenchTest, ANameThatIsNotUtf8IsRefusedAndNotChanged) {
  EXPECT_EQ(failure_of([&] { remote_->add(caller_, {"/tmp/\xFF"}, {}, {}); }).kind, ErrorKind::InvalidInput);
}

TEST(RemoteWorkbench, WithoutAServerItIsUnavailable) {
  const TemporaryFolder folder;
  Config config;
  config.data_dir = folder.path();
  EXPECT_EQ(failure_of([&] { connect_workbench(config); }).kind, ErrorKind::Unavailable);
}

TEST(RemoteWorkbench, AnAnswerThatBreaksOffIsAnError) {
  const TemporaryFolder folder;
  Config config;
  config.data_dir = folder.path();
  const net::testing::ScriptedServer server(app::socket_path(config), [](const auto& request, auto& connection) {
    if (request.target == "/healthz") return connection.answer(200, "{}");
    if (request.target == "/local/check") return connection.answer(502, "<html>");
    connection.answer(200, "event: searching\ndata: {\"event\":\"searching\",\"question\":\"q\",\"query\":\"q\"}\n\n");
  });
  const auto remote = connect_workbench(config);
  const auto caller = identity::local_caller(1);
  EXPECT_EQ(failure_of([&] { remote->ask(caller, {.text = "q", .history = {}}, [](const auto&) {}, {}); }).kind, ErrorKind::Unavailable);
  EXPECT_EQ(failure_of([&] { remote->add(caller, {"/x"}, {}, {}); }).kind, ErrorKind::Unavailable);
  EXPECT_EQ(failure_of([&] { remote->check(caller); }).kind, ErrorKind::Unavailable);
}

TEST_F(RemoteWorkbenchTest, JobsAreThoseOfTheOwner) {
  const store::Job add = remote_->submit(caller_, app::AddWork{.paths = {"relative/../x"}}, store::JobPriority::Low);
  EXPECT_EQ(add.priority, store::JobPriority::Low);
  EXPECT_EQ(std::get<app::AddWork>(server_.fake.submitted.at(0)).paths.at(0), std::filesystem::current_path() / "x");
  remote_->submit(caller_, app::SyncWork{.folder = "/papers", .how = {.empties = false, .retries = true}}, store::JobPriority::Normal);
  EXPECT_TRUE(std::get<app::SyncWork>(server_.fake.submitted.at(1)).how.retries);
  const store::Job upload = remote_->submit(caller_, app::UploadWork{.name = "文.txt", .bytes = "bytes"}, store::JobPriority::High);
  EXPECT_EQ(upload.kind, "upload");
  EXPECT_EQ(std::get<app::UploadWork>(server_.fake.submitted.at(2)).bytes, "bytes");
  EXPECT_EQ(remote_->jobs(caller_, 2).size(), 2U);
  EXPECT_EQ(remote_->job(caller_, upload.id).arguments, R"({"name":"文.txt"})");
  EXPECT_EQ(remote_->cancel_job(caller_, add.id).state, store::JobState::Cancelled);
  EXPECT_EQ(remote_->retry_job(caller_, add.id).state, store::JobState::Waiting);
  EXPECT_EQ(failure_of([&] { remote_->job(caller_, "job_99"); }).kind, ErrorKind::NotFound);
}

}  // namespace
}  // namespace panduan::server
