#include <fmt/format.h>

#include "base/error.h"
#include "store/sqlite/sqlite_store.h"

// Which model's vectors are searched, and how those of another one are made beside them.
namespace panduan::store {
namespace {

constexpr std::string_view kWithoutVector =
    "FROM chunks k WHERE k.workspace_id = ?1 AND NOT EXISTS (SELECT 1 FROM vectors v WHERE v.model_id = ?2 AND v.chunk_id = k.id) ";

}  // namespace

EmbeddingModelId SqliteStore::embedding_model(WorkspaceId workspace, const EmbeddingModel& model) {
  const std::lock_guard lock(writing_);
  Transaction transaction(writer_);
  writer_.prepare("INSERT OR IGNORE INTO embedding_models (workspace_id, fingerprint, name, dims) VALUES (?, ?, ?, ?)")
      .bind(workspace)
      .bind(model.fingerprint)
      .bind(model.name)
      .bind(static_cast<std::int64_t>(model.dims))
      .run();
  auto row = writer_.prepare("SELECT id FROM embedding_models WHERE workspace_id = ? AND fingerprint = ?");
  row.bind(workspace).bind(model.fingerprint);
  row.step();
  const EmbeddingModelId id = row.integer(0);
  row.run();
  // Where there is nothing yet, there is nothing to wait for.
  writer_
      .prepare(
          "UPDATE workspaces SET searched_model_id = ?2 WHERE id = ?1 AND searched_model_id IS NOT ?2 AND NOT EXISTS (SELECT 1 FROM chunks WHERE workspace_id = ?1)")
      .bind(workspace)
      .bind(id)
      .run();
  transaction.commit();
  return id;
}

std::optional<EmbeddingModel> SqliteStore::searched_model(WorkspaceId workspace) const {
  const auto database = read();
  auto row = database->prepare("SELECT m.fingerprint, m.name, m.dims FROM workspaces w JOIN embedding_models m ON m.id = w.searched_model_id WHERE w.id = ?");
  row.bind(workspace);
  if (!row.step()) return std::nullopt;
  return EmbeddingModel{.fingerprint = row.text(0), .name = row.text(1), .dims = static_cast<std::size_t>(row.integer(2))};
}

bool SqliteStore::has_other_vectors(WorkspaceId workspace, EmbeddingModelId model) const {
  const auto database = read();
  auto row =
      database->prepare("SELECT 1 FROM embedding_models m WHERE m.workspace_id = ? AND m.id <> ? AND EXISTS (SELECT 1 FROM vectors v WHERE v.model_id = m.id)");
  row.bind(workspace).bind(model);
  return row.step();
}

std::size_t SqliteStore::count_without_vector(WorkspaceId workspace, EmbeddingModelId model) const {
  const auto database = read();
  auto row = database->prepare("SELECT count(*) " + std::string(kWithoutVector));
  row.bind(workspace).bind(model);
  row.step();
  return static_cast<std::size_t>(row.integer(0));
}

std::vector<UnembeddedChunk> SqliteStore::chunks_without_vector(WorkspaceId workspace, EmbeddingModelId model, ChunkId after, std::size_t limit) const {
  const auto database = read();
  auto rows = database->prepare("SELECT k.id, k.heading_path, k.content_id, k.byte_begin, k.byte_end " + std::string(kWithoutVector) +
                                "AND k.id > ?3 ORDER BY k.id LIMIT ?4");
  rows.bind(workspace).bind(model).bind(after).bind(static_cast<std::int64_t>(limit));
  std::vector<UnembeddedChunk> chunks;
  while (rows.step()) {
    const auto begin = static_cast<std::size_t>(rows.integer(3));
    auto text = database->blob_range("contents", "canonical_text", rows.integer(2), begin, static_cast<std::size_t>(rows.integer(4)) - begin);
    if (!text) throw Error(ErrorKind::Corrupt, fmt::format("chunk {} reaches outside its text: run 'panduan doctor'", rows.integer(0)));
    chunks.push_back({.chunk = rows.integer(0), .heading_path = rows.text(1), .text = *std::move(text)});
  }
  return chunks;
}

void SqliteStore::put_vectors(WorkspaceId workspace, EmbeddingModelId model, std::span<const ChunkId> chunks, std::span<const float> vectors) {
  const std::lock_guard lock(writing_);
  Transaction transaction(writer_);
  auto row = writer_.prepare(
      "INSERT OR REPLACE INTO vectors (model_id, chunk_id, workspace_id, vector) SELECT ?, id, workspace_id, ? FROM chunks WHERE id = ? AND workspace_id = ?");
  const std::size_t dims = chunks.empty() ? 0 : vectors.size() / chunks.size();
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    const auto vector = vectors.subspan(i * dims, dims);
    row.bind(model).bind_blob({reinterpret_cast<const unsigned char*>(vector.data()), vector.size_bytes()}).bind(chunks[i]).bind(workspace).run();
  }
  transaction.commit();
}

bool SqliteStore::search_with(WorkspaceId workspace, EmbeddingModelId model) {
  const std::lock_guard lock(writing_);
  Transaction transaction(writer_);
  auto missing = writer_.prepare("SELECT 1 " + std::string(kWithoutVector) + "LIMIT 1");
  missing.bind(workspace).bind(model);
  if (missing.step()) return false;
  writer_.prepare("UPDATE workspaces SET searched_model_id = ? WHERE id = ?").bind(model).bind(workspace).run();
  count_generation(workspace);
  transaction.commit();
  return true;
}

std::size_t SqliteStore::erase_other_vectors(WorkspaceId workspace, EmbeddingModelId model, std::size_t limit) {
  const std::lock_guard lock(writing_);
  Transaction transaction(writer_);
  std::vector<EmbeddingModelId> others;
  auto models = writer_.prepare("SELECT id FROM embedding_models WHERE workspace_id = ? AND id <> ?");
  models.bind(workspace).bind(model);
  while (models.step()) others.push_back(models.integer(0));
  std::size_t erased = 0;
  for (const EmbeddingModelId other : others) {
    writer_.prepare("DELETE FROM vectors WHERE model_id = ?1 AND chunk_id IN (SELECT chunk_id FROM vectors WHERE model_id = ?1 LIMIT ?2)")
        .bind(other)
        .bind(static_cast<std::int64_t>(limit - erased))
        .run();
    erased += static_cast<std::size_t>(writer_.changes());
  }
  transaction.commit();
  if (erased < limit) empty_log();
  return erased;
}

}  // namespace panduan::store
