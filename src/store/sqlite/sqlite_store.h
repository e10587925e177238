#pragma once
#include <condition_variable>
#include <mutex>

#include "store/sqlite/database.h"
#include "store/store.h"

namespace panduan::store {

/// Store on one SQLite file in WAL mode: one connection writes, a few read beside it.
class SqliteStore final : public Store {
 public:
  SqliteStore(const std::filesystem::path& folder, const Clock& clock);

  WorkspaceId workspace(std::string_view name) override;
  std::map<std::string, std::string> settings(WorkspaceId workspace) const override;
  void set(WorkspaceId workspace, const std::map<std::string, std::optional<std::string>>& changes) override;
  std::optional<Document> find_document_by_source(WorkspaceId workspace, std::string_view source) const override;
  std::optional<Document> find_document(WorkspaceId workspace, std::string_view id) const override;
  DocumentList list_documents(WorkspaceId workspace, std::size_t limit, std::string_view cursor) const override;
  Document put_version(WorkspaceId workspace, const NewVersion& version) override;
  std::optional<Document> put_known_content(WorkspaceId workspace, const KnownContent& known) override;
  bool holds_content(WorkspaceId workspace, const KnownContent& known) const override;
  std::vector<KnownSource> sources_below(WorkspaceId workspace, std::string_view path, std::string_view chunking) const override;
  bool move_document(WorkspaceId workspace, std::string_view id, std::string_view source, const FileStamp& stamp) override;
  void note_file(WorkspaceId workspace, const FileNote& note) override;
  std::vector<FileNote> file_notes(WorkspaceId workspace, std::string_view path) const override;
  void forget_file(WorkspaceId workspace, std::string_view source) override;
  void follow_folder(WorkspaceId workspace, std::string_view path) override;
  std::vector<std::string> followed_folders(WorkspaceId workspace) const override;
  bool unfollow_folder(WorkspaceId workspace, std::string_view path) override;
  bool is_prepared(WorkspaceId workspace, std::string_view id, std::string_view chunking) const override;
  std::size_t count_cut_otherwise(WorkspaceId workspace, std::string_view chunking) const override;
  void update_stamp(WorkspaceId workspace, std::string_view id, const FileStamp& stamp) override;
  bool remove_document(WorkspaceId workspace, std::string_view id) override;
  std::string document_bytes(WorkspaceId workspace, std::string_view id) const override;

  std::optional<Passage> passage(WorkspaceId workspace, ChunkId chunk) const override;
  Passage section_around(WorkspaceId workspace, const Passage& passage, std::size_t max_tokens) const override;
  std::optional<std::string> text(WorkspaceId workspace, std::int64_t content_id, documents::ByteRange range) const override;
  std::optional<PlaceOnPage> place(WorkspaceId workspace, std::int64_t content_id, documents::ByteRange range) const override;

  std::vector<ScoredChunk> search_words(WorkspaceId workspace, std::span<const std::string> terms, std::size_t limit) const override;
  EmbeddingModelId embedding_model(WorkspaceId workspace, const EmbeddingModel& model) override;
  void each_vector(WorkspaceId workspace, EmbeddingModelId model, const std::function<void(ChunkId, std::span<const float>)>& sink) const override;
  std::vector<float> vectors(WorkspaceId workspace, EmbeddingModelId model, std::span<const ChunkId> chunks, std::size_t dims) const override;
  std::optional<EmbeddingModel> searched_model(WorkspaceId workspace) const override;
  bool has_other_vectors(WorkspaceId workspace, EmbeddingModelId model) const override;
  std::size_t count_without_vector(WorkspaceId workspace, EmbeddingModelId model) const override;
  std::vector<UnembeddedChunk> chunks_without_vector(WorkspaceId workspace, EmbeddingModelId model, ChunkId after, std::size_t limit) const override;
  void put_vectors(WorkspaceId workspace, EmbeddingModelId model, std::span<const ChunkId> chunks, std::span<const float> vectors) override;
  bool search_with(WorkspaceId workspace, EmbeddingModelId model) override;
  std::size_t erase_other_vectors(WorkspaceId workspace, EmbeddingModelId model, std::size_t limit) override;
  std::int64_t index_generation(WorkspaceId workspace) const override;

  Conversation create_conversation(WorkspaceId workspace, std::string_view title) override;
  void add_messages(WorkspaceId workspace, std::string_view conversation_id, std::span<const Message> messages) override;
  std::optional<Conversation> find_conversation(WorkspaceId workspace, std::string_view id) const override;
  std::vector<Conversation> list_conversations(WorkspaceId workspace, std::size_t limit) const override;
  bool remove_conversation(WorkspaceId workspace, std::string_view id) override;
  std::vector<Message> messages(WorkspaceId workspace, std::string_view conversation_id) const override;

  Job put_job(const Job& job, std::optional<std::string_view> bytes) override;
  std::optional<Job> find_job(WorkspaceId workspace, std::string_view id) const override;
  std::vector<Job> list_jobs(WorkspaceId workspace, std::size_t limit) const override;
  std::optional<Job> find_waiting_job(WorkspaceId workspace, std::string_view kind, std::string_view arguments) const override;
  std::optional<Job> next_job(std::int64_t now_ms) const override;
  std::vector<Job> running_jobs() const override;
  bool update_job(const Job& job) override;
  void set_job_progress(WorkspaceId workspace, std::string_view id, std::string_view progress) override;
  std::string job_bytes(WorkspaceId workspace, std::string_view id) const override;
  void remove_old_jobs(WorkspaceId workspace, std::int64_t before_ms, std::size_t kept) override;
  void remove_job(WorkspaceId workspace, std::string_view id) override;

  std::optional<std::string> kept_response(WorkspaceId workspace, std::string_view key, const Sha256& request) const override;
  void keep_response(WorkspaceId workspace, std::string_view key, const Sha256& request, std::string_view response) override;

  std::vector<Deletion> deletions(WorkspaceId workspace) const override;
  DeletionReport verify_deleted(WorkspaceId workspace, std::span<const std::string> document_ids,
                                const std::function<void(std::uint64_t, std::uint64_t)>& on_progress, const std::stop_token& stop) override;

  IntegrityReport check() const override;

 private:
  /// A reading connection, given back when the loan ends.
  class Loan;
  Loan read() const;

  // Parts of the writing calls; the caller holds `writing_` and an open transaction.
  std::int64_t write_content(WorkspaceId workspace, const NewVersion& version);
  void write_chunks(WorkspaceId workspace, std::int64_t content_id, const NewVersion& version);
  /// Both say whether a content was erased.
  bool write_version(WorkspaceId workspace, std::string_view source, const Sha256& sha256, const FileStamp& stamp, std::int64_t content_id);
  bool remove_unused_content(WorkspaceId workspace, std::int64_t content_id);
  /// Before a document lets go of this content: what it will be known again by.
  void keep_traces(WorkspaceId workspace, std::int64_t document_id, std::int64_t ordinal, std::int64_t content_id);
  /// Until then what was erased stands in the database file as it was, and in its log. Tried again with the next write where a reader is in
  /// the way, and when the store is opened.
  void empty_log();
  void count_generation(WorkspaceId workspace);
  /// Those that are over and name a document, which an upload's result and the arguments of an add do.
  void erase_jobs_about(WorkspaceId workspace, std::string_view document_id, std::string_view source);
  void erase_note(WorkspaceId workspace, std::string_view source);
  void write_message(WorkspaceId workspace, std::int64_t conversation, const Message& message);
  Document require_by_source(WorkspaceId workspace, std::string_view source) const;

  std::filesystem::path file_;
  const Clock& clock_;
  mutable std::mutex writing_;
  Database writer_;
  bool log_to_empty_ = false;  ///< guarded by writing_
  mutable std::mutex readers_mutex_;
  mutable std::vector<std::unique_ptr<Database>> idle_readers_;
};

/// Lends a reading connection for one call.
class SqliteStore::Loan {
 public:
  Loan(const SqliteStore& store, std::unique_ptr<Database> database) : store_(store), database_(std::move(database)) {}
  ~Loan() {
    const std::lock_guard lock(store_.readers_mutex_);
    store_.idle_readers_.push_back(std::move(database_));
  }
  Loan(const Loan&) = delete;
  Loan& operator=(const Loan&) = delete;
  const Database* operator->() const { return database_.get(); }

 private:
  const SqliteStore& store_;
  std::unique_ptr<Database> database_;
};

}  // namespace panduan::store
