#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "documents/document.h"

namespace panduan::documents {

/// Counts up when the same bytes give another text or are cut in another way: what an older panduan added is then read anew.
inline constexpr int kReadingVersion = 4;

/// A passage: what is embedded, found and read. Chunks of a document keep text order, and overlap only as far as was asked for.
struct Chunk {
  ByteRange text;            ///< begins and ends on a character, no white space at either end
  std::string heading_path;  ///< the headings above it, and its table's: "Packages › Dependencies › Name | Version"
  std::size_t tokens = 0;    ///< of its text, by `count_tokens`
};

struct ChunkOptions {
  std::size_t target_tokens = 256;
  /// At most so many tokens of the chunk before it, whole sentences, begin a chunk as well; none across a chapter, and fewer where
  /// max_tokens would be exceeded.
  std::size_t overlap_tokens = 0;
  std::size_t max_tokens = 400;  ///< never exceeded: with path and prefix it must fit the embedder
  /// Tokens of a text, by the tokenizer of the model that will read it.
  std::function<std::size_t(std::string_view)> count_tokens;
};

/// Cuts at headings first, then paragraphs, then sentences (English and Chinese), and inside a sentence only where one alone is
/// over max_tokens. A short section joins what follows under the same heading, never across a heading of a higher level.
/// Deterministic: the same document gives the same chunks.
std::vector<Chunk> chunk_document(const ParsedDocument& document, const ChunkOptions& options);

}  // namespace panduan::documents
