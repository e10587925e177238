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
  documents::ContainerLimits limits;
  // Of all that it holds, whatever archive in it that lies in: each of those may be within the limits, and all of them together never end.
  std::uint64_t files = 0;
  std::uint64_t unpacked_bytes = 0;
  bool is_cut = false;  ///< something of it was left out for that

  void count(const documents::ContainerBatch& batch) {
    files += batch.members.size();
    for (const documents::ContainerMember& member : batch.members) unpacked_bytes += member.bytes.size();
  }
  /// What is too much of it; empty as long as nothing is.
  std::string excess() const {
    constexpr std::uint64_t kMostNestedFiles = 100'000;
    const std::uint64_t most_bytes = limits.max_unpacked_bytes(stamp.bytes);
    if (files <= kMostNestedFiles && unpacked_bytes <= most_bytes) return {};
    return fmt::format("together with the archives in it, the archive holds more than {}: what comes after that is left out; unpack it and add what is in it",
                       files > kMostNestedFiles ? fmt::format("{} files", kMostNestedFiles) : fmt::format("{} MB", most_bytes >> 20U));
  }
};

/// Whether all that is in it was read, and it is as it was then.
bool Ingester::is_container_known(const Run& run, const Pending& file) const {
  const std::string folder = detail::inside_of(file.path.string());
  const auto notes = store_.file_notes(run.caller.workspace_id, file.path.string());
  return std::ranges::any_of(notes,
                             [&](const store::FileNote& note) { return note.source == folder && note.stamp == file.stamp && note.chunking == run.chunking; });
}

/// What was in it before and is no longer goes only when all of it could be read.
void Ingester::add_container(Run& run, const Pending& file) {
  const auto workspace = run.caller.workspace_id;
  const std::string source = file.path.string();
  Unpacking unpacking{.stamp = file.stamp, .seen = {source}, .limits = options_.containers};
  unpacking.limits.max_member_bytes = options_.max_file_bytes;
  std::string problem;
  try {
    check_size(file.stamp.bytes);
    problem = unpack(run, unpacking, source, file.is_inside ? file.bytes : read_file(file.path, options_.max_file_bytes), 1);
  } catch (const Error& error) {
    if (detail::ends_everything(error)) throw;
    problem = error.what();
  }
  if (problem.empty() && unpacking.is_cut) problem = unpacking.excess();
  const bool is_empty = unpacking.seen.size() == 1 && !documents::has_known_ending(file.path);
  if (problem.empty() && is_empty) problem = fmt::format("there is no file in it that can be read; {} can", documents::readable_formats());
  if (!problem.empty()) return note_failure(run, source, file.stamp, problem);
  for (const store::KnownSource& known : store_.sources_below(workspace, source, run.chunking)) {
    if (unpacking.seen.contains(known.source) || !store_.remove_document(workspace, known.id)) continue;
    run.tell({.source = known.source, .outcome = AddOutcome::Removed, .reason = {}, .document = {}});
  }
  for (const store::FileNote& kept : store_.file_notes(workspace, source)) {
    if (!unpacking.seen.contains(kept.source)) store_.forget_file(workspace, kept.source);
  }
  store_.note_file(workspace, {.source = detail::inside_of(source), .stamp = file.stamp, .chunking = run.chunking, .reason = {}});
}

void Ingester::note_failure(Run& run, const std::string& source, const store::FileStamp& stamp, const std::string& reason) {
  store_.note_file(run.caller.workspace_id, {.source = source, .stamp = stamp, .chunking = run.chunking, .reason = reason});
  run.tell({.source = source, .outcome = AddOutcome::Failed, .reason = reason, .document = {}});
}

/// Gives why it could not be read to its end; empty when it was.
std::string Ingester::unpack(Run& run, Unpacking& unpacking, const std::string& source, std::string_view bytes, int depth) {
  struct Inner {
    std::string source, bytes;
  };
  documents::ContainerCursor cursor;
  while (true) {
    run.stop_if_asked();
    if (std::string excess = unpacking.excess(); !excess.empty()) {
      unpacking.is_cut = true;
      return excess;
    }
    run.progress.file = source;
    run.report("unpacking");
    documents::ContainerBatch batch = documents::read_members(source, bytes, cursor, depth, unpacking.limits, run.stop);
    unpacking.count(batch);
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
      if (!problem.empty()) note_failure(run, container.source, unpacking.stamp, problem);
    }
    if (!batch.next) return batch.problem;
    cursor = *batch.next;
  }
}

}  // namespace panduan::ingest
