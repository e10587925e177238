#include "app/background_work.h"

#include <fmt/format.h>

#include <cerrno>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "base/unicode.h"

namespace panduan::app {
namespace {

using ingest::AddOutcome;
using ingest::AddSink;
using ingest::AddSummary;
using Json = nlohmann::json;

// The ids of what came of an upload; an archive can hold more.
constexpr std::size_t kNamedDocuments = 1000;

/// The whole documents' names are kept as they come; uploads must not look like paths of this machine.
std::string upload_source(const std::string& name) {
  if (!is_valid_utf8(name) || name.size() > 1024) throw Error(ErrorKind::InvalidInput, "the file's name is not UTF-8 or has over 1024 bytes: rename it");
  const std::string file = std::filesystem::path(name).filename().string();
  if (file.empty() || file == "." || file == "..") throw Error(ErrorKind::InvalidInput, "the upload has no file name: give one, its ending tells the format");
  return "upload/" + file;
}

bool has_changed_something(const AddSummary& summary) {
  return summary.added + summary.updated + summary.failed + summary.moved + summary.removed + summary.reindexed > 0;
}

/// Tells the sink, and of all but the look at what is there the job.
AddSink telling(const AddSink& sink, const jobs::Progress& progress) {
  auto last = std::make_shared<ingest::AddProgress>();
  return {.on_progress =
              [=](const ingest::AddProgress& now) {
                *last = now;
                if (now.step != "looking") progress(line_of(progress_json(now)));
                if (sink.on_progress) sink.on_progress(now);
              },
          .on_file =
              [=](const ingest::FileResult& result) {
                if (result.outcome != AddOutcome::Unchanged) progress(line_of(progress_json(*last)));
                if (sink.on_file) sink.on_file(result);
              }};
}

AddSummary summary_of(const std::vector<ingest::FileResult>& results) {
  AddSummary summary;
  for (const auto& result : results) {
    if (result.outcome == AddOutcome::Added) ++summary.added;
    if (result.outcome == AddOutcome::Updated) ++summary.updated;
    if (result.outcome == AddOutcome::Unchanged) ++summary.unchanged;
    if (result.outcome == AddOutcome::Failed) ++summary.failed;
    if (result.outcome == AddOutcome::Removed) ++summary.removed;
    if (result.outcome == AddOutcome::Added || result.outcome == AddOutcome::Updated) summary.chunks += result.document.chunks;
  }
  return summary;
}

std::string upload_result(const std::vector<ingest::FileResult>& results) {
  Json json = summary_json(summary_of(results));
  Json documents = Json::array();
  for (const auto& result : results) {
    if (!result.document.id.empty() && documents.size() < kNamedDocuments) documents.push_back(result.document.id);
  }
  json["documents"] = std::move(documents);
  return line_of(json);
}

void check(const LongWork& work) {
  std::error_code error;
  if (const auto* add = std::get_if<AddWork>(&work)) {
    for (const auto& path : add->paths) {
      if (!std::filesystem::exists(path, error)) throw error_from_errno(error ? error.value() : ENOENT, fmt::format("cannot add '{}'", path.string()));
    }
  } else if (const auto* sync = std::get_if<SyncWork>(&work)) {
    if (!std::filesystem::exists(sync->folder, error))
      throw error_from_errno(error ? error.value() : ENOENT, fmt::format("cannot keep in step with '{}'", sync->folder.string()));
    if (!std::filesystem::is_directory(sync->folder, error))
      throw Error(ErrorKind::InvalidInput, fmt::format("'{}' is no folder: add a file with 'panduan add'", sync->folder.string()));
  } else if (const auto* upload = std::get_if<UploadWork>(&work)) {
    upload_source(upload->name);
  }
}

}  // namespace

BackgroundWork::BackgroundWork(store::Store& store, MakeIngester make_ingester)
    : store_(store), make_ingester_(std::move(make_ingester)), queue_(store, handlers()) {}

std::map<std::string, jobs::Handler> BackgroundWork::handlers() {
  return {
      {"add",
       [this](const store::Job& job, const identity::Caller& caller, const jobs::Progress& progress, const std::stop_token& stop) {
         const auto work = std::get<AddWork>(work_of(job.kind, job.arguments));
         return line_of(summary_json(add_now(caller, work, telling({}, progress), stop)));
       }},
      {"sync",
       [this](const store::Job& job, const identity::Caller& caller, const jobs::Progress& progress, const std::stop_token& stop) {
         const auto work = std::get<SyncWork>(work_of(job.kind, job.arguments));
         return line_of(summary_json(sync_now(caller, work, telling({}, progress), stop)));
       }},
      {"index", [this](const store::Job&, const identity::Caller& caller, const jobs::Progress& progress,
                       const std::stop_token& stop) { return line_of(summary_json(reindex_now(caller, telling({}, progress), stop))); }},
      {"upload", [this](const store::Job& job, const identity::Caller& caller, const jobs::Progress& progress, const std::stop_token& stop) {
         const auto work = std::get<UploadWork>(work_of(job.kind, job.arguments));
         std::string bytes = store_.job_bytes(job.workspace, job.id);
         return upload_result(make_ingester_(caller).add_bytes(caller, upload_source(work.name), std::move(bytes), stop, telling({}, progress).on_progress));
       }}};
}

AddSummary BackgroundWork::with_index(AddSummary summary, const identity::Caller& caller, const AddSink& sink, const std::stop_token& stop) {
  const std::unique_lock lock(indexing_, std::try_to_lock);
  if (!lock) return summary;
  const AddSummary index = make_ingester_(caller).reindex(caller, sink, stop);
  summary.reindexed = index.reindexed;
  summary.tokens += index.tokens;
  summary.embed_ms += index.embed_ms;
  summary.total_ms += index.total_ms;
  return summary;
}

AddSummary BackgroundWork::add_now(const identity::Caller& caller, const AddWork& work, const AddSink& sink, const std::stop_token& stop) {
  return with_index(make_ingester_(caller).add(caller, work.paths, sink, stop), caller, sink, stop);
}

AddSummary BackgroundWork::sync_now(const identity::Caller& caller, const SyncWork& work, const AddSink& sink, const std::stop_token& stop) {
  return with_index(make_ingester_(caller).sync(caller, work.folder, work.how, sink, stop), caller, sink, stop);
}

AddSummary BackgroundWork::reindex_now(const identity::Caller& caller, const AddSink& sink, const std::stop_token& stop) {
  const std::scoped_lock lock(indexing_);
  return make_ingester_(caller).reindex(caller, sink, stop);
}

AddSummary BackgroundWork::reindex(const identity::Caller& caller, const AddSink& sink, const std::stop_token& stop) {
  return run_now(caller, IndexWork{}, sink, stop, [&](const AddSink& told, const std::stop_token& asked) { return reindex_now(caller, told, asked); });
}

AddSummary BackgroundWork::add(const identity::Caller& caller, const AddWork& work, const AddSink& sink, const std::stop_token& stop) {
  return run_now(caller, work, sink, stop, [&](const AddSink& told, const std::stop_token& asked) { return add_now(caller, work, told, asked); });
}

AddSummary BackgroundWork::sync(const identity::Caller& caller, const SyncWork& work, const AddSink& sink, const std::stop_token& stop) {
  return run_now(caller, work, sink, stop, [&](const AddSink& told, const std::stop_token& asked) { return sync_now(caller, work, told, asked); });
}

std::vector<ingest::FileResult> BackgroundWork::upload(const identity::Caller& caller, UploadWork work, const std::stop_token& stop) {
  const std::string source = upload_source(work.name);
  std::vector<ingest::FileResult> results;
  queue_.run_now(
      caller, {.kind = "upload", .arguments = arguments_of(UploadWork{.name = work.name, .bytes = {}})},
      [&](const jobs::Progress& progress, const std::stop_token& asked) -> jobs::JobQueue::Outcome {
        results = make_ingester_(caller).add_bytes(caller, source, std::move(work.bytes), asked, telling({}, progress).on_progress);
        return {.result = upload_result(results), .is_worth_keeping = has_changed_something(summary_of(results))};
      },
      stop);
  return results;
}

AddSummary BackgroundWork::run_now(const identity::Caller& caller, const LongWork& work, const AddSink& sink, const std::stop_token& stop,
                                   const std::function<AddSummary(const AddSink&, const std::stop_token&)>& ingestion) {
  std::string arguments;
  try {
    arguments = arguments_of(work);
  } catch (const Error&) {
    return ingestion(sink, stop);  // what cannot be noted is done all the same
  }
  AddSummary summary;
  queue_.run_now(
      caller, {.kind = std::string(kind_of(work)), .arguments = std::move(arguments)},
      [&](const jobs::Progress& progress, const std::stop_token& asked) -> jobs::JobQueue::Outcome {
        summary = ingestion(telling(sink, progress), asked);
        return {.result = line_of(summary_json(summary)), .is_worth_keeping = has_changed_something(summary)};
      },
      stop);
  return summary;
}

store::Job BackgroundWork::submit(const identity::Caller& caller, const LongWork& work, store::JobPriority priority) {
  identity::require(caller, identity::Right::Write);
  check(work);
  const auto* upload = std::get_if<UploadWork>(&work);
  return queue_.submit(caller, {.kind = std::string(kind_of(work)),
                                .arguments = arguments_of(work),
                                .priority = priority,
                                .bytes = upload == nullptr ? std::nullopt : std::optional<std::string_view>(upload->bytes)});
}

void BackgroundWork::submit_index(const identity::Caller& caller) {
  try {
    if (make_ingester_(caller).needs_index(caller)) submit(caller, IndexWork{}, store::JobPriority::Low);
  } catch (const Error& error) {
    log::debug(fmt::format("[jobs] no index is made: {}", error.what()));  // the model is not there, which readiness says
  }
}

store::Job BackgroundWork::retry(const identity::Caller& caller, const std::string& id) {
  const store::Job job = queue_.find(caller, id);
  if (job.kind == "upload" && job.is_over() && job.state != store::JobState::Done)
    throw Error(ErrorKind::Conflict, fmt::format("the bytes of the upload '{}' were erased when it ended: send the file again", id));
  return queue_.retry(caller, id);
}

}  // namespace panduan::app
