#include "store/sqlite/sqlite_store.h"

// What keeps documents in step with the files they come from.
namespace panduan::store {
namespace {

/// The sources at a path and below it: "/" is followed by "0".
constexpr std::string_view kBelow = "(source = ? OR (source >= ? AND source < ?))";

void bind_below(Statement& statement, std::string_view path) { statement.bind(path).bind(std::string(path) + "/").bind(std::string(path) + "0"); }

}  // namespace

std::vector<KnownSource> SqliteStore::sources_below(WorkspaceId workspace, std::string_view path, std::string_view chunking) const {
  const auto database = read();
  auto rows = database->prepare(
      "SELECT d.public_id, d.source, c.media_type, v.source_modified_ns, v.source_bytes, v.content_sha256, "
      "c.chunking = ? "
      "FROM documents d JOIN document_versions v ON v.id = d.current_version_id JOIN contents c ON c.id = v.content_id "
      "WHERE d.workspace_id = ? AND d.rights = 'workspace' AND " +
      std::string(kBelow) + " ORDER BY d.source");
  rows.bind(chunking).bind(workspace);
  bind_below(rows, path);
  std::vector<KnownSource> sources;
  while (rows.step()) {
    KnownSource& known = sources.emplace_back(KnownSource{.id = rows.text(0),
                                                          .source = rows.text(1),
                                                          .media_type = rows.text(2),
                                                          .stamp = {.modified_ns = rows.integer(3), .bytes = static_cast<std::uint64_t>(rows.integer(4))},
                                                          .is_prepared = rows.integer(6) != 0});
    const auto digest = rows.blob(5);
    std::copy_n(digest.begin(), std::min(digest.size(), known.content_sha256.size()), known.content_sha256.begin());
  }
  return sources;
}

bool SqliteStore::move_document(WorkspaceId workspace, std::string_view id, std::string_view source, const FileStamp& stamp) {
  const std::lock_guard lock(writing_);
  Transaction transaction(writer_);
  auto moved = writer_.prepare(
      "UPDATE OR IGNORE documents SET source = ? WHERE workspace_id = ? AND public_id = ? AND rights = 'workspace' RETURNING current_version_id");
  moved.bind(source).bind(workspace).bind(id);
  if (!moved.step()) return false;
  const std::int64_t version = moved.integer(0);
  moved.run();
  writer_.prepare("UPDATE document_versions SET source_modified_ns = ?, source_bytes = ? WHERE id = ?")
      .bind(stamp.modified_ns)
      .bind(static_cast<std::int64_t>(stamp.bytes))
      .bind(version)
      .run();
  erase_note(workspace, source);
  count_generation(workspace);  // search results name the source
  transaction.commit();
  return true;
}

void SqliteStore::note_file(WorkspaceId workspace, const FileNote& note) {
  const std::lock_guard lock(writing_);
  writer_
      .prepare(
          "INSERT OR REPLACE INTO file_notes (workspace_id, source, source_modified_ns, source_bytes, chunking, reason, noted_ms) VALUES (?, ?, ?, ?, ?, ?, ?)")
      .bind(workspace)
      .bind(note.source)
      .bind(note.stamp.modified_ns)
      .bind(static_cast<std::int64_t>(note.stamp.bytes))
      .bind(note.chunking)
      .bind(note.reason)
      .bind(clock_.now_ms())
      .run();
}

std::vector<FileNote> SqliteStore::file_notes(WorkspaceId workspace, std::string_view path) const {
  const auto database = read();
  auto rows = database->prepare("SELECT source, source_modified_ns, source_bytes, chunking, reason, noted_ms FROM file_notes WHERE workspace_id = ?" +
                                (path.empty() ? std::string() : " AND " + std::string(kBelow)) + " ORDER BY source");
  rows.bind(workspace);
  if (!path.empty()) bind_below(rows, path);
  std::vector<FileNote> notes;
  while (rows.step()) {
    notes.push_back({.source = rows.text(0),
                     .stamp = {.modified_ns = rows.integer(1), .bytes = static_cast<std::uint64_t>(rows.integer(2))},
                     .chunking = rows.text(3),
                     .reason = rows.text(4),
                     .noted_ms = rows.integer(5)});
  }
  return notes;
}

void SqliteStore::erase_note(WorkspaceId workspace, std::string_view source) {
  writer_.prepare("DELETE FROM file_notes WHERE workspace_id = ? AND source = ?").bind(workspace).bind(source).run();
}

void SqliteStore::forget_file(WorkspaceId workspace, std::string_view source) {
  const std::lock_guard lock(writing_);
  erase_note(workspace, source);
}

void SqliteStore::follow_folder(WorkspaceId workspace, std::string_view path) {
  const std::lock_guard lock(writing_);
  writer_.prepare("INSERT OR IGNORE INTO followed_folders (workspace_id, path) VALUES (?, ?)").bind(workspace).bind(path).run();
}

std::vector<std::string> SqliteStore::followed_folders(WorkspaceId workspace) const {
  const auto database = read();
  auto rows = database->prepare("SELECT path FROM followed_folders WHERE workspace_id = ? ORDER BY path");
  rows.bind(workspace);
  std::vector<std::string> folders;
  while (rows.step()) folders.push_back(rows.text(0));
  return folders;
}

bool SqliteStore::unfollow_folder(WorkspaceId workspace, std::string_view path) {
  const std::lock_guard lock(writing_);
  auto row = writer_.prepare("DELETE FROM followed_folders WHERE workspace_id = ? AND path = ? RETURNING path");
  row.bind(workspace).bind(path);
  const bool was_there = row.step();
  row.run();
  return was_there;
}

}  // namespace panduan::store
