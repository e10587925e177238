#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/file.h"
#include "base/hash.h"
#include "documents/container.h"
#include "documents/loader.h"
#include "ingest/detail/ingest_run.h"
#include "ingest/find_files.h"

// Keeping documents in step with a folder: what is there is compared with what is known, what was moved keeps its document, the rest is read, and only then
// is removed what is gone, so that a run that is stopped has lost nothing.
namespace panduan::ingest {
namespace {

namespace fs = std::filesystem;

/// So many documents at once do not vanish by hand.
constexpr std::size_t kMostRemovedUnasked = 10;

fs::path folder_named(const fs::path& path) {
  std::error_code error;
  const fs::path whole = fs::canonical(path, error);
  if (error) throw error_from_errno(error.value(), fmt::format("cannot keep in step with '{}'", path.string()));
  if (!fs::is_directory(whole)) throw Error(ErrorKind::InvalidInput, fmt::format("'{}' is no folder: add a file with 'panduan add'", path.string()));
  return whole;
}

bool lies_in(const std::string& source, const fs::path& folder) { return source == folder || source.starts_with(folder.string() + "/"); }

}  // namespace

/// What has to be done so that the documents are those of the folder.
struct Ingester::Plan {
  std::vector<Pending> pending;
  std::vector<Pending> containers;
  std::vector<store::KnownSource> gone;
  std::vector<std::string> forgotten;  ///< sources of notes about files that are gone
  std::size_t unchanged = 0;
  std::size_t failed_before = 0;
};

AddSummary Ingester::sync(const identity::Caller& caller, const fs::path& folder, const SyncOptions& how, const AddSink& sink, const std::stop_token& stop) {
  identity::require(caller, identity::Right::Write);
  const fs::path root = folder_named(folder);
  Run run = begin(caller, sink, stop);
  run.progress.file = root.string();
  run.report("looking");
  Plan plan = this->plan(run, root, how);
  run.summary.unchanged = plan.unchanged;
  run.summary.failed_before = plan.failed_before;
  store_.follow_folder(caller.workspace_id, root.string());
  move_files(run, plan);
  read_and_store(run, plan.pending);
  for (const Pending& container : plan.containers) add_container(run, container);
  for (const store::KnownSource& gone : plan.gone) {
    run.stop_if_asked();
    if (store_.remove_document(caller.workspace_id, gone.id)) run.tell({.source = gone.source, .outcome = AddOutcome::Removed, .reason = {}, .document = {}});
  }
  for (const std::string& source : plan.forgotten) store_.forget_file(caller.workspace_id, source);
  run.summary.total_ms = run.watch.elapsed_ms();
  return run.summary;
}

Ingester::Plan Ingester::plan(const Run& run, const fs::path& folder, const SyncOptions& how) const {
  const auto workspace = run.caller.workspace_id;
  const FoundFiles found = find_files({folder});
  std::map<std::string, store::KnownSource> known;
  for (store::KnownSource& source : store_.sources_below(workspace, folder.string(), run.chunking)) known.emplace(source.source, std::move(source));
  std::map<std::string, store::FileNote> notes;
  for (store::FileNote& note : store_.file_notes(workspace, folder.string())) notes.emplace(note.source, std::move(note));

  Plan plan;
  for (const fs::path& path : found.files) {
    run.stop_if_asked();
    Pending file{.path = path, .stamp = {}, .refused = {}};
    try {
      file.stamp = detail::stamp_of(path);
    } catch (const Error& error) {
      file.refused = error.what();
    }
    const auto is_known = known.extract(path.string());
    const auto note = notes.extract(path.string());
    const auto says_of_now = [&](const auto& one) { return one && one.mapped().stamp == file.stamp && one.mapped().chunking == run.chunking; };
    const bool failed_so = says_of_now(note);
    if (documents::has_container_ending(path)) {
      // What it holds stays while it is as it was; else add_container sees to it.
      const bool was_read = says_of_now(notes.extract(detail::inside_of(path.string())));
      const std::size_t inside = std::erase_if(known, [&](const auto& source) { return lies_in(source.first, path); });
      const std::size_t failed = std::erase_if(notes, [&](const auto& other) { return lies_in(other.first, path); });
      const bool is_tried = how.retries ? failed_so || failed > 0 || !was_read : !was_read && !failed_so;
      if (is_tried) {
        plan.containers.push_back(file);
      } else {
        plan.unchanged += inside;
        plan.failed_before += failed;
      }
      if (!documents::has_known_ending(path)) {
        if (!is_tried && failed_so) ++plan.failed_before;
        continue;
      }
    }
    if (is_known && is_known.mapped().stamp == file.stamp && is_known.mapped().is_prepared) ++plan.unchanged;
    else if (failed_so && !how.retries) ++plan.failed_before;
    else plan.pending.push_back(std::move(file));
  }
  for (const Refused& refused : found.refused) {
    if (notes.extract(refused.path.string()) && !how.retries) ++plan.failed_before;
    else plan.pending.push_back({.path = refused.path, .stamp = {}, .refused = refused.reason});
    // What is inside it is not known to be gone.
    std::erase_if(known, [&](const auto& source) { return lies_in(source.first, refused.path); });
    std::erase_if(notes, [&](const auto& other) { return lies_in(other.first, refused.path); });
  }
  for (auto& [source, gone] : known) plan.gone.push_back(std::move(gone));
  for (const auto& [source, note] : notes) plan.forgotten.push_back(source);
  if (found.files.empty() && found.refused.empty() && plan.gone.size() >= kMostRemovedUnasked && !how.empties) {
    throw Error(ErrorKind::Conflict, fmt::format("'{}' has become empty, and {} documents came from it: is it mounted? To remove them all, add --empties",
                                                 folder.string(), plan.gone.size()));
  }
  return plan;
}

/// A new file with the bytes of one that is gone is that one. Only files of the same size are read for it.
void Ingester::move_files(Run& run, Plan& plan) {
  std::multimap<std::uint64_t, store::KnownSource> gone;
  for (store::KnownSource& source : plan.gone) gone.emplace(source.stamp.bytes, std::move(source));
  std::vector<Pending> left;
  for (Pending& file : plan.pending) {
    const auto [first, last] = gone.equal_range(file.stamp.bytes);
    const std::string source = file.path.string();
    if (first == last || !file.refused.empty() || store_.find_document_by_source(run.caller.workspace_id, source)) {
      left.push_back(std::move(file));
      continue;
    }
    run.stop_if_asked();
    auto found = last;
    try {
      const std::string bytes = read_file(file.path, options_.max_file_bytes);
      const Sha256 digest = sha256(bytes);
      found = std::find_if(first, last, [&](const auto& one) {
        return one.second.content_sha256 == digest && one.second.is_prepared && documents::loader_for(source, bytes).media_type() == one.second.media_type;
      });
    } catch (const Error& error) {
      if (detail::ends_everything(error)) throw;
      file.refused = error.what();
    }
    if (found == last || !store_.move_document(run.caller.workspace_id, found->second.id, source, file.stamp)) {
      left.push_back(std::move(file));
      continue;
    }
    run.tell({.source = source,
              .outcome = AddOutcome::Moved,
              .reason = found->second.source,
              .document = *store_.find_document(run.caller.workspace_id, found->second.id)});
    gone.erase(found);
  }
  plan.pending = std::move(left);
  plan.gone.clear();
  for (auto& [bytes, source] : gone) plan.gone.push_back(std::move(source));
  std::ranges::sort(plan.gone, {}, &store::KnownSource::source);
}

}  // namespace panduan::ingest
