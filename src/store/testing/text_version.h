#pragma once
#include <string>

#include "documents/terms.h"
#include "store/records.h"

/// For test programs only, and header-only for that reason.
namespace panduan::store::testing {

/// A version of a plain text that has yet to be cut.
inline NewVersion text_version(const std::string& source, const std::string& text, EmbeddingModelId model) {
  NewVersion version;
  version.source = source;
  version.stamp = {.modified_ns = 1, .bytes = text.size()};
  version.content_sha256 = sha256(text);
  version.bytes = text;
  version.parsed.media_type = "text/plain";
  version.parsed.title = "T";
  version.parsed.text = text;
  version.embedding_model = model;
  return version;
}

/// The next chunk of it: found by its words.
inline NewChunk chunk_of(const NewVersion& version, documents::ByteRange range, std::vector<float> vector, const std::string& heading_path = "H") {
  NewChunk chunk{.text = range, .heading_path = heading_path, .tokens = 10, .words = {}, .vector = std::move(vector)};
  for (const std::string& term : documents::index_terms(version.bytes.substr(range.begin, range.size()))) chunk.words += term + " ";
  return chunk;
}

}  // namespace panduan::store::testing
