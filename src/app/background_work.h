#pragma once
#include <functional>
#include <map>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

#include "app/long_work.h"
#include "jobs/job_queue.h"
#include "store/store.h"

namespace panduan::app {

/// The long use cases (add, sync, upload), at once or in the background. Either way they are jobs: listed, cancelled, and gone on with after a crash.
class BackgroundWork {
 public:
  using MakeIngester = std::function<ingest::Ingester(const identity::Caller&)>;
  BackgroundWork(store::Store& store, MakeIngester make_ingester);

  /// At once, on this thread; as ingest::Ingester.
  ingest::AddSummary add(const identity::Caller& caller, const AddWork& work, const ingest::AddSink& sink, const std::stop_token& stop);
  ingest::AddSummary sync(const identity::Caller& caller, const SyncWork& work, const ingest::AddSink& sink, const std::stop_token& stop);
  ingest::AddSummary reindex(const identity::Caller& caller, const ingest::AddSink& sink, const std::stop_token& stop);
  /// Its bytes are not kept with the job: one that a crash ended has to be sent again.
  std::vector<ingest::FileResult> upload(const identity::Caller& caller, UploadWork work, const std::stop_token& stop);

  /// Throws Error: NotFound (a path that is not there), InvalidInput (what is to be synced is no folder, a name that cannot be kept).
  store::Job submit(const identity::Caller& caller, const LongWork& work, store::JobPriority priority);
  /// Where the embedding model was changed: a job that makes its index, behind all others.
  void submit_index(const identity::Caller& caller);
  /// As jobs::JobQueue; and Conflict for an upload that is over, whose bytes are gone.
  store::Job retry(const identity::Caller& caller, const std::string& id);
  jobs::JobQueue& queue() { return queue_; }

 private:
  std::map<std::string, jobs::Handler> handlers();
  ingest::AddSummary add_now(const identity::Caller& caller, const AddWork& work, const ingest::AddSink& sink, const std::stop_token& stop);
  ingest::AddSummary sync_now(const identity::Caller& caller, const SyncWork& work, const ingest::AddSink& sink, const std::stop_token& stop);
  ingest::AddSummary reindex_now(const identity::Caller& caller, const ingest::AddSink& sink, const std::stop_token& stop);
  /// Where another embedding model is to take over, it embeds the rest as well; unless it does already.
  ingest::AddSummary with_index(ingest::AddSummary summary, const identity::Caller& caller, const ingest::AddSink& sink, const std::stop_token& stop);
  ingest::AddSummary run_now(const identity::Caller& caller, const LongWork& work, const ingest::AddSink& sink, const std::stop_token& stop,
                             const std::function<ingest::AddSummary(const ingest::AddSink&, const std::stop_token&)>& ingestion);

  store::Store& store_;
  MakeIngester make_ingester_;
  std::mutex indexing_;
  jobs::JobQueue queue_;
};

}  // namespace panduan::app
