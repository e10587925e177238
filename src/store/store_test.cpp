#include "store/store.h"

#include <gmock/gmock.h>

#include <fstream>

#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "store/testing/text_version.h"

namespace panduan::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class StoreTest : public ::testing::Test {
 protected:
  void reopen() {
    store_.reset();
    store_ = open_sqlite_store(folder_.path());
  }

  NewVersion version(const std::string& source, const std::string& text) {
    NewVersion version = testing::text_version(source, text, model_);
    version.chunks.push_back({.text = {0, text.size()}, .heading_path = "H", .tokens = 3, .words = text, .vector = {0.6F, 0.8F}});
    return version;
  }

  /// Whether the bytes are anywhere in the store's files.
  bool on_disk(const std::string& words) {
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      if (read_file(entry.path(), 1U << 30U).find(words) != std::string::npos) return true;
    }
    return false;
  }

  TemporaryFolder folder_;
  std::unique_ptr<Store> store_ = open_sqlite_store(folder_.path());
  WorkspaceId workspace_ = store_->workspace("default");
  EmbeddingModelId model_ = store_->embedding_model(workspace_, {.fingerprint = "f", .name = "m", .dims = 2});
};

std::vector<ScoredChunk> words(const Store& store, WorkspaceId workspace, const std::string& term) {
  const std::vector<std::string> terms{term};
  return store.search_words(workspace, terms, 10);
}

TEST_F(StoreTest, FindsADocumentByItsWordsAfterReopening) {
  const Document put = store_->put_version(workspace_, version("/a", "alpha beta"));
  reopen();
  const auto hits = words(*store_, workspace_, "beta");
  ASSERT_THAT(hits, SizeIs(1));
  const auto passage = store_->passage(workspace_, hits[0].chunk);
  ASSERT_TRUE(passage);
  EXPECT_EQ(passage->text, "alpha beta");
  EXPECT_EQ(passage->document_id, put.id);
  EXPECT_THAT(store_->check().problems, IsEmpty());
}

TEST_F(StoreTest, ReplacesTheContentWhenASourceChanges) {
  const Document first = store_->put_version(workspace_, version("/a", "alpha"));
  const Document second = store_->put_version(workspace_, version("/a", "omega"));
  EXPECT_EQ(second.id, first.id);
  EXPECT_EQ(second.version, 2);
  EXPECT_THAT(words(*store_, workspace_, "alpha"), IsEmpty());
  EXPECT_THAT(words(*store_, workspace_, "omega"), SizeIs(1));
  EXPECT_THAT(store_->check().problems, IsEmpty());
}

TEST_F(StoreTest, SharesTheContentOfTwoSourcesWithTheSameBytes) {
  const Document first = store_->put_version(workspace_, version("/a", "alpha"));
  const auto second = store_->put_known_content(workspace_, {.source = "/b", .content_sha256 = sha256("alpha"), .media_type = "text/plain"});
  ASSERT_TRUE(second);
  EXPECT_THAT(words(*store_, workspace_, "alpha"), SizeIs(1));
  EXPECT_TRUE(store_->remove_document(workspace_, first.id));
  EXPECT_THAT(words(*store_, workspace_, "alpha"), SizeIs(1)) << "the other document still holds it";
  EXPECT_TRUE(store_->remove_document(workspace_, second->id));
  EXPECT_THAT(words(*store_, workspace_, "alpha"), IsEmpty());
  EXPECT_EQ(store_->check().chunks, 0U);
}

TEST_F(StoreTest, AnotherModelIsSearchedFromOneMomentToTheNext) {
  store_->put_version(workspace_, version("/a", "alpha"));
  store_->put_version(workspace_, version("/b", "beta"));
  EXPECT_EQ(store_->searched_model(workspace_)->fingerprint, "f");
  EXPECT_FALSE(store_->has_other_vectors(workspace_, model_));
  const auto other = store_->embedding_model(workspace_, {.fingerprint = "g", .name = "n", .dims = 2});
  EXPECT_TRUE(store_->has_other_vectors(workspace_, other));
  EXPECT_EQ(store_->count_without_vector(workspace_, other), 2U);
  const auto first = store_->chunks_without_vector(workspace_, other, 0, 1);
  ASSERT_THAT(first, SizeIs(1));
  EXPECT_EQ(first[0].text, "alpha");
  EXPECT_EQ(first[0].heading_path, "H");
  store_->put_vectors(workspace_, other, std::vector{first[0].chunk, ChunkId{999}}, std::vector{1.0F, 0.0F, 0.5F, 0.5F});
  EXPECT_FALSE(store_->search_with(workspace_, other)) << "beta has no vector yet";
  EXPECT_EQ(store_->searched_model(workspace_)->fingerprint, "f");
  reopen();
  const auto second = store_->chunks_without_vector(workspace_, other, 0, 9);
  ASSERT_THAT(second, SizeIs(1));
  EXPECT_EQ(second[0].text, "beta");
  EXPECT_THAT(store_->chunks_without_vector(workspace_, other, second[0].chunk, 9), IsEmpty());
  store_->put_vectors(workspace_, other, std::vector{second[0].chunk}, std::vector{0.0F, 1.0F});
  const auto before = store_->index_generation(workspace_);
  EXPECT_TRUE(store_->search_with(workspace_, other));
  EXPECT_NE(store_->index_generation(workspace_), before);
  EXPECT_EQ(store_->searched_model(workspace_)->fingerprint, "g");
  EXPECT_EQ(store_->erase_other_vectors(workspace_, other, 1), 1U);
  EXPECT_EQ(store_->erase_other_vectors(workspace_, other, 5), 1U);
  EXPECT_FALSE(store_->has_other_vectors(workspace_, other));
  EXPECT_EQ(store_->vectors(workspace_, other, std::vector{first[0].chunk}, 2), (std::vector{1.0F, 0.0F}));
  EXPECT_THAT(store_->check().problems, IsEmpty());
}

TEST_F(StoreTest, AnEmptyStoreTakesAnotherModelAtOnce) {
  store_->embedding_model(workspace_, {.fingerprint = "g", .name = "n", .dims = 2});
  EXPECT_EQ(store_->searched_model(workspace_)->fingerprint, "g");
}

TEST_F(StoreTest, KnowsNoContentThatWasCutInAnotherWay) {
  NewVersion cut = version("/a", "alpha");
  cut.chunking = "256 tokens";
  const Document document = store_->put_version(workspace_, cut);
  EXPECT_TRUE(store_->is_prepared(workspace_, document.id, "256 tokens"));
  EXPECT_FALSE(store_->is_prepared(workspace_, document.id, "100 tokens"));
  EXPECT_EQ(store_->count_cut_otherwise(workspace_, "256 tokens"), 0U);
  EXPECT_EQ(store_->count_cut_otherwise(workspace_, "100 tokens"), 1U);
  const KnownContent known{.source = "/b", .content_sha256 = sha256("alpha"), .media_type = "text/plain", .chunking = "100 tokens"};
  EXPECT_FALSE(store_->put_known_content(workspace_, known));
  cut.chunking = "100 tokens";
  store_->put_version(workspace_, cut);
  EXPECT_TRUE(store_->is_prepared(workspace_, document.id, "100 tokens"));
}

TEST_F(StoreTest, KeepsTheSettingsOfAWorkspace) {
  const WorkspaceId other = store_->workspace("other");
  store_->set(workspace_, {{"role", "a"}, {"tone", "b"}});
  store_->set(workspace_, {{"role", "c"}, {"tone", std::nullopt}});
  EXPECT_THAT(store_->settings(workspace_), ::testing::ElementsAre(::testing::Pair("role", "c")));
  EXPECT_THAT(store_->settings(other), IsEmpty());
}

TEST_F(StoreTest, LeavesNoWordOfARemovedDocumentOnTheDisk) {
  const Document document = store_->put_version(workspace_, version("/a", "xylographica"));
  store_->put_version(workspace_, version("/b", "beta"));
  store_->keep_response(workspace_, "key", sha256("upload"), document.id + " xylographica");
  ASSERT_TRUE(on_disk("xylographica"));
  ASSERT_TRUE(store_->remove_document(workspace_, document.id));
  EXPECT_FALSE(on_disk("xylographica")) << "while the store is open";
  store_.reset();
  EXPECT_FALSE(on_disk("xylographica"));
}

TEST_F(StoreTest, LeavesNoWordOfAReplacedVersionOnTheDisk) {
  store_->put_version(workspace_, version("/a", "xylographica"));
  store_->put_version(workspace_, version("/a", "omega"));
  EXPECT_FALSE(on_disk("xylographica"));
}

TEST_F(StoreTest, KeepsWorkspacesApart) {
  const WorkspaceId other = store_->workspace("other");
  const Document document = store_->put_version(workspace_, version("/a", "alpha"));
  const auto hits = words(*store_, workspace_, "alpha");
  EXPECT_THAT(words(*store_, other, "alpha"), IsEmpty());
  EXPECT_FALSE(store_->passage(other, hits[0].chunk));
  EXPECT_FALSE(store_->find_document(other, document.id));
  EXPECT_FALSE(store_->remove_document(other, document.id));
  EXPECT_FALSE(store_->text(other, store_->passage(workspace_, hits[0].chunk)->content_id, {0, 1}));
  EXPECT_THROW(store_->document_bytes(other, document.id), Error);
}

TEST_F(StoreTest, GivesThePageAndTheBoxesOfARange) {
  NewVersion paged = version("/p", "one two three");
  paged.parsed.pages = {{.label = "1", .text = {0, 3}, .width = 100, .height = 200, .words = {{{0, 3}, 1, 2, 3, 4}}},
                        {.label = "2", .text = {4, 13}, .width = 100, .height = 200, .words = {{{4, 7}, 1.5F, 2, 3, 4}, {{8, 13}, 5, 6, 7, 8}}}};
  store_->put_version(workspace_, paged);
  const auto passage = store_->passage(workspace_, words(*store_, workspace_, "two")[0].chunk);
  const auto place = store_->place(workspace_, passage->content_id, {8, 13});
  ASSERT_TRUE(place);
  EXPECT_EQ(place->label, "2");
  ASSERT_THAT(place->words, SizeIs(1));
  EXPECT_FLOAT_EQ(place->words[0].left, 5);
}

TEST_F(StoreTest, ASectionIsTheChunksAroundUnderTheSameHeadings) {
  NewVersion long_one = version("/s", "intro. one. two. three. four. other");
  long_one.chunks.clear();
  const auto add = [&](std::size_t begin, std::size_t end, const std::string& heading) {
    long_one.chunks.push_back(
        {.text = {begin, end}, .heading_path = heading, .tokens = 10, .words = long_one.bytes.substr(begin, end - begin), .vector = {0.6F, 0.8F}});
  };
  add(0, 6, "A");
  add(7, 11, "A › B");
  add(12, 16, "A › B");
  add(17, 23, "A › B");
  add(24, 29, "A › B");
  add(30, 35, "A › C");
  store_->put_version(workspace_, long_one);
  const auto two = *store_->passage(workspace_, words(*store_, workspace_, "two.")[0].chunk);
  EXPECT_EQ(store_->section_around(workspace_, two, 5).text, "two.");
  EXPECT_EQ(store_->section_around(workspace_, two, 20).text, "two. three.") << "what follows first";
  EXPECT_EQ(store_->section_around(workspace_, two, 35).text, "one. two. three.");
  const auto whole = store_->section_around(workspace_, two, 1000);
  EXPECT_EQ(whole.text, "one. two. three. four.");
  EXPECT_EQ(whole.range, (documents::ByteRange{7, 29}));
  EXPECT_EQ(whole.chunk, two.chunk);
  EXPECT_EQ(store_->section_around(store_->workspace("other"), two, 1000).text, "two.") << "not theirs to read";
}

TEST_F(StoreTest, ListsInPagesNewestFirst) {
  for (const char* name : {"/a", "/b", "/c"}) store_->put_version(workspace_, version(name, name));
  const auto first = store_->list_documents(workspace_, 2, "");
  ASSERT_THAT(first.documents, SizeIs(2));
  EXPECT_EQ(first.documents[0].source, "/c");
  const auto second = store_->list_documents(workspace_, 2, first.next);
  ASSERT_THAT(second.documents, SizeIs(1));
  EXPECT_EQ(second.documents[0].source, "/a");
  EXPECT_EQ(second.next, "");
  EXPECT_THROW(store_->list_documents(workspace_, 2, "x"), Error);
}

TEST_F(StoreTest, ErasesTheMessagesThatCiteARemovedDocument) {
  const Document document = store_->put_version(workspace_, version("/a", "alpha"));
  const auto conversation = store_->create_conversation(workspace_, "t");
  const std::vector<Message> turn{{.role = Message::Role::User, .text = "what?"},
                                  {.role = Message::Role::Assistant, .text = "alpha", .cited_documents = {document.id}}};
  store_->add_messages(workspace_, conversation.id, turn);
  store_->remove_document(workspace_, document.id);
  const auto messages = store_->messages(workspace_, conversation.id);
  ASSERT_THAT(messages, SizeIs(2));
  EXPECT_EQ(messages[0].text, "what?");
  EXPECT_EQ(messages[1].text, "");
  store_->add_messages(workspace_, conversation.id, turn);
  EXPECT_EQ(store_->messages(workspace_, conversation.id).back().text, "") << "the document was removed while it was quoted";
}

TEST_F(StoreTest, KeepsConversationsOfOneWorkspaceTheLastSpokenInFirst) {
  const std::vector<Message> turn{{.role = Message::Role::User, .text = "what?"}, {.role = Message::Role::Assistant, .text = "that"}};
  const auto first = store_->create_conversation(workspace_, "first");
  const auto second = store_->create_conversation(workspace_, "second");
  EXPECT_THAT(store_->list_conversations(workspace_, 10), IsEmpty()) << "nothing was said in them";
  for (const auto& id : {first.id, second.id, first.id}) store_->add_messages(workspace_, id, turn);
  const auto listed = store_->list_conversations(workspace_, 10);
  ASSERT_THAT(listed, SizeIs(2));
  EXPECT_EQ(listed[0].title, "first");
  EXPECT_EQ(listed[0].messages, 4U);
  EXPECT_THAT(store_->list_conversations(workspace_, 1), SizeIs(1));
  const auto other = store_->workspace("other");
  EXPECT_THAT(store_->list_conversations(other, 10), IsEmpty());
  EXPECT_FALSE(store_->find_conversation(other, first.id));
  EXPECT_FALSE(store_->remove_conversation(other, first.id));
  EXPECT_THROW(store_->add_messages(other, first.id, turn), Error);
  EXPECT_TRUE(store_->find_conversation(workspace_, first.id));
}

TEST_F(StoreTest, ARemovedConversationIsNotInTheFileAnyMore) {
  const auto conversation = store_->create_conversation(workspace_, "a title of its own");
  const std::vector<Message> turn{{.role = Message::Role::User, .text = "an unmistakable question"}};
  store_->add_messages(workspace_, conversation.id, turn);
  EXPECT_TRUE(store_->remove_conversation(workspace_, conversation.id));
  EXPECT_FALSE(store_->remove_conversation(workspace_, conversation.id));
  EXPECT_FALSE(store_->find_conversation(workspace_, conversation.id));
  EXPECT_THAT(store_->messages(workspace_, conversation.id), IsEmpty());
  for (const char* name : {"panduan.db", "panduan.db-wal"}) {
    const std::string bytes = std::filesystem::exists(folder_.path() / name) ? read_file(folder_.path() / name, 100'000'000) : "";
    EXPECT_EQ(bytes.find("unmistakable"), std::string::npos) << name;
    EXPECT_EQ(bytes.find("a title of its own"), std::string::npos) << name;
  }
}

TEST_F(StoreTest, RefusesAnIdempotencyKeyForAnotherRequest) {
  store_->keep_response(workspace_, "k", sha256("request"), "response");
  EXPECT_EQ(store_->kept_response(workspace_, "k", sha256("request")), "response");
  EXPECT_EQ(store_->kept_response(workspace_, "other", sha256("request")), std::nullopt);
  EXPECT_THROW(store_->kept_response(workspace_, "k", sha256("another")), Error);
}

TEST_F(StoreTest, GivesAKeptResponseForADay) {
  struct SetClock final : Clock {
    std::int64_t now = 1'000'000'000;
    std::int64_t now_ms() const override { return now; }
  } clock;
  store_.reset();
  store_ = open_sqlite_store(folder_.path(), clock);
  constexpr std::int64_t kHourMs = 3'600'000;
  store_->keep_response(workspace_, "k", sha256("request"), "response");
  clock.now += 23 * kHourMs;
  EXPECT_EQ(store_->kept_response(workspace_, "k", sha256("request")), "response");
  clock.now += 2 * kHourMs;
  EXPECT_EQ(store_->kept_response(workspace_, "k", sha256("request")), std::nullopt);
  store_.reset();  // before its clock
}

TEST_F(StoreTest, TakesTermsThatLookLikeQuerySyntax) {
  store_->put_version(workspace_, version("/a", "near and"));
  const std::vector<std::string> terms{"near", "\"", "and", "*", "terms:x"};
  EXPECT_THAT(store_->search_words(workspace_, terms, 5), SizeIs(1));
}

TEST_F(StoreTest, SaysSoWhenTheFileIsNoStore) {
  store_.reset();
  std::filesystem::remove(folder_.path() / "panduan.db-wal");
  std::ofstream(folder_.path() / "panduan.db") << std::string(8192, 'x');
  try {
    open_sqlite_store(folder_.path());
    FAIL() << "opened";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::Corrupt);
  }
}

TEST(StoreMigrations, OpenAStoreOfEveryPastSchema) {
  for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(PANDUAN_TEST_DATA) / "stores")) {
    const TemporaryFolder folder;
    std::filesystem::copy_file(entry.path(), folder.path() / "panduan.db");
    const auto store = open_sqlite_store(folder.path());
    const auto workspace = store->workspace("default");
    EXPECT_THAT(words(*store, workspace, "bridge"), SizeIs(1)) << entry.path();
    EXPECT_THAT(store->check().problems, IsEmpty()) << entry.path();
  }
}

TEST_F(StoreTest, KeepsWhatWasLeftOutAndWhatWasReadFromPictures) {
  NewVersion scanned = version("/scan.pdf", "apples");
  scanned.parsed.hidden_words = 7;
  scanned.parsed.recognised_pages = 2;
  scanned.parsed.picture_pages = {1, 4};
  scanned.parsed.read_pictures = 5;
  scanned.parsed.pictures = {{.part = "a.png", .at = 0}};
  store_->put_version(workspace_, scanned);
  reopen();
  const auto kept = store_->find_document_by_source(workspace_, "/scan.pdf");
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->hidden_words, 7U);
  EXPECT_EQ(kept->recognised_pages, 2U);
  EXPECT_EQ(kept->read_pictures, 5U);
  EXPECT_EQ(kept->unread_pages, 3U);
}

TEST_F(StoreTest, SourcesBelowAPathAreThoseOfThatFolderAlone) {
  for (const char* source : {"/a/b.txt", "/a/c/d.txt", "/ab.txt", "/a", "/a.txt"}) store_->put_version(workspace_, version(source, source));
  std::vector<std::string> below;
  for (const KnownSource& known : store_->sources_below(workspace_, "/a", "")) below.push_back(known.source);
  EXPECT_THAT(below, ElementsAre("/a", "/a/b.txt", "/a/c/d.txt"));
  const auto other = store_->workspace("other");
  EXPECT_THAT(store_->sources_below(other, "/a", ""), IsEmpty());
  EXPECT_FALSE(store_->sources_below(workspace_, "/a", "cut otherwise").at(0).is_prepared);
  EXPECT_TRUE(store_->sources_below(workspace_, "/a", "").at(0).is_prepared);
}

TEST_F(StoreTest, AMovedDocumentKeepsItsIdAndTakesNoOthersPlace) {
  const std::string id = store_->put_version(workspace_, version("/old.txt", "apples")).id;
  store_->put_version(workspace_, version("/taken.txt", "pears"));
  EXPECT_FALSE(store_->move_document(workspace_, id, "/taken.txt", {}));
  EXPECT_FALSE(store_->move_document(store_->workspace("other"), id, "/new.txt", {}));
  EXPECT_TRUE(store_->move_document(workspace_, id, "/new.txt", {.modified_ns = 9, .bytes = 6}));
  EXPECT_FALSE(store_->find_document_by_source(workspace_, "/old.txt"));
  const auto moved = store_->find_document_by_source(workspace_, "/new.txt");
  ASSERT_TRUE(moved);
  EXPECT_EQ(moved->id, id);
  EXPECT_EQ(moved->stamp.modified_ns, 9);
  EXPECT_EQ(moved->version, 1);
  EXPECT_THAT(store_->check().problems, IsEmpty());
}

TEST_F(StoreTest, ANoteOfAFileGoesWhenItsDocumentIsWritten) {
  store_->note_file(workspace_, {.source = "/a.txt", .stamp = {.modified_ns = 1, .bytes = 2}, .chunking = "c", .reason = "broken"});
  store_->note_file(workspace_, {.source = "/b/c.txt", .stamp = {}, .chunking = "c", .reason = "has a password"});
  reopen();
  ASSERT_THAT(store_->file_notes(workspace_, ""), SizeIs(2));
  ASSERT_THAT(store_->file_notes(workspace_, "/b"), SizeIs(1));
  EXPECT_EQ(store_->file_notes(workspace_, "/b")[0].reason, "has a password");
  store_->put_version(workspace_, version("/a.txt", "apples"));
  store_->forget_file(workspace_, "/b/c.txt");
  EXPECT_THAT(store_->file_notes(workspace_, ""), IsEmpty());
}

TEST_F(StoreTest, FollowedFoldersAreKeptOnce) {
  store_->follow_folder(workspace_, "/papers");
  store_->follow_folder(workspace_, "/papers");
  reopen();
  EXPECT_THAT(store_->followed_folders(workspace_), ElementsAre("/papers"));
  EXPECT_TRUE(store_->unfollow_folder(workspace_, "/papers"));
  EXPECT_FALSE(store_->unfollow_folder(workspace_, "/papers"));
}

Job a_job(WorkspaceId workspace, const std::string& arguments, JobPriority priority = JobPriority::Normal) {
  return {.workspace = workspace, .kind = "add", .arguments = arguments, .user = "me", .rights = 3, .priority = priority};
}

TEST_F(StoreTest, AJobIsThereAsItWasWrittenAndOnlyForItsWorkspace) {
  Job job = store_->put_job(a_job(workspace_, "{}", JobPriority::High), std::nullopt);
  EXPECT_TRUE(job.id.starts_with("job_"));
  job.state = JobState::Failed;
  job.attempts = 4;
  job.progress = "1";
  job.result = "2";
  job.error = "3";
  job.error_kind = "busy";
  job.started_ms = 5;
  job.finished_ms = 6;
  job.next_attempt_ms = 7;
  EXPECT_TRUE(store_->update_job(job));
  reopen();
  const auto found = store_->find_job(workspace_, job.id);
  ASSERT_TRUE(found);
  EXPECT_EQ(std::tie(found->kind, found->arguments, found->user, found->rights, found->priority, found->state, found->attempts, found->progress, found->result,
                     found->error, found->error_kind, found->created_ms, found->started_ms, found->finished_ms, found->next_attempt_ms),
            std::tie(job.kind, job.arguments, job.user, job.rights, job.priority, job.state, job.attempts, job.progress, job.result, job.error, job.error_kind,
                     job.created_ms, job.started_ms, job.finished_ms, job.next_attempt_ms));
  const WorkspaceId other = store_->workspace("other");
  EXPECT_FALSE(store_->find_job(other, job.id));
  EXPECT_THAT(store_->list_jobs(other, 10), IsEmpty());
  job.workspace = other;
  EXPECT_FALSE(store_->update_job(job));
}

TEST_F(StoreTest, JobsAreTakenByPriorityAndAgeAndListedAsTheyRunWaitAndEnded) {
  const auto put = [&](const std::string& name, JobPriority priority, JobState state, std::int64_t finished_ms, std::int64_t next_ms = 0) {
    Job job = a_job(workspace_, name, priority);
    job.state = state;
    job.finished_ms = finished_ms;
    job.next_attempt_ms = next_ms;
    store_->put_job(job, std::nullopt);
  };
  put("early", JobPriority::Normal, JobState::Done, 100);
  put("later", JobPriority::High, JobState::Waiting, 0, 5000);
  put("first", JobPriority::Normal, JobState::Waiting, 0);
  put("second", JobPriority::Normal, JobState::Waiting, 0);
  put("urgent", JobPriority::High, JobState::Waiting, 0);
  put("running", JobPriority::Low, JobState::Running, 0);
  put("late", JobPriority::Low, JobState::Failed, 200);
  std::vector<std::string> listed;
  for (const Job& job : store_->list_jobs(workspace_, 10)) listed.push_back(job.arguments);
  EXPECT_THAT(listed, ElementsAre("running", "later", "urgent", "first", "second", "late", "early"));
  EXPECT_EQ(store_->next_job(1000)->arguments, "urgent");
  EXPECT_EQ(store_->next_job(5000)->arguments, "later");
  EXPECT_EQ(store_->find_waiting_job(workspace_, "add", "second")->arguments, "second");
  EXPECT_FALSE(store_->find_waiting_job(workspace_, "add", "running"));
  store_->put_job(a_job(workspace_, "bytes"), "some");
  EXPECT_FALSE(store_->find_waiting_job(workspace_, "add", "bytes")) << "the bytes may be others";
  EXPECT_FALSE(store_->find_waiting_job(store_->workspace("other"), "add", "second"));
  ASSERT_THAT(store_->running_jobs(), SizeIs(1));
  store_->set_job_progress(workspace_, store_->running_jobs()[0].id, "half");
  EXPECT_EQ(store_->running_jobs()[0].progress, "half");
  store_->remove_job(workspace_, store_->running_jobs()[0].id);
  EXPECT_THAT(store_->running_jobs(), IsEmpty());
}

TEST_F(StoreTest, OldJobsGoAndWhatIsNotOverStays) {
  for (int i = 1; i <= 5; ++i) {
    Job job = a_job(workspace_, std::to_string(i));
    job.state = JobState::Done;
    job.finished_ms = i * 100;
    store_->put_job(job, std::nullopt);
  }
  store_->put_job(a_job(workspace_, "waits"), std::nullopt);
  store_->remove_old_jobs(workspace_, 200, 10);
  EXPECT_THAT(store_->list_jobs(workspace_, 10), SizeIs(5));
  store_->remove_old_jobs(store_->workspace("other"), 1000, 0);
  EXPECT_THAT(store_->list_jobs(workspace_, 10), SizeIs(5));
  store_->remove_old_jobs(workspace_, 0, 2);
  std::vector<std::string> left;
  for (const Job& job : store_->list_jobs(workspace_, 10)) left.push_back(job.arguments);
  EXPECT_THAT(left, ElementsAre("waits", "5", "4"));
}

TEST_F(StoreTest, TheBytesOfAJobAreNowhereOnceItIsOver) {
  const std::string secret = "only for as long as it takes";
  Job job = store_->put_job(a_job(workspace_, "{}"), secret);
  EXPECT_EQ(store_->job_bytes(workspace_, job.id), secret);
  EXPECT_THROW(store_->job_bytes(store_->workspace("other"), job.id), Error);
  reopen();
  EXPECT_EQ(store_->job_bytes(workspace_, job.id), secret);
  EXPECT_TRUE(on_disk(secret));
  job.state = JobState::Waiting;
  store_->update_job(job);
  EXPECT_EQ(store_->job_bytes(workspace_, job.id), secret);
  job.state = JobState::Cancelled;
  job.finished_ms = 1;
  store_->update_job(job);
  EXPECT_THROW(store_->job_bytes(workspace_, job.id), Error);
  EXPECT_FALSE(on_disk(secret));
  EXPECT_THAT(store_->check().problems, IsEmpty());
}

}  // namespace
}  // namespace panduan::store
