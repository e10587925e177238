#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "store/records.h"

namespace panduan::store {

/// Everything that is kept: documents, their versions and content, the word and vector indexes, conversations.
///
/// Every row belongs to a workspace and every call names it; nothing is shared across workspaces, index statistics included.
/// Each writing call is one transaction: after a crash it has happened or it has not. Any thread may call; writers wait for each
/// other, readers do not wait. Throws Error: NoSpace (disk full), Corrupt (damaged file), Busy, Internal.
class Store {
 public:
  virtual ~Store() = default;

  /// The workspace of this name, made when there is none.
  virtual WorkspaceId workspace(std::string_view name) = 0;
  /// What was set for this workspace: key → value.
  virtual std::map<std::string, std::string> settings(WorkspaceId workspace) const = 0;
  /// Sets each key to its value, or takes it out where there is none; all of them or, after a crash, none.
  virtual void set(WorkspaceId workspace, const std::map<std::string, std::optional<std::string>>& changes) = 0;

  // Documents
  virtual std::optional<Document> find_document_by_source(WorkspaceId workspace, std::string_view source) const = 0;
  virtual std::optional<Document> find_document(WorkspaceId workspace, std::string_view id) const = 0;
  /// Newest first, at most `limit`, from the cursor on. Throws Error{InvalidInput} for a cursor that none gave.
  virtual DocumentList list_documents(WorkspaceId workspace, std::size_t limit, std::string_view cursor) const = 0;
  /// Writes a new document or a new version of the one with this source; the version before it is gone with its content.
  virtual Document put_version(WorkspaceId workspace, const NewVersion& version) = 0;
  /// As put_version for bytes that some document of this workspace already holds: its content is shared, nothing is parsed or
  /// embedded again. nullopt when no current document holds them under this media type and chunking.
  virtual std::optional<Document> put_known_content(WorkspaceId workspace, const KnownContent& known) = 0;
  /// Whether put_known_content would find it now.
  virtual bool holds_content(WorkspaceId workspace, const KnownContent& known) const = 0;
  /// The documents whose source is this path or lies below it.
  virtual std::vector<KnownSource> sources_below(WorkspaceId workspace, std::string_view path, std::string_view chunking) const = 0;
  /// The same document from another source. False when there is no such document, or the source is another one's.
  virtual bool move_document(WorkspaceId workspace, std::string_view id, std::string_view source, const FileStamp& stamp) = 0;
  /// Whether the document's current version was cut in this way.
  virtual bool is_prepared(WorkspaceId workspace, std::string_view id, std::string_view chunking) const = 0;
  /// Documents whose current version was cut in another way.
  virtual std::size_t count_cut_otherwise(WorkspaceId workspace, std::string_view chunking) const = 0;
  /// The same bytes with a new time stamp: only the stamp is written.
  virtual void update_stamp(WorkspaceId workspace, std::string_view id, const FileStamp& stamp) = 0;
  /// Makes text, words and vectors unreachable, and erases the messages that cite it. False when there is no such document.
  virtual bool remove_document(WorkspaceId workspace, std::string_view id) = 0;
  /// Bytes as they were added. Throws Error{NotFound}.
  virtual std::string document_bytes(WorkspaceId workspace, std::string_view id) const = 0;

  // Files that are no documents. A document that is written takes the place of a note of the same source.
  virtual void note_file(WorkspaceId workspace, const FileNote& note) = 0;
  /// Of this path and below it, by source; of all for an empty one.
  virtual std::vector<FileNote> file_notes(WorkspaceId workspace, std::string_view path) const = 0;
  virtual void forget_file(WorkspaceId workspace, std::string_view source) = 0;

  // Folders that documents are kept in step with
  virtual void follow_folder(WorkspaceId workspace, std::string_view path) = 0;
  virtual std::vector<std::string> followed_folders(WorkspaceId workspace) const = 0;
  /// Its documents stay. False when it was not followed.
  virtual bool unfollow_folder(WorkspaceId workspace, std::string_view path) = 0;

  // Content
  virtual std::optional<Passage> passage(WorkspaceId workspace, ChunkId chunk) const = 0;
  /// The passage with the chunks around it under the same headings, as many as come to at most so many tokens together with it.
  virtual Passage section_around(WorkspaceId workspace, const Passage& passage, std::size_t max_tokens) const = 0;
  /// A range of a canonical text; nullopt when the content is gone or the range is not inside it.
  virtual std::optional<std::string> text(WorkspaceId workspace, std::int64_t content_id, documents::ByteRange range) const = 0;
  /// The page a range begins on, with the boxes of its words there; nullopt for a format without pages.
  virtual std::optional<PlaceOnPage> place(WorkspaceId workspace, std::int64_t content_id, documents::ByteRange range) const = 0;

  // Search: only chunks of current versions, only of this workspace.
  /// BM25 over chunks that hold at least one of `terms` (as given in NewChunk::words), best first.
  virtual std::vector<ScoredChunk> search_words(WorkspaceId workspace, std::span<const std::string> terms, std::size_t limit) const = 0;
  virtual EmbeddingModelId embedding_model(WorkspaceId workspace, const EmbeddingModel& model) = 0;
  /// Calls the sink with every vector of the model, in chunk order; [dims] floats each.
  virtual void each_vector(WorkspaceId workspace, EmbeddingModelId model, const std::function<void(ChunkId, std::span<const float>)>& sink) const = 0;
  /// The vectors of these chunks, [chunks, dims], zeros for one that is gone.
  virtual std::vector<float> vectors(WorkspaceId workspace, EmbeddingModelId model, std::span<const ChunkId> chunks, std::size_t dims) const = 0;
  // The index of another embedding model, built beside the one that is searched
  /// The model whose vectors are searched: the first that was used here, until search_with. nullopt while there was none.
  virtual std::optional<EmbeddingModel> searched_model(WorkspaceId workspace) const = 0;
  /// Whether some vectors are another model's: then chunks may be without one of this.
  virtual bool has_other_vectors(WorkspaceId workspace, EmbeddingModelId model) const = 0;
  virtual std::size_t count_without_vector(WorkspaceId workspace, EmbeddingModelId model) const = 0;
  /// Behind the chunk `after`, in their order.
  virtual std::vector<UnembeddedChunk> chunks_without_vector(WorkspaceId workspace, EmbeddingModelId model, ChunkId after, std::size_t limit) const = 0;
  /// [chunks, dims]; those of a chunk that is gone are left out.
  virtual void put_vectors(WorkspaceId workspace, EmbeddingModelId model, std::span<const ChunkId> chunks, std::span<const float> vectors) = 0;
  /// From here on this model's vectors are searched. False, and nothing is changed, while some chunk has none.
  virtual bool search_with(WorkspaceId workspace, EmbeddingModelId model) = 0;
  /// Erases vectors of all models but this one, at most so many; gives how many.
  virtual std::size_t erase_other_vectors(WorkspaceId workspace, EmbeddingModelId model, std::size_t limit) = 0;
  /// Changes whenever a chunk or vector of the workspace was written or removed.
  virtual std::int64_t index_generation(WorkspaceId workspace) const = 0;

  // Conversations
  virtual Conversation create_conversation(WorkspaceId workspace, std::string_view title) = 0;
  /// Of one that cites a document which is gone the text is not kept. Throws Error{NotFound}.
  virtual void add_messages(WorkspaceId workspace, std::string_view conversation_id, std::span<const Message> messages) = 0;
  virtual std::optional<Conversation> find_conversation(WorkspaceId workspace, std::string_view id) const = 0;
  /// Those with messages, the one that was last spoken in first.
  virtual std::vector<Conversation> list_conversations(WorkspaceId workspace, std::size_t limit) const = 0;
  /// With its messages, which are overwritten. False when there is no such conversation.
  virtual bool remove_conversation(WorkspaceId workspace, std::string_view id) = 0;
  virtual std::vector<Message> messages(WorkspaceId workspace, std::string_view conversation_id) const = 0;

  // Jobs: long work, and the bytes it is done with. One process runs those of all workspaces, so calls that are not somebody's name none.
  /// Gives it an id and the time; `bytes` are kept until it is over.
  virtual Job put_job(const Job& job, std::optional<std::string_view> bytes) = 0;
  virtual std::optional<Job> find_job(WorkspaceId workspace, std::string_view id) const = 0;
  /// Those that run, those that wait, and then those that are over; of the first two in the order they are taken, of the last the newest first.
  virtual std::vector<Job> list_jobs(WorkspaceId workspace, std::size_t limit) const = 0;
  /// One that waits and says the same, and that has no bytes, which would be others.
  virtual std::optional<Job> find_waiting_job(WorkspaceId workspace, std::string_view kind, std::string_view arguments) const = 0;
  /// Of any workspace: the waiting one whose time has come, by priority and then age; else, as long as one waits, the one whose time comes first.
  virtual std::optional<Job> next_job(std::int64_t now_ms) const = 0;
  /// Of any workspace.
  virtual std::vector<Job> running_jobs() const = 0;
  /// Writes what changes of a job: all from its priority on. Of one that is over the bytes are erased. False when there is no such job.
  virtual bool update_job(const Job& job) = 0;
  virtual void set_job_progress(WorkspaceId workspace, std::string_view id, std::string_view progress) = 0;
  /// Throws Error{NotFound} when it has none, or no more.
  virtual std::string job_bytes(WorkspaceId workspace, std::string_view id) const = 0;
  /// Removes those that are over since before then, and all but the newest `kept`.
  virtual void remove_old_jobs(WorkspaceId workspace, std::int64_t before_ms, std::size_t kept) = 0;
  virtual void remove_job(WorkspaceId workspace, std::string_view id) = 0;

  // Idempotency keys of writes
  /// The answer that was kept under this key; throws Error{Conflict} when the key was used for another request.
  virtual std::optional<std::string> kept_response(WorkspaceId workspace, std::string_view key, const Sha256& request) const = 0;
  virtual void keep_response(WorkspaceId workspace, std::string_view key, const Sha256& request, std::string_view response) = 0;

  // What was deleted
  /// What was removed or replaced, the last first.
  virtual std::vector<Deletion> deletions(WorkspaceId workspace) const = 0;
  /// Looks for the rarest phrases of what was deleted in every row and in every file of the store's folder, for these documents or, without ids,
  /// for all. `on_progress` is told bytes done and of how many. Not looked at: other processes' memory, backups, free blocks of the disk.
  /// Throws Error: NotFound (nothing was deleted under an id), Cancelled.
  virtual DeletionReport verify_deleted(WorkspaceId workspace, std::span<const std::string> document_ids,
                                        const std::function<void(std::uint64_t, std::uint64_t)>& on_progress, const std::stop_token& stop) = 0;

  /// Checks the file and every link between rows.
  virtual IntegrityReport check() const = 0;
};

/// Opens `folder`/panduan.db, made and brought to the newest schema when needed. Throws Error: Unsupported when a newer panduan
/// wrote it, Corrupt, NoSpace, Forbidden. The caller holds the folder's lock.
std::unique_ptr<Store> open_sqlite_store(const std::filesystem::path& folder, const Clock& clock = system_clock());

}  // namespace panduan::store
