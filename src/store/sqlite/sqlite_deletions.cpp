#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <set>

#include "base/error.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/sqlite_store.h"
#include "store/sqlite/traces.h"

// What was deleted, and the search that shows it is gone.
namespace panduan::store {
namespace {

constexpr std::size_t kMostPlaces = 20;  // named of one document

/// Looks for the phrases of deletions: first in every row, where it is known whose it is, then in every byte of every file. A phrase that stands in
/// a document tells nothing of a file, and is not looked for there.
class DeletionSearch {
 public:
  using Progress = std::function<void(std::uint64_t, std::uint64_t)>;

  DeletionSearch(const Database& database, WorkspaceId workspace, const Progress& on_progress, const std::stop_token& stop)
      : database_(database), workspace_(workspace), finder_(make_phrase_finder(database)), on_progress_(on_progress), stop_(stop) {}

  void add(const Deletion& deletion, std::span<const Trace> traces) {
    for (const Trace& trace : traces) {
      if (trace.kind == Trace::Kind::Term) terms_.emplace(trace.fingerprint, phrases_.size());
      else finder_.add(trace.length, trace.fingerprint, phrases_.size());
      phrases_.push_back({.finding = report_.findings.size(), .is_sample = trace.kind == Trace::Kind::Sample});
    }
    report_.findings.push_back({.deletion = deletion, .phrases = 0, .shared = 0, .shared_with = {}, .left = {}});
    found_in_.emplace_back();
  }

  DeletionReport run(const std::filesystem::path& folder) {
    count_bytes(folder);
    search_contents();
    search_rows_of_contents();
    search_other_rows();
    search_vocabulary();
    for (const auto& file : files_) search_file(folder, file);
    for (const Phrase& phrase : phrases_) {
      if (phrase.is_sample || (phrase.is_elsewhere && !phrase.is_shared)) continue;  // that another workspace holds it is not told
      ++report_.findings[phrase.finding].phrases;
      if (phrase.is_shared) ++report_.findings[phrase.finding].shared;
    }
    report_.files = files_.size();
    return std::move(report_);
  }

 private:
  struct Phrase {
    std::size_t finding = 0;
    bool is_sample = false;     ///< the same text may have been stored with other ones
    bool is_shared = false;     ///< a document of this workspace has it
    bool is_elsewhere = false;  ///< one of another workspace has it
  };

  void check_stop() const {
    if (stop_.stop_requested()) throw Error(ErrorKind::Cancelled, "stopped while looking for what was deleted");
  }

  void advance(std::uint64_t bytes) {
    check_stop();
    done_ += bytes;
    if (on_progress_) on_progress_(std::min(done_, total_), total_);
  }

  void count_bytes(const std::filesystem::path& folder) {
    for (const char* sql : {"SELECT total(length(canonical_text)) FROM contents", "SELECT total(length(bytes)) FROM content_bytes"}) {
      auto row = database_.prepare(sql);
      row.step();
      total_ += static_cast<std::uint64_t>(row.real(0));
    }
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      if (entry.is_symlink() || !entry.is_regular_file()) continue;
      files_.push_back(entry.path());
      total_ += entry.file_size();
      report_.bytes += entry.file_size();
    }
  }

  void put_left(std::size_t finding, const std::string& place) {
    auto& left = report_.findings[finding].left;
    if (left.size() < kMostPlaces && std::ranges::find(left, place) == left.end()) left.push_back(place);
  }

  /// A phrase stands in a row of this content; 0 for one that is not there.
  void found_in_content(std::size_t number, std::int64_t content_id, std::string_view what) {
    Phrase& phrase = phrases_[number];
    auto owner = database_.prepare(
        "SELECT d.public_id, d.workspace_id = ?1 FROM documents d JOIN document_versions v ON v.document_id = d.id AND v.id = d.current_version_id WHERE v.content_id = ?2 "
        "ORDER BY d.workspace_id <> ?1, d.id LIMIT 1");
    owner.bind(workspace_).bind(content_id);
    if (!owner.step()) return put_left(phrase.finding, fmt::format("{} that belongs to no document", what));
    if (owner.integer(1) == 0) {
      phrase.is_elsewhere = true;
      return;
    }
    phrase.is_shared = true;
    if (found_in_[phrase.finding].insert(owner.text(0)).second && found_in_[phrase.finding].size() <= kMostPlaces)
      report_.findings[phrase.finding].shared_with.push_back(owner.text(0));
  }

  void search_contents() {
    std::vector<std::int64_t> contents;
    auto rows = database_.prepare("SELECT id FROM contents");
    while (rows.step()) contents.push_back(rows.integer(0));
    for (const std::int64_t id : contents) {
      const auto search = [&](std::string_view piece) {
        finder_.search(piece, [&](std::size_t number, std::size_t) { found_in_content(number, id, "a text"); });
        advance(piece.size());
      };
      database_.each_piece("contents", "canonical_text", id, finder_.overlap(), search);
      database_.each_piece("content_bytes", "bytes", id, finder_.overlap(), search);
    }
  }

  /// Each row's first column is its content.
  void search_rows_of_contents() {
    std::vector<std::pair<std::string, std::string>> tables{
        {"a title", "SELECT id, title FROM contents"},
        {"a page", "SELECT content_id, label, word_boxes FROM pages"},
        {"a heading", "SELECT content_id, heading_path FROM chunks"},
        {"a vector", "SELECT k.content_id, x.vector FROM vectors x LEFT JOIN chunks k ON k.id = x.chunk_id"},
        {"a source", "SELECT v.content_id, d.source FROM documents d LEFT JOIN document_versions v ON v.id = d.current_version_id"}};
    auto workspaces = database_.prepare("SELECT id FROM workspaces");
    while (workspaces.step()) {
      tables.emplace_back("an entry of the word index",
                          fmt::format("SELECT k.content_id, w.terms FROM {} w LEFT JOIN chunks k ON k.id = w.rowid", words_table(workspaces.integer(0))));
    }
    for (const auto& [what, sql] : tables) {
      auto rows = database_.prepare(sql);
      while (rows.step()) {
        check_stop();
        for (int column = 1; column < rows.columns(); ++column)
          finder_.search(rows.view(column), [&](std::size_t number, std::size_t) { found_in_content(number, rows.integer(0), what); });
      }
    }
  }

  /// Whatever else is kept, by the schema: a table that is new is looked through without being named here.
  void search_other_rows() {
    static const std::set<std::string> kSearched{"contents", "content_bytes", "pages", "chunks", "vectors", "documents", "deletions"};
    auto tables =
        database_.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'words\\_%' ESCAPE '\\'");
    while (tables.step()) {
      const std::string table = tables.text(0);
      if (kSearched.contains(table)) continue;
      auto rows = database_.prepare(fmt::format("SELECT * FROM {}", table));
      while (rows.step()) {
        check_stop();
        for (int column = 0; column < rows.columns(); ++column) {
          finder_.search(rows.view(column), [&](std::size_t number, std::size_t) {
            if (!phrases_[number].is_shared && !phrases_[number].is_elsewhere)
              put_left(phrases_[number].finding, fmt::format("a row of {} ({})", table, rows.name(column)));
          });
        }
      }
    }
  }

  /// The index keeps a term together with the ones before it, where no search of bytes finds it.
  void search_vocabulary() {
    if (terms_.empty()) return;
    const std::string words = words_table(workspace_);
    auto terms = database_.prepare(fmt::format("SELECT term FROM {}", vocabulary_table(database_, workspace_)));
    while (terms.step()) {
      const auto [first, last] = terms_.equal_range(finder_.fingerprint(terms.view(0)));
      if (first == last) continue;
      check_stop();
      auto row = database_.prepare(fmt::format("SELECT k.content_id FROM {0} LEFT JOIN chunks k ON k.id = {0}.rowid WHERE {0} MATCH ? LIMIT 1", words));
      row.bind(fmt::format("\"{}\"", terms.text(0)));
      const bool is_there = row.step();
      for (auto found = first; found != last; ++found) {
        if (is_there) found_in_content(found->second, row.integer(0), "an entry of the word index");
        else put_left(phrases_[found->second].finding, "a term of the word index that stands in no chunk");
      }
    }
  }

  void search_file(const std::filesystem::path& folder, const std::filesystem::path& file) {
    constexpr std::size_t kPieceBytes = 4U << 20U;
    std::ifstream stream(file, std::ios::binary);
    std::string piece;
    for (std::uint64_t begin = 0; stream;) {
      piece.erase(0, piece.size() - std::min(piece.size(), finder_.overlap()));
      const std::size_t again = piece.size();
      piece.resize(again + kPieceBytes);
      stream.read(piece.data() + again, kPieceBytes);
      piece.resize(again + static_cast<std::size_t>(stream.gcount()));
      finder_.search(piece, [&](std::size_t number, std::size_t offset) {
        if (!phrases_[number].is_shared && !phrases_[number].is_elsewhere)
          put_left(phrases_[number].finding, fmt::format("{}, byte {}", file.lexically_relative(folder).string(), begin - again + offset));
      });
      begin += piece.size() - again;
      advance(piece.size() - again);
    }
  }

  const Database& database_;
  WorkspaceId workspace_;
  PhraseFinder finder_;
  const Progress& on_progress_;
  const std::stop_token& stop_;
  std::vector<Phrase> phrases_;
  std::multimap<std::uint64_t, std::size_t> terms_;
  std::vector<std::set<std::string>> found_in_;  ///< by finding
  std::vector<std::filesystem::path> files_;
  std::uint64_t done_ = 0, total_ = 0;
  DeletionReport report_;
};

constexpr std::string_view kSelectDeletions = "SELECT public_id, ordinal, deleted_ms, traces FROM deletions WHERE workspace_id = ?1 ";

Deletion read_deletion(const Statement& row) { return {.document_id = row.text(0), .version = row.integer(1), .deleted_ms = row.integer(2)}; }

}  // namespace

void SqliteStore::keep_traces(WorkspaceId workspace, std::int64_t document_id, std::int64_t ordinal, std::int64_t content_id) {
  const auto traces = traces_of(writer_, workspace, content_id);
  writer_
      .prepare(
          "INSERT INTO deletions (workspace_id, public_id, ordinal, deleted_ms, traces) VALUES (?, (SELECT public_id FROM documents WHERE id = ?), ?, ?, ?)")
      .bind(workspace)
      .bind(document_id)
      .bind(ordinal)
      .bind(clock_.now_ms())
      .bind_blob(as_blob(pack_traces(traces)))
      .run();
}

std::vector<Deletion> SqliteStore::deletions(WorkspaceId workspace) const {
  const auto database = read();
  auto rows = database->prepare(std::string(kSelectDeletions) + "ORDER BY id DESC");
  rows.bind(workspace);
  std::vector<Deletion> found;
  while (rows.step()) found.push_back(read_deletion(rows));
  return found;
}

DeletionReport SqliteStore::verify_deleted(WorkspaceId workspace, std::span<const std::string> document_ids,
                                           const std::function<void(std::uint64_t, std::uint64_t)>& on_progress, const std::stop_token& stop) {
  const Stopwatch watch;
  {
    const std::lock_guard lock(writing_);
    empty_log();
  }
  const auto database = read();
  DeletionSearch search(*database.operator->(), workspace, on_progress, stop);
  std::set<std::string> missing(document_ids.begin(), document_ids.end());
  auto rows = database->prepare(std::string(kSelectDeletions) + "ORDER BY id");
  rows.bind(workspace);
  while (rows.step()) {
    const Deletion deletion = read_deletion(rows);
    if (!document_ids.empty() && std::ranges::find(document_ids, deletion.document_id) == document_ids.end()) continue;
    missing.erase(deletion.document_id);
    search.add(deletion, unpack_traces(rows.blob(3)));
  }
  rows.run();
  if (!missing.empty())
    throw Error(ErrorKind::NotFound,
                fmt::format("nothing was deleted under '{}': 'panduan verify --deleted' without an id looks for all that was", *missing.begin()));
  DeletionReport report = search.run(file_.parent_path());
  report.total_ms = watch.elapsed_ms();
  return report;
}

}  // namespace panduan::store
