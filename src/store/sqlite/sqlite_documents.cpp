#include <fmt/format.h>

#include <charconv>

#include "base/error.h"
#include "base/id.h"
#include "base/log.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/sqlite_store.h"
#include "store/sqlite/word_boxes.h"

// How a document is written, listed and removed.
namespace panduan::store {
namespace {

Sha256 digest_of(const Statement& row, int column) {
  Sha256 digest{};
  const auto bytes = row.blob(column);
  std::copy_n(bytes.begin(), std::min(bytes.size(), digest.size()), digest.begin());
  return digest;
}

constexpr std::string_view kSelectDocument =
    "SELECT d.id, d.public_id, d.source, c.title, c.media_type, v.source_modified_ns, v.source_bytes, v.content_sha256, v.ordinal, "
    "(SELECT count(*) FROM pages p WHERE p.content_id = c.id), (SELECT count(*) FROM chunks k WHERE k.content_id = c.id), length(c.canonical_text), v.added_ms, "
    "c.hidden_words, c.recognised_pages, c.unread_pages, c.read_pictures "
    "FROM documents d JOIN document_versions v ON v.id = d.current_version_id JOIN contents c ON c.id = v.content_id "
    "WHERE d.workspace_id = ? AND d.rights = 'workspace' ";

constexpr std::string_view kSelectKnownContent = "SELECT id FROM contents WHERE workspace_id = ? AND sha256 = ? AND media_type = ? AND chunking = ?";

Document read_document(const Statement& row) {
  Document document{.id = row.text(1),
                    .source = row.text(2),
                    .title = row.text(3),
                    .media_type = row.text(4),
                    .stamp = {.modified_ns = row.integer(5), .bytes = static_cast<std::uint64_t>(row.integer(6))},
                    .content_sha256 = {},
                    .version = row.integer(8),
                    .pages = static_cast<std::size_t>(row.integer(9)),
                    .chunks = static_cast<std::size_t>(row.integer(10)),
                    .text_bytes = static_cast<std::size_t>(row.integer(11)),
                    .hidden_words = static_cast<std::size_t>(row.integer(13)),
                    .recognised_pages = static_cast<std::size_t>(row.integer(14)),
                    .read_pictures = static_cast<std::size_t>(row.integer(16)),
                    .unread_pages = static_cast<std::size_t>(row.integer(15)),
                    .added_ms = row.integer(12)};
  document.content_sha256 = digest_of(row, 7);
  return document;
}

}  // namespace

std::optional<Document> SqliteStore::find_document_by_source(WorkspaceId workspace, std::string_view source) const {
  const auto database = read();
  auto row = database->prepare(std::string(kSelectDocument) + "AND d.source = ?");
  row.bind(workspace).bind(source);
  return row.step() ? std::optional(read_document(row)) : std::nullopt;
}

std::optional<Document> SqliteStore::find_document(WorkspaceId workspace, std::string_view id) const {
  const auto database = read();
  auto row = database->prepare(std::string(kSelectDocument) + "AND d.public_id = ?");
  row.bind(workspace).bind(id);
  return row.step() ? std::optional(read_document(row)) : std::nullopt;
}

DocumentList SqliteStore::list_documents(WorkspaceId workspace, std::size_t limit, std::string_view cursor) const {
  std::int64_t before = INT64_MAX;
  if (!cursor.empty()) {
    const auto [end, error] = std::from_chars(cursor.data(), cursor.data() + cursor.size(), before);
    if (error != std::errc{} || end != cursor.data() + cursor.size())
      throw Error(ErrorKind::InvalidInput, fmt::format("'{}' is not a cursor of this list", cursor));
  }
  const auto database = read();
  auto rows = database->prepare(std::string(kSelectDocument) + "AND d.id < ? ORDER BY d.id DESC LIMIT ?");
  rows.bind(workspace).bind(before).bind(static_cast<std::int64_t>(limit) + 1);
  DocumentList list;
  std::int64_t last = 0;
  while (rows.step()) {
    if (list.documents.size() == limit) {
      list.next = std::to_string(last);
      break;
    }
    last = rows.integer(0);
    list.documents.push_back(read_document(rows));
  }
  return list;
}

Document SqliteStore::put_version(WorkspaceId workspace, const NewVersion& version) {
  const std::lock_guard lock(writing_);
  Transaction transaction(writer_);
  const std::int64_t content_id = write_content(workspace, version);
  const bool erased = write_version(workspace, version.source, version.content_sha256, version.stamp, content_id);
  transaction.commit();
  if (erased || log_to_empty_) empty_log();
  return require_by_source(workspace, version.source);
}

std::optional<Document> SqliteStore::put_known_content(WorkspaceId workspace, const KnownContent& known) {
  const std::lock_guard lock(writing_);
  Transaction transaction(writer_);
  auto content = writer_.prepare(kSelectKnownContent);
  content.bind(workspace).bind_blob(known.content_sha256).bind(known.media_type).bind(known.chunking);
  if (!content.step()) return std::nullopt;
  const bool erased = write_version(workspace, known.source, known.content_sha256, known.stamp, content.integer(0));
  content.run();  // an open row would hold the log
  transaction.commit();
  if (erased || log_to_empty_) empty_log();
  return require_by_source(workspace, known.source);
}

bool SqliteStore::holds_content(WorkspaceId workspace, const KnownContent& known) const {
  const auto database = read();
  auto content = database->prepare(kSelectKnownContent);
  content.bind(workspace).bind_blob(known.content_sha256).bind(known.media_type).bind(known.chunking);
  return content.step();
}

bool SqliteStore::is_prepared(WorkspaceId workspace, std::string_view id, std::string_view chunking) const {
  const auto database = read();
  auto prepared = database->prepare(
      "SELECT 1 FROM documents d JOIN document_versions v ON v.id = d.current_version_id JOIN contents c ON c.id = v.content_id "
      "WHERE d.workspace_id = ? AND d.public_id = ? AND c.chunking = ?");
  prepared.bind(workspace).bind(id).bind(chunking);
  return prepared.step();
}

std::size_t SqliteStore::count_cut_otherwise(WorkspaceId workspace, std::string_view chunking) const {
  const auto database = read();
  auto count = database->prepare(
      "SELECT count(*) FROM documents d JOIN document_versions v ON v.id = d.current_version_id JOIN contents c ON c.id = v.content_id "
      "WHERE d.workspace_id = ? AND c.chunking <> ?");
  count.bind(workspace).bind(chunking);
  count.step();
  return static_cast<std::size_t>(count.integer(0));
}

Document SqliteStore::require_by_source(WorkspaceId workspace, std::string_view source) const {
  auto document = find_document_by_source(workspace, source);
  if (!document) throw Error(ErrorKind::Internal, fmt::format("[store] '{}' was written and is not there", source));
  return *std::move(document);
}

std::int64_t SqliteStore::write_content(WorkspaceId workspace, const NewVersion& version) {
  // Content of the same bytes may be there with another cut: the new one takes its place.
  writer_
      .prepare(fmt::format(
          "DELETE FROM {} WHERE rowid IN (SELECT k.id FROM chunks k JOIN contents c ON c.id = k.content_id WHERE c.workspace_id = ? AND c.sha256 = ? AND c.media_type = ?)",
          words_table(workspace)))
      .bind(workspace)
      .bind_blob(version.content_sha256)
      .bind(version.parsed.media_type)
      .run();
  auto known = writer_.prepare("SELECT id FROM contents WHERE workspace_id = ? AND sha256 = ? AND media_type = ?");
  known.bind(workspace).bind_blob(version.content_sha256).bind(version.parsed.media_type);
  std::int64_t content_id = 0;
  if (known.step()) {
    content_id = known.integer(0);
    writer_.prepare("DELETE FROM chunks WHERE content_id = ?").bind(content_id).run();
    writer_.prepare("DELETE FROM pages WHERE content_id = ?").bind(content_id).run();
    writer_
        .prepare(
            "UPDATE contents SET title = ?, canonical_text = ?, chunking = ?, hidden_words = ?, recognised_pages = ?, unread_pages = ?, read_pictures = ? "
            "WHERE id = ?")
        .bind(version.parsed.title)
        .bind_blob(as_blob(version.parsed.text))
        .bind(version.chunking)
        .bind(static_cast<std::int64_t>(version.parsed.hidden_words))
        .bind(static_cast<std::int64_t>(version.parsed.recognised_pages))
        .bind(static_cast<std::int64_t>(version.parsed.picture_pages.size() + version.parsed.pictures.size()))
        .bind(static_cast<std::int64_t>(version.parsed.read_pictures))
        .bind(content_id)
        .run();
  } else {
    writer_
        .prepare(
            "INSERT INTO contents (workspace_id, sha256, media_type, title, canonical_text, chunking, hidden_words, recognised_pages, unread_pages, "
            "read_pictures) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
        .bind(workspace)
        .bind_blob(version.content_sha256)
        .bind(version.parsed.media_type)
        .bind(version.parsed.title)
        .bind_blob(as_blob(version.parsed.text))
        .bind(version.chunking)
        .bind(static_cast<std::int64_t>(version.parsed.hidden_words))
        .bind(static_cast<std::int64_t>(version.parsed.recognised_pages))
        .bind(static_cast<std::int64_t>(version.parsed.picture_pages.size() + version.parsed.pictures.size()))
        .bind(static_cast<std::int64_t>(version.parsed.read_pictures))
        .run();
    content_id = writer_.last_insert_id();
    writer_.prepare("INSERT INTO content_bytes (content_id, workspace_id, bytes) VALUES (?, ?, ?)")
        .bind(content_id)
        .bind(workspace)
        .bind_blob(as_blob(version.bytes))
        .run();
  }
  auto page_row = writer_.prepare(
      "INSERT INTO pages (content_id, ordinal, workspace_id, label, byte_begin, byte_end, width, height, word_boxes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
  for (std::size_t i = 0; i < version.parsed.pages.size(); ++i) {
    const auto& page = version.parsed.pages[i];
    page_row.bind(content_id)
        .bind(static_cast<std::int64_t>(i))
        .bind(workspace)
        .bind(page.label)
        .bind(static_cast<std::int64_t>(page.text.begin))
        .bind(static_cast<std::int64_t>(page.text.end))
        .bind(static_cast<double>(page.width))
        .bind(static_cast<double>(page.height))
        .bind_blob(as_blob(pack_word_boxes(page)))
        .run();
  }
  write_chunks(workspace, content_id, version);
  return content_id;
}

void SqliteStore::write_chunks(WorkspaceId workspace, std::int64_t content_id, const NewVersion& version) {
  auto chunk_row =
      writer_.prepare("INSERT INTO chunks (workspace_id, content_id, ordinal, byte_begin, byte_end, heading_path, tokens) VALUES (?, ?, ?, ?, ?, ?, ?)");
  auto words_row = writer_.prepare(fmt::format("INSERT INTO {} (rowid, terms) VALUES (?, ?)", words_table(workspace)));
  auto vector_row = writer_.prepare("INSERT INTO vectors (model_id, chunk_id, workspace_id, vector) VALUES (?, ?, ?, ?)");
  for (std::size_t i = 0; i < version.chunks.size(); ++i) {
    const NewChunk& chunk = version.chunks[i];
    chunk_row.bind(workspace)
        .bind(content_id)
        .bind(static_cast<std::int64_t>(i))
        .bind(static_cast<std::int64_t>(chunk.text.begin))
        .bind(static_cast<std::int64_t>(chunk.text.end))
        .bind(chunk.heading_path)
        .bind(static_cast<std::int64_t>(chunk.tokens))
        .run();
    const ChunkId id = writer_.last_insert_id();
    words_row.bind(id).bind(chunk.words).run();
    vector_row.bind(version.embedding_model)
        .bind(id)
        .bind(workspace)
        .bind_blob({reinterpret_cast<const unsigned char*>(chunk.vector.data()), chunk.vector.size() * sizeof(float)})
        .run();
  }
}

bool SqliteStore::write_version(WorkspaceId workspace, std::string_view source, const Sha256& sha256, const FileStamp& stamp, std::int64_t content_id) {
  const std::int64_t now = clock_.now_ms();
  writer_.prepare("INSERT OR IGNORE INTO documents (workspace_id, public_id, source, created_ms) VALUES (?, ?, ?, ?)")
      .bind(workspace)
      .bind(new_id("doc"))
      .bind(source)
      .bind(now)
      .run();
  auto document = writer_.prepare(
      "SELECT d.id, v.id, v.content_id, (SELECT coalesce(max(ordinal), 0) FROM document_versions o WHERE o.document_id = d.id) "
      "FROM documents d LEFT JOIN document_versions v ON v.id = d.current_version_id WHERE d.workspace_id = ? AND d.source = ?");
  document.bind(workspace).bind(source);
  document.step();
  const std::int64_t document_id = document.integer(0);
  const std::int64_t past_version = document.integer(1);
  const std::int64_t past_content = document.integer(2);
  const std::int64_t ordinal = document.integer(3) + 1;
  document.run();
  writer_
      .prepare(
          "INSERT INTO document_versions (workspace_id, document_id, ordinal, content_id, content_sha256, source_modified_ns, source_bytes, added_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
      .bind(workspace)
      .bind(document_id)
      .bind(ordinal)
      .bind(content_id)
      .bind_blob(sha256)
      .bind(stamp.modified_ns)
      .bind(static_cast<std::int64_t>(stamp.bytes))
      .bind(now)
      .run();
  writer_.prepare("UPDATE documents SET current_version_id = ? WHERE id = ?").bind(writer_.last_insert_id()).bind(document_id).run();
  erase_note(workspace, source);
  count_generation(workspace);
  if (past_version == 0 || past_content == content_id) return false;
  keep_traces(workspace, document_id, ordinal - 1, past_content);
  writer_.prepare("UPDATE document_versions SET content_id = NULL WHERE id = ?").bind(past_version).run();
  return remove_unused_content(workspace, past_content);
}

bool SqliteStore::remove_unused_content(WorkspaceId workspace, std::int64_t content_id) {
  auto used =
      writer_.prepare("SELECT 1 FROM documents d JOIN document_versions v ON v.document_id = d.id AND v.id = d.current_version_id WHERE v.content_id = ?");
  used.bind(content_id);
  if (used.step()) return false;
  writer_.prepare(fmt::format("DELETE FROM {} WHERE rowid IN (SELECT id FROM chunks WHERE content_id = ?)", words_table(workspace))).bind(content_id).run();
  writer_.prepare("DELETE FROM contents WHERE id = ?").bind(content_id).run();  // bytes, pages, chunks and vectors go with it
  return true;
}

void SqliteStore::empty_log() {
  log_to_empty_ = true;
  try {  // what was asked for is done: a failure here is no failure of that
    auto checkpoint = writer_.prepare("PRAGMA wal_checkpoint(TRUNCATE)");
    log_to_empty_ = !checkpoint.step() || checkpoint.integer(0) != 0;  // busy: somebody reads what was there before
  } catch (const Error& error) {
    log::warning(fmt::format("[store] what was erased is still in the log, which is emptied with the next write: {}", error.what()));
  }
}

void SqliteStore::update_stamp(WorkspaceId workspace, std::string_view id, const FileStamp& stamp) {
  const std::lock_guard lock(writing_);
  writer_
      .prepare(
          "UPDATE document_versions SET source_modified_ns = ?, source_bytes = ? WHERE id = (SELECT current_version_id FROM documents WHERE workspace_id = ? AND public_id = ?)")
      .bind(stamp.modified_ns)
      .bind(static_cast<std::int64_t>(stamp.bytes))
      .bind(workspace)
      .bind(id)
      .run();
}

bool SqliteStore::remove_document(WorkspaceId workspace, std::string_view id) {
  const std::lock_guard lock(writing_);
  Transaction transaction(writer_);
  auto document = writer_.prepare(
      "SELECT d.id, v.content_id, d.source, v.ordinal FROM documents d LEFT JOIN document_versions v ON v.id = d.current_version_id WHERE d.workspace_id = ? AND d.public_id = ? AND d.rights = 'workspace'");
  document.bind(workspace).bind(id);
  if (!document.step()) return false;
  const std::int64_t document_id = document.integer(0);
  const std::int64_t content_id = document.integer(1);
  const std::string source = document.text(2);
  erase_note(workspace, source);
  keep_traces(workspace, document_id, document.integer(3), content_id);
  document.run();
  writer_.prepare("UPDATE messages SET body = '' WHERE id IN (SELECT message_id FROM message_citations WHERE document_id = ?)").bind(document_id).run();
  // The answer to an upload names its document, by its title too.
  writer_.prepare("DELETE FROM idempotency_keys WHERE workspace_id = ? AND instr(response, ?) > 0").bind(workspace).bind(id).run();
  erase_jobs_about(workspace, id, source);
  writer_.prepare("DELETE FROM documents WHERE id = ?").bind(document_id).run();
  remove_unused_content(workspace, content_id);
  count_generation(workspace);
  transaction.commit();
  empty_log();
  return true;
}

void SqliteStore::count_generation(WorkspaceId workspace) {
  writer_.prepare("UPDATE workspaces SET index_generation = index_generation + 1 WHERE id = ?").bind(workspace).run();
}

std::string SqliteStore::document_bytes(WorkspaceId workspace, std::string_view id) const {
  const auto database = read();
  auto row = database->prepare(
      "SELECT b.bytes FROM documents d JOIN document_versions v ON v.id = d.current_version_id JOIN content_bytes b ON b.content_id = v.content_id "
      "WHERE d.workspace_id = ? AND d.public_id = ? AND d.rights = 'workspace'");
  row.bind(workspace).bind(id);
  if (!row.step()) throw Error(ErrorKind::NotFound, fmt::format("there is no document '{}'", id));
  return row.text(0);
}

}  // namespace panduan::store
