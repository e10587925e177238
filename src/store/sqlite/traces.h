#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "store/detail/phrase_finder.h"
#include "store/sqlite/database.h"

namespace panduan::store {

/// What a deleted content is known again by: the fingerprint of a phrase of its text, of one of its index terms, or of a sample of what was made of it.
struct Trace {
  enum class Kind : std::uint8_t { Phrase, Term, Sample } kind = Kind::Phrase;
  std::uint8_t length = 0;  ///< bytes
  std::uint64_t fingerprint = 0;
};

/// Of a content that is still there: its rarest phrases, as the word index counts them, and samples of its bytes, of what the word index keeps and of its
/// vectors.
std::vector<Trace> traces_of(const Database& database, std::int64_t workspace, std::int64_t content_id);

std::string pack_traces(std::span<const Trace> traces);
std::vector<Trace> unpack_traces(std::span<const unsigned char> bytes);

/// The fingerprints of this store.
PhraseFinder make_phrase_finder(const Database& database);

/// A table of this connection: term, and in how many chunks it stands.
std::string vocabulary_table(const Database& database, std::int64_t workspace);

}  // namespace panduan::store
