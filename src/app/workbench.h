#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "app/long_work.h"
#include "app/workspace_settings.h"
#include "base/config.h"
#include "identity/caller.h"
#include "ingest/progress.h"
#include "rag/answer_check.h"
#include "rag/events.h"
#include "rag/question.h"
#include "retrieval/retriever.h"
#include "store/records.h"

namespace panduan::app {

/// A search hit as people see it.
struct SearchHit {
  std::string document_id, source, title, heading_path, page, text;
  documents::ByteRange range;
  double score = 0;
  std::optional<std::size_t> word_rank, vector_rank;
  double word_score = 0, similarity = 0;
};

/// A kept conversation with what was said in it, the oldest first. Of an answer that cites a removed document the text is empty.
struct KeptConversation {
  store::Conversation about;
  std::vector<store::Message> messages;
};

/// Whether it can work, and what is missing; for /readyz and doctor.
struct Readiness {
  bool ready = false;
  std::vector<std::string> problems;  ///< each says how to mend it
  std::string chat_model, embedding_model;  ///< names; empty when missing
};

/// The use cases. Two implementations: in this process, and through the Unix socket of the process that owns the store; the command
/// line does not know which it has. Any thread may call. Each throws Error; a stop request ends a long call with Error{Cancelled}.
class Workbench {
 public:
  virtual ~Workbench() = default;

  /// Who a local command line is.
  virtual identity::Caller local_caller() = 0;

  /// Files and folders (their files with a known ending, hidden ones left out). A file that cannot be added is reported and the
  /// rest goes on.
  virtual ingest::AddSummary add(const identity::Caller& caller, const std::vector<std::filesystem::path>& paths, const ingest::AddSink& sink,
                                 const std::stop_token& stop) = 0;
  /// Makes the documents of a folder those that are in it now, and follows it from then on; as ingest::Ingester::sync.
  virtual ingest::AddSummary sync(const identity::Caller& caller, const std::filesystem::path& folder, const ingest::SyncOptions& how,
                                  const ingest::AddSink& sink, const std::stop_token& stop) = 0;
  /// As ingest::Ingester::reindex; `add` and `sync` end with it.
  virtual ingest::AddSummary reindex(const identity::Caller& caller, const ingest::AddSink& sink, const std::stop_token& stop) = 0;
  virtual std::vector<std::string> followed_folders(const identity::Caller& caller) = 0;
  /// The folder's documents stay. Throws Error{NotFound} when it is not followed.
  virtual void unfollow(const identity::Caller& caller, const std::string& folder) = 0;
  virtual WorkspaceSettings workspace_settings(const identity::Caller& caller) = 0;
  /// All changes or none. Throws Error{InvalidInput} that names the setting and what was expected.
  virtual WorkspaceSettings change_workspace_settings(const identity::Caller& caller, const SettingChanges& changes) = 0;
  /// One document from its bytes, or all that an archive or e-mail holds; `name` is its source and tells its format. Throws what add reports per file.
  virtual std::vector<ingest::FileResult> upload(const identity::Caller& caller, const std::string& name, std::string bytes, const std::stop_token& stop) = 0;
  virtual store::DocumentList list(const identity::Caller& caller, std::size_t limit, const std::string& cursor) = 0;
  /// By id or source. Throws Error{NotFound}.
  virtual store::Document find(const identity::Caller& caller, const std::string& id_or_source) = 0;
  /// By id or source; gives what was removed. Throws Error{NotFound}.
  virtual store::Document remove(const identity::Caller& caller, const std::string& id_or_source) = 0;
  /// Every document that came from below this path, a folder or a file that holds others. Throws Error{NotFound} when there is none.
  virtual std::vector<store::KnownSource> remove_below(const identity::Caller& caller, const std::string& path) = 0;
  /// What was removed or replaced, the last first.
  virtual std::vector<store::Deletion> deletions(const identity::Caller& caller) = 0;
  /// As store::Store::verify_deleted. `on_progress` is told bytes done and of how many.
  virtual store::DeletionReport verify_deleted(const identity::Caller& caller, const std::vector<std::string>& document_ids,
                                               const std::function<void(std::uint64_t, std::uint64_t)>& on_progress, const std::stop_token& stop) = 0;
  virtual std::vector<SearchHit> search(const identity::Caller& caller, const std::string& question, std::size_t limit, const std::stop_token& stop) = 0;
  /// Sends the answer's events and returns after `done`. A question with a conversation_id goes on from there, as far back as
  /// kMaxHistoryBytes reach, and is kept there with its answer. Throws Error as check_question, and NotFound for an unknown conversation.
  virtual void ask(const identity::Caller& caller, const rag::Question& question, const rag::EventSink& sink, const std::stop_token& stop) = 0;
  /// Kept ones, the one that was last spoken in first.
  virtual std::vector<store::Conversation> conversations(const identity::Caller& caller, std::size_t limit) = 0;
  /// Throws Error{NotFound}.
  virtual KeptConversation conversation(const identity::Caller& caller, const std::string& id) = 0;
  /// Gives what was removed. Throws Error{NotFound}.
  virtual store::Conversation remove_conversation(const identity::Caller& caller, const std::string& id) = 0;
  /// Whether sources, or without any the workspace's documents, bear out what an answer states. Throws Error as check_answer_to_check, and NotFound
  /// when there is nothing to check it against.
  virtual rag::CheckedAnswer check_answer(const identity::Caller& caller, const rag::AnswerToCheck& answer, const std::stop_token& stop) = 0;
  // Jobs: work in the background, and what is done at once as well (jobs::JobQueue). Throw Error: NotFound, Conflict
  /// Throws Error{NotFound} for a path that is not there.
  virtual store::Job submit(const identity::Caller& caller, const LongWork& work, store::JobPriority priority) = 0;
  /// Those that run first, then those that wait, then those that are over.
  virtual std::vector<store::Job> jobs(const identity::Caller& caller, std::size_t limit) = 0;
  virtual store::Job job(const identity::Caller& caller, const std::string& id) = 0;
  virtual store::Job cancel_job(const identity::Caller& caller, const std::string& id) = 0;
  virtual store::Job retry_job(const identity::Caller& caller, const std::string& id) = 0;

  virtual store::IntegrityReport check(const identity::Caller& caller) = 0;
  virtual Readiness readiness() = 0;

  // Writes that may be sent twice
  virtual std::optional<std::string> kept_response(const identity::Caller& caller, const std::string& key, const Sha256& request) = 0;
  virtual void keep_response(const identity::Caller& caller, const std::string& key, const Sha256& request, const std::string& response) = 0;
};

/// Longest question, and all turns of the conversation before it, in bytes of UTF-8. Of a kept one the oldest turns are left out.
inline constexpr std::size_t kMaxQuestionBytes = 16 * 1024;
inline constexpr std::size_t kMaxHistoryBytes = 64 * 1024;

/// Longest answer that is checked, and all sources that come with it, in bytes of UTF-8.
inline constexpr std::size_t kMaxCheckedAnswerBytes = 64 * 1024;
inline constexpr std::size_t kMaxSourcesBytes = 8 * 1024 * 1024;

/// What `check_answer` does first. Throws Error: TooLarge, InvalidInput (nothing in the answer, in a source or in the list of sources; not UTF-8).
void check_answer_to_check(const rag::AnswerToCheck& answer);

/// What `ask` does first. Throws Error: TooLarge, InvalidInput (empty, not UTF-8, a risk that is none, or two conversations at once).
void check_question(const rag::Question& question);

/// The use cases in the process that owns the store, which alone does the jobs that wait.
class OwningWorkbench : public Workbench {
 public:
  /// Does them until `stop`; what then runs waits again.
  virtual void run_jobs(const std::stop_token& stop) = 0;
  /// Does those that are due, and tells of each as it begins, goes on and ends.
  virtual void work_off_jobs(const std::function<void(const store::Job&)>& watcher, const std::stop_token& stop) = 0;
};

/// Opens the store in config.data_dir and takes its lock. Models are loaded when they are first needed. Throws Error{Busy} that
/// names the process that holds the store.
std::unique_ptr<OwningWorkbench> open_workbench(const Config& config);

/// The Unix socket on which the process that owns this data folder serves.
std::filesystem::path socket_path(const Config& config);

}  // namespace panduan::app
