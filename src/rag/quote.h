#pragma once
#include "rag/events.h"
#include "store/store.h"

namespace panduan::rag {

/// A range of a stored passage as a quote, without numbers. It is read again from the store: what is shown is the stored text, whatever the
/// model wrote. Its text is empty when the document has gone meanwhile.
Quote make_quote(const store::Store& store, store::WorkspaceId workspace, const store::Passage& passage, documents::ByteRange in_passage);

}  // namespace panduan::rag
