#include "store/sqlite/sqlite_store.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/file.h"
#include "store/sqlite/schema.h"

// Opening, workspaces and their settings, kept responses and the integrity check. Documents are written in sqlite_documents.cpp and found in
// sqlite_search.cpp, conversations are in sqlite_conversations.cpp, jobs in sqlite_jobs.cpp.
namespace panduan::store {
namespace {

constexpr std::int64_t kResponseKeptMs = 24LL * 3600 * 1000;

std::span<const unsigned char> as_blob(const Sha256& digest) { return {digest.data(), digest.size()}; }

std::filesystem::path made(std::filesystem::path folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw error_from_errno(error.value(), fmt::format("cannot make the data folder '{}'", folder.string()));
  std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);  // the documents are private
  return folder;
}

}  // namespace

SqliteStore::SqliteStore(const std::filesystem::path& folder, const Clock& clock)
    : file_(made(folder) / "panduan.db"), clock_(clock), writer_(file_, Database::Access::ReadWrite) {
  // FULL: what `add` reported as stored is there after a power cut, too.
  writer_.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  migrate(writer_);
  empty_log();
}

SqliteStore::Loan SqliteStore::read() const {
  const std::lock_guard lock(readers_mutex_);
  if (idle_readers_.empty()) return {*this, std::make_unique<Database>(file_, Database::Access::ReadOnly)};
  auto database = std::move(idle_readers_.back());
  idle_readers_.pop_back();
  return {*this, std::move(database)};
}

WorkspaceId SqliteStore::workspace(std::string_view name) {
  const std::lock_guard lock(writing_);
  auto found = writer_.prepare("SELECT id FROM workspaces WHERE name = ?");
  found.bind(name);
  if (found.step()) return found.integer(0);
  Transaction transaction(writer_);
  writer_.prepare("INSERT INTO workspaces (name, created_ms) VALUES (?, ?)").bind(name).bind(clock_.now_ms()).run();
  const WorkspaceId id = writer_.last_insert_id();
  create_words_table(writer_, id);
  transaction.commit();
  return id;
}

std::map<std::string, std::string> SqliteStore::settings(WorkspaceId workspace) const {
  const auto database = read();
  auto rows = database->prepare("SELECT key, value FROM workspace_settings WHERE workspace_id = ?");
  rows.bind(workspace);
  std::map<std::string, std::string> settings;
  while (rows.step()) settings[rows.text(0)] = rows.text(1);
  return settings;
}

void SqliteStore::set(WorkspaceId workspace, const std::map<std::string, std::optional<std::string>>& changes) {
  const std::lock_guard lock(writing_);
  Transaction transaction(writer_);
  for (const auto& [key, value] : changes) {
    if (value) {
      writer_.prepare("INSERT OR REPLACE INTO workspace_settings (workspace_id, key, value) VALUES (?, ?, ?)").bind(workspace).bind(key).bind(*value).run();
    } else {
      writer_.prepare("DELETE FROM workspace_settings WHERE workspace_id = ? AND key = ?").bind(workspace).bind(key).run();
    }
  }
  transaction.commit();
}

std::optional<std::string> SqliteStore::kept_response(WorkspaceId workspace, std::string_view key, const Sha256& request) const {
  const auto database = read();
  auto row = database->prepare("SELECT request_sha256, response FROM idempotency_keys WHERE workspace_id = ? AND key = ? AND created_ms >= ?");
  row.bind(workspace).bind(key).bind(clock_.now_ms() - kResponseKeptMs);
  if (!row.step()) return std::nullopt;
  const auto kept = row.blob(0);
  if (!std::equal(kept.begin(), kept.end(), request.begin(), request.end())) {
    throw Error(ErrorKind::Conflict, fmt::format("the idempotency key '{}' was used for another request: take a new key", key));
  }
  return row.text(1);
}

void SqliteStore::keep_response(WorkspaceId workspace, std::string_view key, const Sha256& request, std::string_view response) {
  const std::lock_guard lock(writing_);
  Transaction transaction(writer_);
  writer_.prepare("DELETE FROM idempotency_keys WHERE workspace_id = ? AND created_ms < ?").bind(workspace).bind(clock_.now_ms() - kResponseKeptMs).run();
  writer_.prepare("INSERT OR REPLACE INTO idempotency_keys (workspace_id, key, request_sha256, response, created_ms) VALUES (?, ?, ?, ?, ?)")
      .bind(workspace)
      .bind(key)
      .bind_blob(as_blob(request))
      .bind(response)
      .bind(clock_.now_ms())
      .run();
  transaction.commit();
}

IntegrityReport SqliteStore::check() const {
  const auto database = read();
  IntegrityReport report;
  auto collect = [&](std::string_view sql, auto&& describe) {
    auto rows = database->prepare(sql);
    while (rows.step()) describe(rows);
  };
  auto count = [&](std::string_view sql) {
    auto rows = database->prepare(sql);
    rows.step();
    return static_cast<std::size_t>(rows.integer(0));
  };
  collect("PRAGMA integrity_check", [&](const Statement& row) {
    if (row.text(0) != "ok") report.problems.push_back("SQLite: " + row.text(0));
  });
  collect("PRAGMA foreign_key_check", [&](const Statement& row) {
    report.problems.push_back(fmt::format("a row of {} points to a row of {} that is not there", row.text(0), row.text(2)));
  });
  collect(
      "SELECT public_id FROM documents d WHERE NOT EXISTS (SELECT 1 FROM document_versions v WHERE v.id = d.current_version_id AND v.content_id IS NOT NULL)",
      [&](const Statement& row) { report.problems.push_back(fmt::format("document {} has no content: remove it and add it again", row.text(0))); });
  collect(
      "SELECT id FROM contents c WHERE NOT EXISTS (SELECT 1 FROM document_versions v JOIN documents d ON d.id = v.document_id AND d.current_version_id = v.id WHERE v.content_id = c.id)",
      [&](const Statement& row) { report.problems.push_back(fmt::format("content {} belongs to no document", row.integer(0))); });
  collect("SELECT id FROM chunks c WHERE NOT EXISTS (SELECT 1 FROM vectors v WHERE v.chunk_id = c.id)",
          [&](const Statement& row) { report.problems.push_back(fmt::format("chunk {} has no vector", row.integer(0))); });
  collect(
      "SELECT c.id FROM chunks c JOIN contents t ON t.id = c.content_id WHERE c.byte_begin < 0 OR c.byte_begin >= c.byte_end OR c.byte_end > length(t.canonical_text)",
      [&](const Statement& row) { report.problems.push_back(fmt::format("chunk {} reaches outside its text", row.integer(0))); });
  collect("SELECT public_id FROM jobs j JOIN job_bytes b ON b.job_id = j.id WHERE j.finished_ms > 0",
          [&](const Statement& row) { report.problems.push_back(fmt::format("job {} is over and its bytes are still there", row.text(0))); });
  auto workspaces = database->prepare("SELECT id FROM workspaces");
  while (workspaces.step()) {
    const std::string words = words_table(workspaces.integer(0));
    collect(fmt::format("SELECT count(*) FROM chunks c WHERE c.workspace_id = {1} AND c.id NOT IN (SELECT rowid FROM {0})", words, workspaces.integer(0)),
            [&](const Statement& row) {
              if (row.integer(0) != 0) report.problems.push_back(fmt::format("{} chunks are not in the word index", row.integer(0)));
            });
    collect(fmt::format("SELECT count(*) FROM {0} WHERE rowid NOT IN (SELECT id FROM chunks WHERE workspace_id = {1})", words, workspaces.integer(0)),
            [&](const Statement& row) {
              if (row.integer(0) != 0) report.problems.push_back(fmt::format("the word index holds {} chunks that are gone", row.integer(0)));
            });
  }
  report.documents = count("SELECT count(*) FROM documents");
  report.chunks = count("SELECT count(*) FROM chunks");
  report.vectors = count("SELECT count(*) FROM vectors");
  report.bytes_on_disk = std::filesystem::file_size(file_);
  return report;
}

std::unique_ptr<Store> open_sqlite_store(const std::filesystem::path& folder, const Clock& clock) { return std::make_unique<SqliteStore>(folder, clock); }

}  // namespace panduan::store
