#pragma once
#include <functional>
#include <memory>
#include <stop_token>
#include <string_view>
#include <vector>

#include "identity/caller.h"
#include "llm/embedder.h"
#include "rag/answer_check.h"
#include "rag/events.h"
#include "retrieval/retriever.h"
#include "store/store.h"

namespace panduan::rag::detail {

/// Where the passages come from that a statement is held against.
class PassageFinder {
 public:
  virtual ~PassageFinder() = default;
  /// The nearest first.
  virtual std::vector<store::Passage> nearest(std::string_view statement, std::size_t limit, const std::stop_token& stop) = 0;
  /// A quote of one of them, without numbers; its text is empty when it has gone meanwhile.
  virtual Quote quote(const store::Passage& passage, documents::ByteRange in_passage) const = 0;
};

std::unique_ptr<PassageFinder> find_in_store(const store::Store& store, retrieval::Retriever& retriever, const identity::Caller& caller);
/// `sources` must outlive it. `embedder` is only asked for when the words find nothing near.
std::unique_ptr<PassageFinder> find_in_sources(const std::vector<Source>& sources, std::function<llm::Embedder*()> embedder);

}  // namespace panduan::rag::detail
