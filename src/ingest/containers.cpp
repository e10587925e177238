#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/file.h"
#include "documents/container.h"
#include "documents/loader.h"
#include "ingest/detail/ingest_run.h"

// Files that hold files: archives, mailboxes, attachments. They are unpacked in batches, so that memory is bounded however much is in them; what is inside is
// read like any other file, with the container's path in front of its own.
namespace panduan::ingest {

/// One container while it is read.
struct Ingester::Unpacking {
  store::FileStamp stamp;
  std::set<std::string> seen;  ///< sources of what is in it
};

/// Whether it was read as it is now.
bool Ingester::is_container_known(const Run& run, const Pending& file) const {
  const std::string source = file.path.string();
  const auto notes = store_.file_notes(run.caller.workspace_id, source);
  const auto own = std::ranges::find(notes, source, &store::FileNote::source);
  return own != notes.end() && own->reason.empty() && own->stamp == file.stamp && own->chunking == run.chunking;
}

/// What was in it before and is no longer goes only when all of it could be read.
void Ingester::add_container(Run& run, const Pending& file) {
  const auto workspace = run.caller.workspace_id;
  const std::string source = file.path.string();
  const std::size_t failed_before = run.summary.failed;
  Unpacking unpacking{.stamp = file.stamp, .seen = {source}};
  std::string problem;
  try {
    if (file.stamp.bytes > options_.max_file_bytes) {
      throw Error(ErrorKind::TooLarge,
                  fmt::format("it has {} bytes, the limit is {}: split it, or raise documents.max_file_mb", file.stamp.bytes, options_.max_file_bytes));
    }
    problem = unpack(run, unpacking, source, file.is_inside ? file.bytes : read_file(file.path, options_.max_file_bytes), 1);
  } catch (const Error& error) {
    if (detail::ends_everything(error)) throw;
    problem = error.what();
  }
  const store::FileNote note{.source = source, .stamp = file.stamp, .chunking = run.chunking, .reason = problem};
  if (!problem.empty()) {
    store_.note_file(workspace, note);
    return run.tell({.source = source, .outcome = AddOutcome::Failed, .reason = problem, .document = {}});
  }
  for (const store::KnownSource& known : store_.sources_below(workspace, source, run.chunking, run.model)) {
    if (unpacking.seen.contains(known.source) || !store_.remove_document(workspace, known.id)) continue;
    run.tell({.source = known.source, .outcome = AddOutcome::Removed, .reason = {}, .document = {}});
  }
  bool message_failed = false;
  for (const store::FileNote& kept : store_.file_notes(workspace, source)) {
    if (kept.source == source) message_failed = !kept.reason.empty() && run.summary.failed > 0 && kept.stamp == file.stamp;
    else if (!unpacking.seen.contains(kept.source)) store_.forget_file(workspace, kept.source);
  }
  // Of an e-mail that is broken itself that stays said.
  if (!message_failed) store_.note_file(workspace, note);
  if (unpacking.seen.size() == 1 && run.summary.failed == failed_before)
    run.tell({.source = source, .outcome = AddOutcome::Unchanged, .reason = {}, .document = {}});
}

/// Gives why it could not be read to its end; empty when it was.
std::string Ingester::unpack(Run& run, Unpacking& unpacking, const std::string& source, std::string_view bytes, int depth) {
  struct Inner {
    std::string source, bytes;
  };
  documents::ContainerCursor cursor;
  const documents::ContainerLimits limits{.max_member_bytes = options_.max_file_bytes};
  while (true) {
    run.stop_if_asked();
    run.progress.file = source;
    run.report("unpacking");
    documents::ContainerBatch batch = documents::read_members(source, bytes, cursor, depth, limits, run.stop);
    std::vector<Pending> files;
    std::vector<Inner> inner;
    for (documents::ContainerMember& member : batch.members) {
      std::string path = source + "/" + member.path;
      unpacking.seen.insert(path);
      const store::FileStamp stamp{.modified_ns = unpacking.stamp.modified_ns, .bytes = member.bytes.size()};
      const bool holds_files = member.problem.empty() && documents::is_container(member.path, member.bytes);
      if (holds_files) inner.push_back({.source = path, .bytes = member.bytes});
      if (!holds_files || documents::has_known_ending(member.path))
        files.push_back({.path = std::move(path), .stamp = stamp, .refused = std::move(member.problem), .bytes = std::move(member.bytes), .is_inside = true});
    }
    read_and_store(run, files);
    for (const Inner& container : inner) {
      std::string problem;
      try {
        problem = unpack(run, unpacking, container.source, container.bytes, depth + 1);
      } catch (const Error& error) {
        if (detail::ends_everything(error)) throw;
        problem = error.what();
      }
      if (problem.empty()) continue;
      store_.note_file(run.caller.workspace_id, {.source = container.source, .stamp = unpacking.stamp, .chunking = run.chunking, .reason = problem});
      run.tell({.source = container.source, .outcome = AddOutcome::Failed, .reason = problem, .document = {}});
    }
    if (!batch.next) return batch.problem;
    cursor = *batch.next;
  }
}

}  // namespace panduan::ingest
