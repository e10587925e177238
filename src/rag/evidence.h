#pragma once
#include <span>
#include <string_view>
#include <vector>

#include "documents/document.h"

namespace panduan::rag {

/// A sentence of one of some passages that shares words with a statement.
struct RelatedSentence {
  std::size_t passage = 0;  ///< its index
  documents::ByteRange range;  ///< of that passage, no white space at either end
  double shared = 0;        ///< share of the statement's terms that stand in it
};

/// The sentences that could bear a statement out, the nearest first: those that share about as much with it as the nearest one does. Where hardly
/// a word is shared (a statement in another language), all of the first passages. A line end alone ends no sentence.
std::vector<RelatedSentence> related_sentences(std::string_view statement, std::span<const std::string_view> passages);

/// Of related sentences, the nearest and those that say what the ones before them do not: what a reader needs to see.
std::vector<RelatedSentence> bearing_sentences(std::string_view statement, std::span<const std::string_view> passages,
                                               std::span<const RelatedSentence> related);

}  // namespace panduan::rag
