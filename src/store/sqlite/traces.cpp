#include "store/sqlite/traces.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <string_view>

#include "documents/terms.h"
#include "store/sqlite/schema.h"

namespace panduan::store {
namespace {

// Long enough to stand nowhere by chance, short enough to be whole on a page of the file.
constexpr std::size_t kPhraseBytes = 32;
constexpr std::size_t kShortBytes = 12;  // of a text that is shorter than a phrase
constexpr std::size_t kCandidates = 128;
constexpr std::size_t kTextPhrases = 40;
constexpr std::size_t kTerms = 16;
constexpr std::size_t kSamples = 16;
constexpr std::size_t kChunks = 8;
// Of a longer text, from its beginning: it is read whole while the store waits.
constexpr std::size_t kMostBytes = 64U << 20U;

/// Zeros, blanks and rules of dashes stand everywhere.
bool tells_apart(std::string_view phrase) {
  const std::set<char> distinct(phrase.begin(), phrase.end());
  return distinct.size() * 4 >= phrase.size();
}

bool continues_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }
bool is_letter(char byte) { return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9'); }

/// The next place at or after `begin` where a word or a character of its own begins.
std::size_t next_beginning(std::string_view text, std::size_t begin) {
  const std::size_t limit = std::min(text.size(), begin + kPhraseBytes);
  while (begin < limit && (continues_character(text[begin]) || (begin > 0 && is_letter(text[begin]) && is_letter(text[begin - 1])))) ++begin;
  return begin;
}

class TraceMaker {
 public:
  TraceMaker(const Database& database, std::int64_t workspace, std::int64_t content_id)
      : database_(database), content_id_(content_id), finder_(make_phrase_finder(database)), words_(words_table(workspace)) {
    chunks_in_term_.emplace(database.prepare(fmt::format("SELECT doc FROM {} WHERE term = ?", vocabulary_table(database, workspace))));
  }

  std::vector<Trace> make() {
    add_text();
    add_bytes();
    add_indexes();
    return std::move(traces_);
  }

 private:
  void add(std::string_view phrase, Trace::Kind kind) {
    if (!tells_apart(phrase)) return;
    const std::uint64_t fingerprint = finder_.fingerprint(phrase);
    if (seen_.insert(fingerprint).second) traces_.push_back({.kind = kind, .length = static_cast<std::uint8_t>(phrase.size()), .fingerprint = fingerprint});
  }

  std::int64_t chunks_with(const std::string& term) {
    const auto known = counts_.find(term);
    if (known != counts_.end()) return known->second;
    chunks_in_term_->bind(term);
    const std::int64_t count = chunks_in_term_->step() ? chunks_in_term_->integer(0) : std::numeric_limits<std::int64_t>::max();
    chunks_in_term_->run();
    counts_[term] = count;
    return count;
  }

  void add_text() {
    const std::string text = column("SELECT substr(canonical_text, 1, ?2) FROM contents WHERE id = ?1");
    if (text.size() < kPhraseBytes) {
      if (text.size() >= kShortBytes) add(std::string_view(text).substr(0, kShortBytes), Trace::Kind::Phrase);
    }
    std::vector<std::pair<std::int64_t, std::size_t>> ranked;  // in how many chunks its rarest term stands, where it begins
    for (std::size_t i = 0; i < kCandidates; ++i) {
      const std::size_t begin = next_beginning(text, i * text.size() / kCandidates);
      if (begin + kPhraseBytes > text.size()) break;
      auto terms = documents::index_terms(std::string_view(text).substr(begin, kPhraseBytes));
      if (!terms.empty()) terms.pop_back();  // it may have been cut
      std::int64_t rarest = std::numeric_limits<std::int64_t>::max();
      for (const std::string& term : terms) rarest = std::min(rarest, chunks_with(term));
      ranked.emplace_back(rarest, begin);
    }
    std::ranges::sort(ranked);
    for (std::size_t i = 0; i < std::min(kTextPhrases, ranked.size()); ++i)
      add(std::string_view(text).substr(ranked[i].second, kPhraseBytes), Trace::Kind::Phrase);
    if (ranked.empty()) {
      for (const std::string& term : documents::index_terms(text)) chunks_with(term);
    }
    add_terms();
  }

  void add_terms() {
    std::vector<std::pair<std::int64_t, std::string_view>> ranked;
    for (const auto& [term, count] : counts_)
      if (term.size() <= std::numeric_limits<std::uint8_t>::max()) ranked.emplace_back(count, term);
    std::ranges::sort(ranked);
    for (std::size_t i = 0; i < std::min(kTerms, ranked.size()); ++i) {
      traces_.push_back(
          {.kind = Trace::Kind::Term, .length = static_cast<std::uint8_t>(ranked[i].second.size()), .fingerprint = finder_.fingerprint(ranked[i].second)});
    }
  }

  void add_bytes() {
    const std::string bytes = column("SELECT substr(bytes, 1, ?2) FROM content_bytes WHERE content_id = ?1");
    if (bytes.size() < kPhraseBytes) return;
    for (std::size_t i = 0; i < kSamples; ++i)
      add(std::string_view(bytes).substr(i * (bytes.size() - kPhraseBytes) / kSamples, kPhraseBytes), Trace::Kind::Sample);
  }

  void add_indexes() {
    auto words = database_.prepare(fmt::format("SELECT w.terms FROM chunks k JOIN {} w ON w.rowid = k.id WHERE k.content_id = ? LIMIT {}", words_, kChunks));
    words.bind(content_id_);
    while (words.step()) {
      const std::string terms = words.text(0);
      if (terms.size() >= kPhraseBytes) add(std::string_view(terms).substr((terms.size() - kPhraseBytes) / 2, kPhraseBytes), Trace::Kind::Sample);
    }
    auto vectors = database_.prepare(fmt::format("SELECT x.vector FROM chunks k JOIN vectors x ON x.chunk_id = k.id WHERE k.content_id = ? LIMIT {}", kChunks));
    vectors.bind(content_id_);
    while (vectors.step()) {
      const std::string vector = vectors.text(0);
      if (vector.size() >= kPhraseBytes) add(std::string_view(vector).substr(0, kPhraseBytes), Trace::Kind::Sample);
    }
  }

  std::string column(std::string_view sql) const {
    auto row = database_.prepare(sql);
    row.bind(content_id_).bind(static_cast<std::int64_t>(kMostBytes));
    return row.step() ? row.text(0) : "";
  }

  const Database& database_;
  std::int64_t content_id_;
  PhraseFinder finder_;
  std::string words_;
  std::optional<Statement> chunks_in_term_;
  std::map<std::string, std::int64_t> counts_;
  std::set<std::uint64_t> seen_;
  std::vector<Trace> traces_;
};

}  // namespace

std::vector<Trace> traces_of(const Database& database, std::int64_t workspace, std::int64_t content_id) {
  return TraceMaker(database, workspace, content_id).make();
}

std::string pack_traces(std::span<const Trace> traces) {
  std::string bytes;
  for (const Trace& trace : traces) {
    bytes += static_cast<char>(trace.kind);
    bytes += static_cast<char>(trace.length);
    for (unsigned shift = 0; shift < 64; shift += 8) bytes += static_cast<char>(trace.fingerprint >> shift);
  }
  return bytes;
}

std::vector<Trace> unpack_traces(std::span<const unsigned char> bytes) {
  constexpr std::size_t kTraceBytes = 10;
  std::vector<Trace> traces;
  for (; bytes.size() >= kTraceBytes; bytes = bytes.subspan(kTraceBytes)) {
    Trace& trace = traces.emplace_back(Trace{.kind = static_cast<Trace::Kind>(bytes[0]), .length = bytes[1], .fingerprint = 0});
    for (std::size_t i = 0; i < 8; ++i) trace.fingerprint |= static_cast<std::uint64_t>(bytes[2 + i]) << (8 * i);
  }
  return traces;
}

PhraseFinder make_phrase_finder(const Database& database) {
  auto row = database.prepare("SELECT key FROM deletion_key");
  row.step();
  return PhraseFinder(static_cast<std::uint64_t>(row.integer(0)));
}

std::string vocabulary_table(const Database& database, std::int64_t workspace) {
  const std::string name = fmt::format("temp.vocabulary_{}", workspace);
  database.execute(fmt::format("CREATE VIRTUAL TABLE IF NOT EXISTS {} USING fts5vocab('main', '{}', 'row')", name, words_table(workspace)));
  return name;
}

}  // namespace panduan::store
