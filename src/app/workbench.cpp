#include "app/workbench.h"

#include <fmt/format.h>
#include <unistd.h>

#include <future>

#include "app/conversation.h"
#include "app/local_workbench.h"
#include "base/error.h"
#include "base/unicode.h"
#include "ingest/ingester.h"
#include "llm/model_catalogue.h"
#include "rag/answerer.h"
#include "rag/nearest_quotes.h"

// The composition root: which objects exist, made by plain constructors.
namespace panduan::app {
namespace {

FileLock take_lock(const Config& config) {
  std::error_code error;
  std::filesystem::create_directories(config.data_dir, error);
  if (error) throw error_from_errno(error.value(), fmt::format("cannot make the data folder '{}'", config.data_dir.string()));
  const auto file = config.data_dir / "lock";
  auto lock = FileLock::try_acquire(file);
  if (!lock)
    throw Error(ErrorKind::Busy, fmt::format("the store in '{}' is in use by process {}: wait until it is done, or use another --data folder",
                                             config.data_dir.string(), read_file(file, 64)));
  lock->set_owner(std::to_string(::getpid()));
  return *std::move(lock);
}

void check_question_text(const std::string& text) {
  if (text.size() > kMaxQuestionBytes)
    throw Error(ErrorKind::TooLarge,
                fmt::format("the question has {} bytes, the limit is {}: shorten it, or add the long text as a document", text.size(), kMaxQuestionBytes));
  if (const auto at = first_invalid_utf8(text); at != std::string::npos)
    throw Error(ErrorKind::InvalidInput, fmt::format("the question is not UTF-8 (byte {}): check the terminal's encoding", at));
  if (fold_to_letters_and_digits(text).empty()) throw Error(ErrorKind::InvalidInput, "the question is empty: write what you want to know");
}

}  // namespace

void check_question(const rag::Question& question) {
  check_question_text(question.text);
  if (question.risk && !(*question.risk >= 0 && *question.risk <= 1))
    throw Error(ErrorKind::InvalidInput, fmt::format("the risk is {}, expected a number from 0 to 1", *question.risk));
  if (!question.conversation_id.empty() && !question.history.empty())
    throw Error(ErrorKind::InvalidInput, "a question of a kept conversation has no chat history of its own: leave out one of the two");
  std::size_t history = 0;
  for (const auto& turn : question.history) {
    if (!is_valid_utf8(turn.content)) throw Error(ErrorKind::InvalidInput, "the chat history is not UTF-8");
    history += turn.content.size();
  }
  if (history > kMaxHistoryBytes)
    throw Error(ErrorKind::TooLarge, fmt::format("the chat history has {} bytes, the limit is {}: leave out its oldest turns", history, kMaxHistoryBytes));
}

void check_answer_to_check(const rag::AnswerToCheck& answer) {
  if (answer.text.size() > kMaxCheckedAnswerBytes)
    throw Error(ErrorKind::TooLarge, fmt::format("the answer has over {} bytes: check it in parts", kMaxCheckedAnswerBytes));
  if (const auto at = first_invalid_utf8(answer.text); at != std::string::npos)
    throw Error(ErrorKind::InvalidInput, fmt::format("the answer is not UTF-8 (byte {}): save it as UTF-8", at));
  if (fold_to_letters_and_digits(answer.text).empty()) throw Error(ErrorKind::InvalidInput, "the answer is empty: give the text that is to be checked");
  if (!answer.sources) return;
  if (answer.sources->empty()) throw Error(ErrorKind::InvalidInput, "the list of sources is empty: give one, or leave it out to check against the documents");
  std::size_t bytes = 0;
  for (const rag::Source& source : *answer.sources) {
    if (!is_valid_utf8(source.document.text)) throw Error(ErrorKind::InvalidInput, fmt::format("the source '{}' is not UTF-8", source.name));
    if (fold_to_letters_and_digits(source.document.text).empty()) throw Error(ErrorKind::InvalidInput, fmt::format("the source '{}' has no text", source.name));
    bytes += source.document.text.size();
  }
  if (bytes > kMaxSourcesBytes)
    throw Error(ErrorKind::TooLarge,
                fmt::format("the sources have {} bytes of text, the limit is {}: give fewer, or add them as documents", bytes, kMaxSourcesBytes));
}

std::filesystem::path socket_path(const Config& config) { return config.data_dir / "socket"; }

std::unique_ptr<OwningWorkbench> open_workbench(const Config& config) { return std::make_unique<LocalWorkbench>(config); }

LocalWorkbench::LocalWorkbench(const Config& config)
    : config_(config), lock_(take_lock(config)), store_(store::open_sqlite_store(config.data_dir)), workspace_(store_->workspace("default")), models_(config),
      work_(*store_, [this](const identity::Caller& caller) {
        return ingest::Ingester(*store_, models_.embedder(), ingest_options(workspace_settings(caller), config_));
      }) {}

identity::Caller LocalWorkbench::local_caller() { return identity::local_caller(workspace_); }

retrieval::Retriever& LocalWorkbench::retriever() {
  llm::Embedder* embedder = &models_.embedder();
  const auto searched = store_->searched_model(workspace_);
  if (searched && searched->fingerprint != embedder->fingerprint()) {
    if (auto* former = models_.former_embedder(searched->name, searched->fingerprint)) embedder = former;
  }
  const std::lock_guard lock(mutex_);
  auto& retriever = retrievers_[embedder->fingerprint()];
  if (!retriever) retriever = std::make_unique<retrieval::Retriever>(*store_, *embedder);
  return *retriever;
}

ingest::AddSummary LocalWorkbench::add(const identity::Caller& caller, const std::vector<std::filesystem::path>& paths, const ingest::AddSink& sink,
                                       const std::stop_token& stop) {
  return work_.add(caller, {.paths = paths}, sink, stop);
}

ingest::AddSummary LocalWorkbench::sync(const identity::Caller& caller, const std::filesystem::path& folder, const ingest::SyncOptions& how,
                                        const ingest::AddSink& sink, const std::stop_token& stop) {
  return work_.sync(caller, {.folder = folder, .how = how}, sink, stop);
}

ingest::AddSummary LocalWorkbench::reindex(const identity::Caller& caller, const ingest::AddSink& sink, const std::stop_token& stop) {
  return work_.reindex(caller, sink, stop);
}

std::vector<std::string> LocalWorkbench::followed_folders(const identity::Caller& caller) {
  identity::require(caller, identity::Right::Read);
  return store_->followed_folders(caller.workspace_id);
}

void LocalWorkbench::unfollow(const identity::Caller& caller, const std::string& folder) {
  identity::require(caller, identity::Right::Write);
  if (!store_->unfollow_folder(caller.workspace_id, folder))
    throw Error(ErrorKind::NotFound, fmt::format("the folder '{}' is not followed: 'panduan sync --list' shows which are", folder));
}

std::vector<ingest::FileResult> LocalWorkbench::upload(const identity::Caller& caller, const std::string& name, std::string bytes,
                                                       const std::stop_token& stop) {
  return work_.upload(caller, {.name = name, .bytes = std::move(bytes)}, stop);
}

WorkspaceSettings LocalWorkbench::workspace_settings(const identity::Caller& caller) {
  identity::require(caller, identity::Right::Read);
  WorkspaceSettings settings = make_workspace_settings(store_->settings(caller.workspace_id), config_);
  settings.cut_otherwise = store_->count_cut_otherwise(caller.workspace_id, ingest::chunking_of(ingest_options(settings, config_)));
  return settings;
}

WorkspaceSettings LocalWorkbench::change_workspace_settings(const identity::Caller& caller, const SettingChanges& changes) {
  identity::require(caller, identity::Right::Write);
  const std::lock_guard lock(mutex_);
  auto kept = store_->settings(caller.workspace_id);
  for (const auto& [key, value] : changes) {
    kept[key] = value.value_or("");
    if (!value) kept.erase(key);
  }
  ingest_options(make_workspace_settings(kept, config_), config_);  // or it throws, and nothing is changed
  store_->set(caller.workspace_id, changes);
  return workspace_settings(caller);
}

store::DocumentList LocalWorkbench::list(const identity::Caller& caller, std::size_t limit, const std::string& cursor) {
  identity::require(caller, identity::Right::Read);
  store::DocumentList list = store_->list_documents(caller.workspace_id, limit, cursor);
  if (!cursor.empty()) return list;
  list.failed = store_->file_notes(caller.workspace_id, "");
  std::erase_if(list.failed, [](const store::FileNote& note) { return note.reason.empty(); });
  return list;
}

store::Document LocalWorkbench::find(const identity::Caller& caller, const std::string& id_or_source) {
  identity::require(caller, identity::Right::Read);
  if (auto document = store_->find_document(caller.workspace_id, id_or_source)) return *std::move(document);
  if (auto document = store_->find_document_by_source(caller.workspace_id, id_or_source)) return *std::move(document);
  throw Error(ErrorKind::NotFound, fmt::format("there is no document '{}': 'panduan list' shows what is there", id_or_source));
}

store::Document LocalWorkbench::remove(const identity::Caller& caller, const std::string& id_or_source) {
  identity::require(caller, identity::Right::Write);
  store::Document document = find(caller, id_or_source);
  store_->remove_document(caller.workspace_id, document.id);
  return document;
}

std::vector<store::KnownSource> LocalWorkbench::remove_below(const identity::Caller& caller, const std::string& path) {
  identity::require(caller, identity::Right::Write);
  auto known = store_->sources_below(caller.workspace_id, path, "");
  if (known.empty()) throw Error(ErrorKind::NotFound, fmt::format("there is no document '{}': 'panduan list' shows what is there", path));
  for (const store::KnownSource& source : known) store_->remove_document(caller.workspace_id, source.id);
  for (const store::FileNote& note : store_->file_notes(caller.workspace_id, path)) store_->forget_file(caller.workspace_id, note.source);
  return known;
}

std::vector<store::Deletion> LocalWorkbench::deletions(const identity::Caller& caller) {
  identity::require(caller, identity::Right::Read);
  return store_->deletions(caller.workspace_id);
}

store::DeletionReport LocalWorkbench::verify_deleted(const identity::Caller& caller, const std::vector<std::string>& document_ids,
                                                     const std::function<void(std::uint64_t, std::uint64_t)>& on_progress, const std::stop_token& stop) {
  identity::require(caller, identity::Right::Read);
  return store_->verify_deleted(caller.workspace_id, document_ids, on_progress, stop);
}

std::vector<SearchHit> LocalWorkbench::search(const identity::Caller& caller, const std::string& question, std::size_t limit, const std::stop_token& stop) {
  check_question_text(question);
  std::vector<SearchHit> hits;
  for (const auto& hit : retriever().search(caller, question, {.limit = limit}, stop).hits) {
    const auto& passage = hit.passage;
    const auto place = store_->place(caller.workspace_id, passage.content_id, passage.range);
    hits.push_back({.document_id = passage.document_id,
                    .source = passage.source,
                    .title = passage.title,
                    .heading_path = passage.heading_path,
                    .page = place ? place->label : "",
                    .text = passage.text,
                    .range = passage.range,
                    .score = hit.score,
                    .word_rank = hit.word_rank,
                    .vector_rank = hit.vector_rank,
                    .word_score = hit.word_score,
                    .similarity = hit.similarity});
  }
  return hits;
}

void LocalWorkbench::ask(const identity::Caller& caller, const rag::Question& question, const rag::EventSink& sink, const std::stop_token& stop) {
  check_question(question);
  identity::require(caller, question.conversation_id.empty() ? identity::Right::Read : identity::Right::Write);
  Conversation conversation(*store_, caller.workspace_id, question);
  // Where nobody asked for a certain model and there is none, what was found is quoted.
  if (config_.chat_model == "auto" && !models_.has_chat()) {
    rag::quote_nearest(*store_, retriever(), caller, conversation.question(), static_cast<std::size_t>(config_.passages), conversation.keeping(sink), stop);
    return;
  }
  // The first question waits for both models: they are loaded at the same time.
  auto model = std::async(std::launch::async, [this] { return &models_.chat(); });
  auto& search = retriever();
  const llm::ModelEntry* known = llm::find_model(models_.chat_name());
  rag::Answerer answerer(*store_, search, *model.get(),
                         {.passages = static_cast<std::size_t>(config_.passages),
                          .section_tokens = static_cast<std::size_t>(config_.section_tokens),
                          .max_tokens = static_cast<int>(config_.max_answer_tokens),
                          .calibration = known == nullptr ? std::nullopt : known->calibration,
                          .voice = make_workspace_settings(store_->settings(caller.workspace_id), config_).voice,
                          .risk = config_.risk});
  answerer.answer(caller, conversation.question(), conversation.keeping(sink), stop);
}

std::vector<store::Conversation> LocalWorkbench::conversations(const identity::Caller& caller, std::size_t limit) {
  identity::require(caller, identity::Right::Read);
  return store_->list_conversations(caller.workspace_id, limit);
}

KeptConversation LocalWorkbench::conversation(const identity::Caller& caller, const std::string& id) {
  identity::require(caller, identity::Right::Read);
  return {.about = require_conversation(*store_, caller.workspace_id, id), .messages = store_->messages(caller.workspace_id, id)};
}

store::Conversation LocalWorkbench::remove_conversation(const identity::Caller& caller, const std::string& id) {
  identity::require(caller, identity::Right::Write);
  auto removed = require_conversation(*store_, caller.workspace_id, id);
  store_->remove_conversation(caller.workspace_id, id);
  return removed;
}

rag::CheckedAnswer LocalWorkbench::check_answer(const identity::Caller& caller, const rag::AnswerToCheck& answer, const std::stop_token& stop) {
  identity::require(caller, identity::Right::Read);
  check_answer_to_check(answer);
  if (!answer.sources && store_->list_documents(caller.workspace_id, 1, "").documents.empty())
    throw Error(ErrorKind::NotFound, "there is nothing to check the answer against: give sources, or add documents with 'panduan add'");
  const rag::AnswerChecker checker(*store_, {.chat = models_.chat_if_installed(), .embedder = [this] { return models_.embedder_if_installed(); }});
  return checker.check(caller, answer, answer.sources ? nullptr : &retriever(), stop);
}

store::Job LocalWorkbench::submit(const identity::Caller& caller, const LongWork& work, store::JobPriority priority) {
  return work_.submit(caller, work, priority);
}
std::vector<store::Job> LocalWorkbench::jobs(const identity::Caller& caller, std::size_t limit) { return work_.queue().list(caller, limit); }
store::Job LocalWorkbench::job(const identity::Caller& caller, const std::string& id) { return work_.queue().find(caller, id); }
store::Job LocalWorkbench::cancel_job(const identity::Caller& caller, const std::string& id) { return work_.queue().cancel(caller, id); }
store::Job LocalWorkbench::retry_job(const identity::Caller& caller, const std::string& id) { return work_.retry(caller, id); }
void LocalWorkbench::run_jobs(const std::stop_token& stop) {
  work_.submit_index(local_caller());
  work_.queue().run(jobs::JobQueue::Until::Stopped, stop);
}
void LocalWorkbench::work_off_jobs(const std::function<void(const store::Job&)>& watcher, const std::stop_token& stop) {
  work_.queue().run(jobs::JobQueue::Until::NothingIsDue, stop, watcher);
}

store::IntegrityReport LocalWorkbench::check(const identity::Caller& caller) {
  identity::require(caller, identity::Right::Read);
  return store_->check();
}

Readiness LocalWorkbench::readiness() {
  Readiness readiness{.ready = false, .problems = models_.missing(), .chat_model = models_.chat_name(), .embedding_model = models_.embedding_name()};
  readiness.ready = readiness.problems.empty();
  return readiness;
}

std::optional<std::string> LocalWorkbench::kept_response(const identity::Caller& caller, const std::string& key, const Sha256& request) {
  return store_->kept_response(caller.workspace_id, key, request);
}

void LocalWorkbench::keep_response(const identity::Caller& caller, const std::string& key, const Sha256& request, const std::string& response) {
  store_->keep_response(caller.workspace_id, key, request, response);
}

}  // namespace panduan::app
