#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/hash.h"
#include "documents/document.h"

namespace panduan::store {

using WorkspaceId = std::int64_t;
using ChunkId = std::int64_t;
using EmbeddingModelId = std::int64_t;

/// What a file looked like when it was added: enough to skip it without reading when nothing changed.
struct FileStamp {
  std::int64_t modified_ns = 0;
  std::uint64_t bytes = 0;
  bool operator==(const FileStamp&) const = default;
};

struct Document {
  std::string id;        ///< public: "doc_01…"
  std::string source;    ///< absolute path, or the name it was uploaded under
  std::string title;
  std::string media_type;
  FileStamp stamp;
  Sha256 content_sha256{};  ///< of the current version's bytes
  std::int64_t version = 1; ///< counts up with each change of the source
  std::size_t pages = 0;
  std::size_t chunks = 0;
  std::size_t text_bytes = 0;
  std::size_t hidden_words = 0;      ///< that nobody sees, and that were left out
  std::size_t recognised_pages = 0;  ///< whose text was read from a picture
  std::size_t read_pictures = 0;     ///< that stand in the text and have some of their own
  std::size_t unread_pages = 0;      ///< pictures in which no text could be looked for
  std::int64_t added_ms = 0;
};

/// What a folder is compared with.
struct KnownSource {
  std::string id;
  std::string source;
  std::string media_type;
  FileStamp stamp;
  Sha256 content_sha256{};
  bool is_prepared = false;  ///< cut as was asked for
};

/// A file that is no document: it could not be read, or only holds others. It is looked at again when it has changed, or is read in another way.
struct FileNote {
  std::string source;
  FileStamp stamp;
  std::string chunking;
  std::string reason;  ///< why it could not be read; empty: it was, as far as it holds others
  std::int64_t noted_ms = 0;
};

/// One chunk with its derived index data, ready to be written.
struct NewChunk {
  documents::ByteRange text;
  std::string heading_path;
  std::size_t tokens = 0;
  std::string words;          ///< index terms, a space between each
  std::vector<float> vector;  ///< [dims], L2-normalised
};

/// A version of a document with everything that is derived from its bytes; written in one transaction.
struct NewVersion {
  std::string source;
  FileStamp stamp;
  Sha256 content_sha256{};
  std::string bytes;  ///< as they were read
  documents::ParsedDocument parsed;
  std::vector<NewChunk> chunks;
  std::string chunking = {};  ///< how they were cut: the same bytes cut in another way are other passages
  EmbeddingModelId embedding_model = 0;
};

/// A source whose bytes may be stored already.
struct KnownContent {
  std::string source;
  FileStamp stamp;
  Sha256 content_sha256{};
  std::string media_type;
  std::string chunking = {};
};

/// A chunk that some model has not embedded yet.
struct UnembeddedChunk {
  ChunkId chunk = 0;
  std::string heading_path;
  std::string text;
};

/// A stored passage.
struct Passage {
  ChunkId chunk = 0;
  std::string document_id;
  std::string source;
  std::string title;
  std::int64_t content_id = 0;
  Sha256 content_sha256{};
  documents::ByteRange range;  ///< of the document's canonical text
  std::string heading_path;
  std::string text;
};

struct ScoredChunk {
  ChunkId chunk = 0;
  double score = 0;  ///< higher is better
};

/// Where a byte range is printed: one page and the words' boxes on it.
struct PlaceOnPage {
  std::string label;
  float width = 0, height = 0;  ///< points
  std::vector<documents::WordBox> words;
};

struct EmbeddingModel {
  std::string fingerprint;
  std::string name;
  std::size_t dims = 0;
};

struct Conversation {
  std::string id;  ///< "conv_01…"
  std::string title;
  std::int64_t created_ms = 0;
  std::int64_t last_ms = 0;   ///< of its last message; as created_ms without one
  std::size_t messages = 0;
};

struct Message {
  enum class Role { User, Assistant } role = Role::User;
  std::string text;
  std::vector<std::string> cited_documents;  ///< document ids: deleting one erases the text of the messages that cite it
  std::int64_t created_ms = 0;
};

enum class JobState { Waiting, Running, Done, Failed, Cancelled };
enum class JobPriority { Low, Normal, High };

/// Long work that outlives whoever asked for it: what is to be done, and how far it is. Times are 0 while they have not come.
struct Job {
  std::string id;  ///< "job_01…"
  WorkspaceId workspace = 0;
  std::string kind;       ///< "add", "sync", "upload"
  std::string arguments;  ///< JSON, as the kind takes them
  std::string user = {};  ///< who asked for it, and with which rights it is done (identity::Caller)
  std::uint32_t rights = 0;
  JobPriority priority = JobPriority::Normal;
  JobState state = JobState::Waiting;
  int attempts = 0;           ///< begun so far; those that were stopped in order are not counted
  std::string progress = {};  ///< JSON, empty before it runs and once it is over
  std::string result = {};    ///< JSON: the counts, when it is done
  std::string error = {};     ///< one line: why it failed, or why it waits for another attempt
  std::string error_kind = {};  ///< the slug of its ErrorKind
  std::int64_t created_ms = 0;
  std::int64_t started_ms = 0;  ///< of the last attempt
  std::int64_t finished_ms = 0;
  std::int64_t next_attempt_ms = 0;  ///< not before this
  bool is_over() const { return state == JobState::Done || state == JobState::Failed || state == JobState::Cancelled; }
};

/// A page of a list; `next` is the cursor for the following one, empty at the end.
struct DocumentList {
  std::vector<Document> documents;
  std::string next;
  std::vector<FileNote> failed;  ///< files that could not be read: on the first page
};

/// A document, or a former version of one, whose content was erased.
struct Deletion {
  std::string document_id;
  std::int64_t version = 0;
  std::int64_t deleted_ms = 0;
};

/// What a search for it in everything that is kept came to. Of its text only fingerprints of phrases are left, so the phrases cannot be shown.
struct DeletionFinding {
  Deletion deletion;
  std::size_t phrases = 0;  ///< of its text, and terms, that were looked for; samples of its file and index are as well
  std::size_t shared = 0;   ///< of these, that stand in documents that are there, and tell nothing
  std::vector<std::string> shared_with;  ///< the ids of those documents
  std::vector<std::string> left;         ///< where a phrase of its own was found; nothing should be
  /// Enough was looked for to say that it is gone, and it is.
  bool is_gone() const { return left.empty() && shared < phrases; }
};

struct DeletionReport {
  std::vector<DeletionFinding> findings;
  std::size_t files = 0;
  std::uint64_t bytes = 0;
  double total_ms = 0;
};

/// What the integrity check found; empty lines mean all is well.
struct IntegrityReport {
  std::vector<std::string> problems;
  std::size_t documents = 0, chunks = 0, vectors = 0;
  std::uint64_t bytes_on_disk = 0;
};

}  // namespace panduan::store
