#pragma once
#include <map>
#include <mutex>

#include "app/background_work.h"
#include "app/models.h"
#include "app/workbench.h"
#include "base/file.h"
#include "ingest/ingester.h"
#include "store/store.h"

namespace panduan::app {

/// The use cases in the process that owns the store.
class LocalWorkbench final : public OwningWorkbench {
 public:
  explicit LocalWorkbench(const Config& config);

  identity::Caller local_caller() override;
  ingest::AddSummary add(const identity::Caller& caller, const std::vector<std::filesystem::path>& paths, const ingest::AddSink& sink,
                         const std::stop_token& stop) override;
  ingest::AddSummary sync(const identity::Caller& caller, const std::filesystem::path& folder, const ingest::SyncOptions& how, const ingest::AddSink& sink,
                          const std::stop_token& stop) override;
  ingest::AddSummary reindex(const identity::Caller& caller, const ingest::AddSink& sink, const std::stop_token& stop) override;
  std::vector<std::string> followed_folders(const identity::Caller& caller) override;
  void unfollow(const identity::Caller& caller, const std::string& folder) override;
  std::vector<ingest::FileResult> upload(const identity::Caller& caller, const std::string& name, std::string bytes, const std::stop_token& stop) override;
  WorkspaceSettings workspace_settings(const identity::Caller& caller) override;
  WorkspaceSettings change_workspace_settings(const identity::Caller& caller, const SettingChanges& changes) override;
  store::DocumentList list(const identity::Caller& caller, std::size_t limit, const std::string& cursor) override;
  store::Document find(const identity::Caller& caller, const std::string& id_or_source) override;
  store::Document remove(const identity::Caller& caller, const std::string& id_or_source) override;
  std::vector<store::KnownSource> remove_below(const identity::Caller& caller, const std::string& path) override;
  std::vector<store::Deletion> deletions(const identity::Caller& caller) override;
  store::DeletionReport verify_deleted(const identity::Caller& caller, const std::vector<std::string>& document_ids,
                                       const std::function<void(std::uint64_t, std::uint64_t)>& on_progress, const std::stop_token& stop) override;
  std::vector<SearchHit> search(const identity::Caller& caller, const std::string& question, std::size_t limit, const std::stop_token& stop) override;
  void ask(const identity::Caller& caller, const rag::Question& question, const rag::EventSink& sink, const std::stop_token& stop) override;
  std::vector<store::Conversation> conversations(const identity::Caller& caller, std::size_t limit) override;
  KeptConversation conversation(const identity::Caller& caller, const std::string& id) override;
  store::Conversation remove_conversation(const identity::Caller& caller, const std::string& id) override;
  rag::CheckedAnswer check_answer(const identity::Caller& caller, const rag::AnswerToCheck& answer, const std::stop_token& stop) override;
  store::Job submit(const identity::Caller& caller, const LongWork& work, store::JobPriority priority) override;
  std::vector<store::Job> jobs(const identity::Caller& caller, std::size_t limit) override;
  store::Job job(const identity::Caller& caller, const std::string& id) override;
  store::Job cancel_job(const identity::Caller& caller, const std::string& id) override;
  store::Job retry_job(const identity::Caller& caller, const std::string& id) override;
  void run_jobs(const std::stop_token& stop) override;
  void work_off_jobs(const std::function<void(const store::Job&)>& watcher, const std::stop_token& stop) override;
  store::IntegrityReport check(const identity::Caller& caller) override;
  Readiness readiness() override;
  std::optional<std::string> kept_response(const identity::Caller& caller, const std::string& key, const Sha256& request) override;
  void keep_response(const identity::Caller& caller, const std::string& key, const Sha256& request, const std::string& response) override;

 private:
  /// Of the model whose vectors are searched; of the present one where that is not to be had.
  retrieval::Retriever& retriever();

  Config config_;
  FileLock lock_;
  std::unique_ptr<store::Store> store_;
  store::WorkspaceId workspace_;
  Models models_;
  BackgroundWork work_;
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<retrieval::Retriever>> retrievers_;  ///< by the fingerprint of their model
};

}  // namespace panduan::app
