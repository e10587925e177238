#pragma once
#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "app/workbench.h"
#include "base/error.h"

namespace panduan::server::testing {

/// A workbench for tests that says what the test tells it to. For test programs only, and header-only for that reason.
class FakeWorkbench : public app::Workbench {
 public:
  // What it answers with; a call whose function is empty says something plausible.
  std::function<void(const rag::Question&, const rag::EventSink&, const std::stop_token&)> on_ask;
  std::function<ingest::FileResult(const std::string&, const std::string&)> on_upload;
  std::function<ingest::AddSummary(const std::vector<std::filesystem::path>&, const ingest::AddSink&, const std::stop_token&)> on_add;
  std::function<ingest::AddSummary(const std::filesystem::path&, const ingest::SyncOptions&, const ingest::AddSink&)> on_sync;
  std::vector<std::string> folders{"/papers", "/notes"};
  std::vector<store::FileNote> failed;
  std::function<rag::CheckedAnswer(const rag::AnswerToCheck&)> on_check_answer;
  std::function<std::vector<app::SearchHit>(const std::string&, std::size_t, const std::stop_token&)> on_search;
  app::Readiness ready{.ready = true, .problems = {}, .chat_model = "fake-chat", .embedding_model = "fake-embedding"};
  store::IntegrityReport report{.problems = {"a vector is missing"}, .documents = 2, .chunks = 40, .vectors = 39, .bytes_on_disk = 5'000'000'000};
  std::vector<store::Document> documents;
  std::vector<app::KeptConversation> kept_conversations;
  app::WorkspaceSettings settings{
      .voice = {.role = "You are a librarian.", .tone = ""}, .chunk_tokens = 200, .own = {"chunk_tokens", "role"}, .cut_otherwise = 3};
  std::vector<store::Job> kept_jobs;
  std::vector<app::LongWork> submitted;
  std::function<void(const app::LongWork&)> on_submit;
  app::SettingChanges setting_changes;  ///< the last
  std::atomic<int> asked = 0, uploaded = 0;

  identity::Caller local_caller() override { return identity::local_caller(7); }
  ingest::AddSummary add(const identity::Caller&, const std::vector<std::filesystem::path>& paths, const ingest::AddSink& sink,
                         const std::stop_token& stop) override {
    return on_add ? on_add(paths, sink, stop) : ingest::AddSummary{};
  }
  ingest::AddSummary sync(const identity::Caller&, const std::filesystem::path& folder, const ingest::SyncOptions& how, const ingest::AddSink& sink,
                          const std::stop_token&) override {
    return on_sync ? on_sync(folder, how, sink) : ingest::AddSummary{};
  }
  ingest::AddSummary reindex(const identity::Caller&, const ingest::AddSink& sink, const std::stop_token&) override {
    if (sink.on_progress) sink.on_progress({.step = "indexing", .chunks_done = 1, .chunks_total = 2});
    return {.reindexed = 2};
  }
  std::vector<std::string> followed_folders(const identity::Caller&) override { return folders; }
  void unfollow(const identity::Caller&, const std::string& folder) override {
    if (std::erase(folders, folder) == 0) throw Error(ErrorKind::NotFound, "the folder is not followed");
  }
  std::vector<ingest::FileResult> upload(const identity::Caller&, const std::string& name, std::string bytes, const std::stop_token&) override {
    ++uploaded;
    if (on_upload) return {on_upload(name, bytes)};
    const std::lock_guard lock(mutex_);
    documents.push_back(document(name, bytes.size()));
    return {{.source = name, .outcome = ingest::AddOutcome::Added, .reason = {}, .document = documents.back()}};
  }
  app::WorkspaceSettings workspace_settings(const identity::Caller&) override { return settings; }
  app::WorkspaceSettings change_workspace_settings(const identity::Caller&, const app::SettingChanges& changes) override {
    setting_changes = changes;
    return settings;
  }

  store::DocumentList list(const identity::Caller&, std::size_t limit, const std::string& cursor) override {
    const std::lock_guard lock(mutex_);
    store::DocumentList list;
    std::size_t at = cursor.empty() ? 0 : std::stoul(cursor);
    for (; at < documents.size() && list.documents.size() < limit; ++at) list.documents.push_back(documents[at]);
    if (at < documents.size()) list.next = std::to_string(at);
    if (cursor.empty()) list.failed = failed;
    return list;
  }

  store::Document find(const identity::Caller&, const std::string& id_or_source) override {
    const std::lock_guard lock(mutex_);
    return *position(id_or_source);
  }

  store::Document remove(const identity::Caller&, const std::string& id_or_source) override {
    const std::lock_guard lock(mutex_);
    const auto at = position(id_or_source);
    store::Document removed = std::move(*at);
    documents.erase(at);
    return removed;
  }

  std::vector<store::KnownSource> remove_below(const identity::Caller& caller, const std::string& path) override {
    const store::Document removed = remove(caller, path);
    return {{.id = removed.id, .source = removed.source}};
  }

  std::vector<store::Deletion> deletions(const identity::Caller&) override { return {{.document_id = "doc_gone", .version = 2, .deleted_ms = 5}}; }
  store::DeletionReport verify_deleted(const identity::Caller&, const std::vector<std::string>& document_ids,
                                       const std::function<void(std::uint64_t, std::uint64_t)>&, const std::stop_token&) override {
    if (document_ids == std::vector<std::string>{"doc_there"}) throw Error(ErrorKind::NotFound, "nothing was deleted under 'doc_there'");
    store::DeletionReport found;
    found.files = 3;
    found.findings.resize(1);
    found.findings[0].deletion = deletions({}).front();
    found.findings[0].left.emplace_back("a file");
    return found;
  }

  std::vector<app::SearchHit> search(const identity::Caller&, const std::string& question, std::size_t limit, const std::stop_token& stop) override {
    return on_search ? on_search(question, limit, stop) : std::vector<app::SearchHit>{};
  }

  void ask(const identity::Caller&, const rag::Question& question, const rag::EventSink& sink, const std::stop_token& stop) override {
    ++asked;
    if (on_ask) return on_ask(question, sink, stop);
    for (const auto& event : an_answer()) sink(event);
  }

  std::vector<store::Conversation> conversations(const identity::Caller&, std::size_t limit) override {
    const std::lock_guard lock(mutex_);
    std::vector<store::Conversation> found;
    for (const auto& one : kept_conversations) found.push_back(one.about);
    found.resize(std::min(limit, found.size()));
    return found;
  }

  app::KeptConversation conversation(const identity::Caller&, const std::string& id) override {
    const std::lock_guard lock(mutex_);
    for (const auto& one : kept_conversations) {
      if (one.about.id == id) return one;
    }
    throw Error(ErrorKind::NotFound, "there is no conversation '" + id + "'");
  }

  store::Conversation remove_conversation(const identity::Caller& caller, const std::string& id) override {
    const store::Conversation removed = conversation(caller, id).about;
    const std::lock_guard lock(mutex_);
    std::erase_if(kept_conversations, [&](const auto& one) { return one.about.id == id; });
    return removed;
  }

  static app::KeptConversation a_conversation() {
    return {.about = {.id = "conv_1", .title = "谁建的？", .created_ms = 1'700'000'000'000, .last_ms = 1'700'000'060'000, .messages = 2},
            .messages = {{.role = store::Message::Role::User, .text = "谁建的？", .cited_documents = {}, .created_ms = 1'700'000'060'000},
                         {.role = store::Message::Role::Assistant, .text = "林海", .cited_documents = {"doc_1"}, .created_ms = 1'700'000'060'000}}};
  }

  rag::CheckedAnswer check_answer(const identity::Caller&, const rag::AnswerToCheck& answer, const std::stop_token&) override {
    return on_check_answer ? on_check_answer(answer) : a_checked_answer();
  }

  store::Job submit(const identity::Caller& caller, const app::LongWork& work, store::JobPriority priority) override {
    const std::lock_guard lock(mutex_);
    if (on_submit) on_submit(work);
    store::Job job{.id = "job_" + std::to_string(kept_jobs.size() + 1),
                   .workspace = caller.workspace_id,
                   .kind = std::string(app::kind_of(work)),
                   .arguments = app::arguments_of(work),
                   .priority = priority,
                   .created_ms = 1'700'000'000'000};
    kept_jobs.push_back(job);
    submitted.push_back(work);
    return job;
  }
  std::vector<store::Job> jobs(const identity::Caller&, std::size_t limit) override {
    const std::lock_guard lock(mutex_);
    return {kept_jobs.begin(), kept_jobs.begin() + static_cast<std::ptrdiff_t>(std::min(limit, kept_jobs.size()))};
  }
  store::Job job(const identity::Caller&, const std::string& id) override {
    const std::lock_guard lock(mutex_);
    return *kept_job(id);
  }
  store::Job cancel_job(const identity::Caller&, const std::string& id) override {
    const std::lock_guard lock(mutex_);
    kept_job(id)->state = store::JobState::Cancelled;
    return *kept_job(id);
  }
  store::Job retry_job(const identity::Caller&, const std::string& id) override {
    const std::lock_guard lock(mutex_);
    kept_job(id)->state = store::JobState::Waiting;
    return *kept_job(id);
  }

  store::IntegrityReport check(const identity::Caller&) override { return report; }
  app::Readiness readiness() override { return ready; }

  std::optional<std::string> kept_response(const identity::Caller&, const std::string& key, const Sha256& request) override {
    const std::lock_guard lock(mutex_);
    const auto kept = kept_.find(key);
    if (kept == kept_.end()) return std::nullopt;
    if (kept->second.first != request) throw Error(ErrorKind::Conflict, "the key '" + key + "' was used for another request");
    return kept->second.second;
  }

  void keep_response(const identity::Caller&, const std::string& key, const Sha256& request, const std::string& response) override {
    const std::lock_guard lock(mutex_);
    kept_[key] = {request, response};
  }

  static store::Document document(const std::string& source, std::size_t bytes) {
    store::Document document;
    document.id = "doc_" + to_hex(sha256(source)).substr(0, 8);
    document.source = source;
    document.title = "Title of " + source;
    document.media_type = "text/plain";
    document.stamp = {.modified_ns = 1'700'000'000'123'456'789, .bytes = bytes};
    document.content_sha256 = sha256(source);
    document.version = 2;
    document.pages = 3;
    document.chunks = 4;
    document.text_bytes = 900;
    document.added_ms = 1'700'000'000'000;
    return document;
  }

  /// One of each event, every field with a value of its own.
  static std::vector<rag::Event> an_answer() {
    const rag::PassageRead passage{.number = 1,
                                   .document_id = "doc_1",
                                   .source = "/home/me/合同.pdf",
                                   .title = "Contract",
                                   .heading_path = "2 Terms > 2.1 Notice",
                                   .page = "12",
                                   .score = 0.5,
                                   .text = "Either party may end this contract with ninety days' notice."};
    const rag::Quote quote{.number = 1,
                           .passage = 1,
                           .text = "ninety days' notice",
                           .document_id = "doc_1",
                           .source = "/home/me/合同.pdf",
                           .title = "Contract",
                           .heading_path = "2 Terms > 2.1 Notice",
                           .content_sha256 = std::string(64, 'a'),
                           .range = {40, 59},
                           .page = "12",
                           .boxes = {{.text = {40, 46}, .left = 72.5F, .top = 100, .right = 110.25F, .bottom = 112}}};
    return {rag::Searching{.question = "How long is the notice?", .query = "length of notice"},
            rag::Passages{.passages = {passage}},
            quote,
            rag::Statement{.text = "The notice is ninety days.", .quotes = {1}, .is_grounded = true},
            rag::AnswerText{.text = "Ninety days"},
            rag::Verdict{.answered = true,
                         .reason = "A quote says so.",
                         .probability = 0.75,
                         .signals = rag::Signals{.sufficiency = 1.5, .copied = -0.25, .question = 12.5}},
            rag::Done{.model = "fake-chat",
                      .conversation_id = "conv_1",
                      .prompt_tokens = 700,
                      .reused_tokens = 300,
                      .completion_tokens = 40,
                      .rewrite_ms = 2.5,
                      .search_ms = 12.5,
                      .prefill_ms = 800,
                      .decode_ms = 900,
                      .first_event_ms = 850,
                      .total_ms = 1750}};
  }

  /// A statement of each kind, every field with a value of its own.
  static rag::CheckedAnswer a_checked_answer() {
    const rag::Quote quote = std::get<rag::Quote>(an_answer().at(2));
    rag::CheckedAnswer checked{
        .statements = std::vector<rag::CheckedStatement>(2), .summary = "1 of 2 statements is supported.", .done = std::get<rag::Done>(an_answer().back())};
    rag::CheckedStatement& good = checked.statements.front();
    good.statement = {.text = "It is ninety days.", .range = {0, 18}};
    good.grounding = rag::Grounding::Supported;
    good.quotes = {quote};
    good.shared_words = 0.75;
    good.log_odds = 2.5;
    rag::CheckedStatement& bad = checked.statements.back();
    bad.statement = {.text = "It began in 1923.", .range = {19, 36}};
    bad.grounding = rag::Grounding::Contradicted;
    bad.reasons = {{.finding = {.kind = rag::FindingKind::Date, .said = "1923", .in_source = "1932"}, .text = "the source says '1932', the answer '1923'"}};
    bad.quotes = {quote};
    bad.shared_words = 0.5;
    return checked;
  }

 private:
  std::vector<store::Job>::iterator kept_job(const std::string& id) {
    const auto found = std::ranges::find(kept_jobs, id, &store::Job::id);
    if (found == kept_jobs.end()) throw Error(ErrorKind::NotFound, "there is no job '" + id + "'");
    return found;
  }
  std::vector<store::Document>::iterator position(const std::string& id_or_source) {
    for (auto at = documents.begin(); at != documents.end(); ++at) {
      if (at->id == id_or_source || at->source == id_or_source) return at;
    }
    throw Error(ErrorKind::NotFound, "there is no document '" + id_or_source + "'");
  }

  std::mutex mutex_;
  std::map<std::string, std::pair<Sha256, std::string>> kept_;
};

}  // namespace panduan::server::testing
