#include "store/sqlite/schema.h"

#include <fmt/format.h>

#include <array>

#include "base/error.h"

namespace panduan::store {
namespace {

// Migration 1. Ids of chunks are never used twice (AUTOINCREMENT): a cached id can then be gone, but never mean another chunk.
constexpr const char* kFirst = R"sql(
CREATE TABLE workspaces (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  index_generation INTEGER NOT NULL DEFAULT 0,
  created_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE documents (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  workspace_id INTEGER NOT NULL REFERENCES workspaces,
  public_id TEXT NOT NULL UNIQUE,
  source TEXT NOT NULL,
  rights TEXT NOT NULL DEFAULT 'workspace',
  current_version_id INTEGER REFERENCES document_versions DEFERRABLE INITIALLY DEFERRED,
  created_ms INTEGER NOT NULL,
  UNIQUE (workspace_id, source)
) STRICT;

CREATE TABLE document_versions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  workspace_id INTEGER NOT NULL REFERENCES workspaces,
  document_id INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
  ordinal INTEGER NOT NULL,
  content_id INTEGER REFERENCES contents ON DELETE SET NULL,
  content_sha256 BLOB NOT NULL,
  source_modified_ns INTEGER NOT NULL,
  source_bytes INTEGER NOT NULL,
  added_ms INTEGER NOT NULL,
  UNIQUE (document_id, ordinal)
) STRICT;
CREATE INDEX versions_of_content ON document_versions (content_id);

CREATE TABLE contents (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  workspace_id INTEGER NOT NULL REFERENCES workspaces,
  sha256 BLOB NOT NULL,
  media_type TEXT NOT NULL,
  title TEXT NOT NULL,
  canonical_text BLOB NOT NULL,
  UNIQUE (workspace_id, sha256, media_type)
) STRICT;

CREATE TABLE content_bytes (
  content_id INTEGER PRIMARY KEY REFERENCES contents ON DELETE CASCADE,
  workspace_id INTEGER NOT NULL REFERENCES workspaces,
  bytes BLOB NOT NULL
) STRICT;

CREATE TABLE pages (
  content_id INTEGER NOT NULL REFERENCES contents ON DELETE CASCADE,
  ordinal INTEGER NOT NULL,
  workspace_id INTEGER NOT NULL REFERENCES workspaces,
  label TEXT NOT NULL,
  byte_begin INTEGER NOT NULL,
  byte_end INTEGER NOT NULL,
  width REAL NOT NULL,
  height REAL NOT NULL,
  word_boxes BLOB NOT NULL,
  PRIMARY KEY (content_id, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE chunks (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  workspace_id INTEGER NOT NULL REFERENCES workspaces,
  content_id INTEGER NOT NULL REFERENCES contents ON DELETE CASCADE,
  ordinal INTEGER NOT NULL,
  byte_begin INTEGER NOT NULL,
  byte_end INTEGER NOT NULL,
  heading_path TEXT NOT NULL,
  tokens INTEGER NOT NULL,
  UNIQUE (content_id, ordinal)
) STRICT;

CREATE TABLE embedding_models (
  id INTEGER PRIMARY KEY,
  workspace_id INTEGER NOT NULL REFERENCES workspaces,
  fingerprint TEXT NOT NULL,
  name TEXT NOT NULL,
  dims INTEGER NOT NULL,
  UNIQUE (workspace_id, fingerprint)
) STRICT;

CREATE TABLE vectors (
  model_id INTEGER NOT NULL REFERENCES embedding_models,
  chunk_id INTEGER NOT NULL REFERENCES chunks ON DELETE CASCADE,
  workspace_id INTEGER NOT NULL REFERENCES workspaces,
  vector BLOB NOT NULL,
  PRIMARY KEY (model_id, chunk_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX vectors_of_chunk ON vectors (chunk_id);

CREATE TABLE conversations (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  workspace_id INTEGER NOT NULL REFERENCES workspaces,
  public_id TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  created_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE messages (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  workspace_id INTEGER NOT NULL REFERENCES workspaces,
  conversation_id INTEGER NOT NULL REFERENCES conversations ON DELETE CASCADE,
  role TEXT NOT NULL CHECK (role IN ('user', 'assistant')),
  body TEXT NOT NULL,
  created_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX messages_of_conversation ON messages (conversation_id);

CREATE TABLE message_citations (
  message_id INTEGER NOT NULL REFERENCES messages ON DELETE CASCADE,
  document_id INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
  workspace_id INTEGER NOT NULL REFERENCES workspaces,
  PRIMARY KEY (message_id, document_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX citations_of_document ON message_citations (document_id);

CREATE TABLE idempotency_keys (
  workspace_id INTEGER NOT NULL REFERENCES workspaces,
  key TEXT NOT NULL,
  request_sha256 BLOB NOT NULL,
  response TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, key)
) STRICT, WITHOUT ROWID;
)sql";

// Migration 2. What is there was cut as the settings of that time said by default; whoever had set another size cuts once more.
constexpr const char* kSettings = R"sql(
CREATE TABLE workspace_settings (
  workspace_id INTEGER NOT NULL REFERENCES workspaces,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (workspace_id, key)
) STRICT, WITHOUT ROWID;

ALTER TABLE contents ADD COLUMN chunking TEXT NOT NULL DEFAULT '256 tokens, overlap 0';
)sql";

// Migration 3. What keeps documents in step with folders.
constexpr const char* kFolders = R"sql(
ALTER TABLE contents ADD COLUMN hidden_words INTEGER NOT NULL DEFAULT 0;
ALTER TABLE contents ADD COLUMN recognised_pages INTEGER NOT NULL DEFAULT 0;
ALTER TABLE contents ADD COLUMN unread_pages INTEGER NOT NULL DEFAULT 0;

CREATE TABLE file_notes (
  workspace_id INTEGER NOT NULL REFERENCES workspaces,
  source TEXT NOT NULL,
  source_modified_ns INTEGER NOT NULL,
  source_bytes INTEGER NOT NULL,
  chunking TEXT NOT NULL,
  reason TEXT NOT NULL,
  noted_ms INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, source)
) STRICT, WITHOUT ROWID;

CREATE TABLE followed_folders (
  workspace_id INTEGER NOT NULL REFERENCES workspaces,
  path TEXT NOT NULL,
  PRIMARY KEY (workspace_id, path)
) STRICT, WITHOUT ROWID;
)sql";

// Migration 4. What was deleted is known again by fingerprints of some of its phrases; the key is the store's own.
constexpr const char* kDeletions = R"sql(
CREATE TABLE deletion_key (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  key INTEGER NOT NULL
) STRICT;
INSERT INTO deletion_key (id, key) VALUES (1, random());

CREATE TABLE deletions (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  workspace_id INTEGER NOT NULL REFERENCES workspaces,
  public_id TEXT NOT NULL,
  ordinal INTEGER NOT NULL,
  deleted_ms INTEGER NOT NULL,
  traces BLOB NOT NULL
) STRICT;
CREATE INDEX deletions_of_document ON deletions (workspace_id, public_id);
)sql";

// Migration 5. Which model's vectors are searched, while those of another one are made.
constexpr const char* kIndexes = R"sql(
ALTER TABLE workspaces ADD COLUMN searched_model_id INTEGER REFERENCES embedding_models;
UPDATE workspaces SET searched_model_id =
  (SELECT m.id FROM embedding_models m WHERE m.workspace_id = workspaces.id ORDER BY (SELECT count(*) FROM vectors v WHERE v.model_id = m.id) DESC LIMIT 1);
)sql";

// Migration 6. Long work. State and priority are the numbers of store::JobState and store::JobPriority; a time that has not come is 0.
constexpr const char* kJobs = R"sql(
CREATE TABLE jobs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  workspace_id INTEGER NOT NULL REFERENCES workspaces,
  public_id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  arguments TEXT NOT NULL,
  user TEXT NOT NULL,
  rights INTEGER NOT NULL,
  priority INTEGER NOT NULL CHECK (priority BETWEEN 0 AND 2),
  state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 4),
  attempts INTEGER NOT NULL,
  progress TEXT NOT NULL,
  result TEXT NOT NULL,
  error TEXT NOT NULL,
  error_kind TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  started_ms INTEGER NOT NULL,
  finished_ms INTEGER NOT NULL,
  next_attempt_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX jobs_by_state ON jobs (state, priority);
CREATE INDEX jobs_of_workspace ON jobs (workspace_id, finished_ms);

CREATE TABLE job_bytes (
  job_id INTEGER PRIMARY KEY REFERENCES jobs ON DELETE CASCADE,
  workspace_id INTEGER NOT NULL REFERENCES workspaces,
  bytes BLOB NOT NULL
) STRICT;
)sql";

// Migration 7. Pictures inside documents are read.
constexpr const char* kPictures = R"sql(
ALTER TABLE contents ADD COLUMN read_pictures INTEGER NOT NULL DEFAULT 0;
)sql";

// A past migration is never edited: a store in the field has run it.
constexpr std::array kMigrations{kFirst, kSettings, kFolders, kDeletions, kIndexes, kJobs, kPictures};

}  // namespace

std::int64_t newest_schema_version() { return static_cast<std::int64_t>(kMigrations.size()); }

void migrate(const Database& database) {
  auto version_row = database.prepare("PRAGMA user_version");
  version_row.step();
  const std::int64_t version = version_row.integer(0);
  version_row.run();
  if (version > newest_schema_version()) {
    throw Error(ErrorKind::Unsupported,
                fmt::format("the store has schema {}, this panduan knows up to {}: use the newer panduan that wrote it", version, newest_schema_version()));
  }
  for (std::int64_t next = version; next < newest_schema_version(); ++next) {
    Transaction transaction(database);
    database.execute(kMigrations[static_cast<std::size_t>(next)]);
    database.execute(fmt::format("PRAGMA user_version = {}", next + 1));
    transaction.commit();
  }
}

std::string words_table(std::int64_t workspace) { return fmt::format("words_{}", workspace); }

void create_words_table(const Database& database, std::int64_t workspace) {
  const std::string name = words_table(workspace);
  // The terms come ready-made, a space between each; unicode61 splits there, and must not split inside one.
  database.execute(fmt::format("CREATE VIRTUAL TABLE {0} USING fts5(terms, tokenize=\"unicode61 remove_diacritics 0 categories 'L* N* M* Co'\")", name));
  // Without it FTS5 only marks what is deleted, and the words stay in the file. It needs the table to keep its terms: a contentless
  // one takes the option and ignores it.
  database.execute(fmt::format("INSERT INTO {0} ({0}, rank) VALUES ('secure-delete', 1)", name));
}

}  // namespace panduan::store
