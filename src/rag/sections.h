#pragma once
#include <cstddef>
#include <vector>

#include "retrieval/retriever.h"
#include "store/store.h"

namespace panduan::rag {

struct SectionOptions {
  std::size_t passages = 3;    ///< at most so many
  std::size_t max_tokens = 0;  ///< of each; what was found stays as it is when that has more
};

/// What is read where something was found: the section around each hit. A hit that lies in the section of a better one is left out, so that
/// others are read in its place.
std::vector<retrieval::Hit> sections_of(const store::Store& store, store::WorkspaceId workspace, const std::vector<retrieval::Hit>& hits,
                                        const SectionOptions& options);

}  // namespace panduan::rag
