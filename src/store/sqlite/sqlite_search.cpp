#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/sqlite_store.h"
#include "store/sqlite/word_boxes.h"

// How passages, places and vectors are found. What a caller may read is part of each query.
namespace panduan::store {
namespace {

// Content that a current version of a readable document of this workspace holds. Documents are found by their key: there is no index of current versions,
// and going through all documents for each chunk took 3 seconds in 2,000 documents.
constexpr std::string_view kReadable =
    "EXISTS (SELECT 1 FROM document_versions v JOIN documents d ON d.id = v.document_id AND d.current_version_id = v.id "
    "WHERE v.content_id = {} AND d.workspace_id = ?1 AND d.rights = 'workspace')";

std::string readable(std::string_view content_id_column) { return fmt::format(fmt::runtime(kReadable), content_id_column); }

std::string match_any(std::span<const std::string> terms) {
  std::string expression;
  for (const std::string& term : terms) {
    if (!expression.empty()) expression += " OR ";
    expression += '"';
    for (const char c : term) {
      if (c == '"') expression += '"';
      expression += c;
    }
    expression += '"';
  }
  return expression;
}

}  // namespace

std::optional<Passage> SqliteStore::passage(WorkspaceId workspace, ChunkId chunk) const {
  const auto database = read();
  auto row = database->prepare(
      "SELECT k.content_id, c.sha256, c.title, k.byte_begin, k.byte_end, k.heading_path, d.public_id, d.source FROM chunks k JOIN contents c ON c.id = k.content_id "
      "JOIN document_versions v ON v.content_id = c.id JOIN documents d ON d.id = v.document_id AND d.current_version_id = v.id "
      "WHERE d.workspace_id = ? AND d.rights = 'workspace' AND k.workspace_id = d.workspace_id AND k.id = ? ORDER BY d.id LIMIT 1");
  row.bind(workspace).bind(chunk);
  if (!row.step()) return std::nullopt;
  Passage passage{.chunk = chunk,
                  .document_id = row.text(6),
                  .source = row.text(7),
                  .title = row.text(2),
                  .content_id = row.integer(0),
                  .content_sha256 = {},
                  .range = {static_cast<std::size_t>(row.integer(3)), static_cast<std::size_t>(row.integer(4))},
                  .heading_path = row.text(5),
                  .text = {}};
  const auto digest = row.blob(1);
  std::copy_n(digest.begin(), std::min(digest.size(), passage.content_sha256.size()), passage.content_sha256.begin());
  auto text = database->blob_range("contents", "canonical_text", passage.content_id, passage.range.begin, passage.range.size());
  if (!text) throw Error(ErrorKind::Corrupt, fmt::format("chunk {} reaches outside its text: run 'panduan doctor'", chunk));
  passage.text = *std::move(text);
  return passage;
}

Passage SqliteStore::section_around(WorkspaceId workspace, const Passage& passage, std::size_t max_tokens) const {
  const auto database = read();
  auto found = database->prepare("SELECT k.ordinal, k.tokens FROM chunks k WHERE k.id = ?2 AND " + readable("k.content_id"));
  found.bind(workspace).bind(passage.chunk);
  if (!found.step()) return passage;
  std::int64_t first = found.integer(0);
  std::int64_t last = first;
  auto tokens = static_cast<std::size_t>(found.integer(1));
  Passage section = passage;
  auto neighbour = database->prepare("SELECT byte_begin, byte_end, tokens FROM chunks WHERE content_id = ? AND ordinal = ? AND heading_path = ?");
  const auto takes = [&](std::int64_t ordinal) {
    neighbour.bind(passage.content_id).bind(ordinal).bind(passage.heading_path);
    const bool fits = neighbour.step() && tokens + static_cast<std::size_t>(neighbour.integer(2)) <= max_tokens;
    if (fits) {
      tokens += static_cast<std::size_t>(neighbour.integer(2));
      section.range.begin = std::min(section.range.begin, static_cast<std::size_t>(neighbour.integer(0)));
      section.range.end = std::max(section.range.end, static_cast<std::size_t>(neighbour.integer(1)));
    }
    neighbour.run();
    return fits;
  };
  // In turns, so that what was found stays near the middle; what follows first, for an answer comes after what it is about.
  for (bool behind = true, before = true; behind || before;) {
    if (behind) behind = takes(last + 1);
    if (behind) ++last;
    if (before) before = takes(first - 1);
    if (before) --first;
  }
  if (section.range == passage.range) return passage;
  auto text = database->blob_range("contents", "canonical_text", section.content_id, section.range.begin, section.range.size());
  if (!text) throw Error(ErrorKind::Corrupt, fmt::format("chunk {} reaches outside its text: run 'panduan doctor'", passage.chunk));
  section.text = *std::move(text);
  return section;
}

std::optional<std::string> SqliteStore::text(WorkspaceId workspace, std::int64_t content_id, documents::ByteRange range) const {
  if (range.end < range.begin) return std::nullopt;
  const auto database = read();
  auto row = database->prepare("SELECT 1 FROM contents c WHERE c.id = ?2 AND " + readable("c.id"));
  row.bind(workspace).bind(content_id);
  if (!row.step()) return std::nullopt;
  return database->blob_range("contents", "canonical_text", content_id, range.begin, range.size());
}

std::optional<PlaceOnPage> SqliteStore::place(WorkspaceId workspace, std::int64_t content_id, documents::ByteRange range) const {
  const auto database = read();
  auto row = database->prepare(
      "SELECT label, byte_begin, byte_end, width, height, word_boxes FROM pages p WHERE p.content_id = ?2 AND p.byte_begin <= ?3 AND p.byte_end > ?3 AND " +
      readable("p.content_id") + " ORDER BY ordinal LIMIT 1");
  row.bind(workspace).bind(content_id).bind(static_cast<std::int64_t>(range.begin));
  if (!row.step()) return std::nullopt;
  const documents::ByteRange page_text{static_cast<std::size_t>(row.integer(1)), static_cast<std::size_t>(row.integer(2))};
  PlaceOnPage place{.label = row.text(0),
                    .width = static_cast<float>(row.real(3)),
                    .height = static_cast<float>(row.real(4)),
                    .words = unpack_word_boxes(row.blob(5), page_text)};
  std::erase_if(place.words, [&](const documents::WordBox& word) { return word.text.end <= range.begin || word.text.begin >= range.end; });
  return place;
}

std::vector<ScoredChunk> SqliteStore::search_words(WorkspaceId workspace, std::span<const std::string> terms, std::size_t limit) const {
  if (terms.empty()) return {};
  const auto database = read();
  const std::string words = words_table(workspace);
  auto rows = database->prepare(
      fmt::format("SELECT k.id, -bm25({0}) FROM {0} JOIN chunks k ON k.id = {0}.rowid WHERE {0} MATCH ?2 AND {1} ORDER BY bm25({0}), k.id LIMIT ?3", words,
                  readable("k.content_id")));
  rows.bind(workspace).bind(match_any(terms)).bind(static_cast<std::int64_t>(limit));
  std::vector<ScoredChunk> found;
  while (rows.step()) found.push_back({rows.integer(0), rows.real(1)});
  return found;
}

void SqliteStore::each_vector(WorkspaceId workspace, EmbeddingModelId model, const std::function<void(ChunkId, std::span<const float>)>& sink) const {
  const auto database = read();
  auto rows = database->prepare("SELECT x.chunk_id, x.vector FROM vectors x JOIN chunks k ON k.id = x.chunk_id WHERE x.model_id = ?2 AND " +
                                readable("k.content_id") + " ORDER BY x.chunk_id");
  rows.bind(workspace).bind(model);
  std::vector<float> vector;
  while (rows.step()) {
    const auto bytes = rows.blob(1);
    vector.resize(bytes.size() / sizeof(float));
    std::memcpy(vector.data(), bytes.data(), vector.size() * sizeof(float));
    sink(rows.integer(0), vector);
  }
}

std::vector<float> SqliteStore::vectors(WorkspaceId workspace, EmbeddingModelId model, std::span<const ChunkId> chunks, std::size_t dims) const {
  const auto database = read();
  auto row = database->prepare("SELECT vector FROM vectors WHERE model_id = ? AND chunk_id = ? AND workspace_id = ?");
  std::vector<float> found(chunks.size() * dims);
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    row.bind(model).bind(chunks[i]).bind(workspace);
    if (row.step() && row.blob(0).size() == dims * sizeof(float)) std::memcpy(found.data() + i * dims, row.blob(0).data(), dims * sizeof(float));
    row.run();
  }
  return found;
}

std::int64_t SqliteStore::index_generation(WorkspaceId workspace) const {
  const auto database = read();
  auto row = database->prepare("SELECT index_generation FROM workspaces WHERE id = ?");
  row.bind(workspace);
  return row.step() ? row.integer(0) : 0;
}

}  // namespace panduan::store
