#pragma once
#include <span>
#include <vector>

#include "rag/events.h"
#include "retrieval/retriever.h"
#include "store/store.h"

namespace panduan::rag {

/// A range of a stored passage as a quote, without numbers. It is read again from the store: what is shown is the stored text, whatever the
/// model wrote. Its text is empty when the document has gone meanwhile.
Quote make_quote(const store::Store& store, store::WorkspaceId workspace, const store::Passage& passage, documents::ByteRange in_passage);

/// What was found, in its order and numbered from 1.
std::vector<PassageRead> passages_of(const store::Store& store, store::WorkspaceId workspace, std::span<const retrieval::Hit> hits);

}  // namespace panduan::rag
