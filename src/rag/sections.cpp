#include "rag/sections.h"

#include <algorithm>

namespace panduan::rag {

std::vector<retrieval::Hit> sections_of(const store::Store& store, store::WorkspaceId workspace, const std::vector<retrieval::Hit>& hits,
                                        const SectionOptions& options) {
  std::vector<retrieval::Hit> sections;
  for (const retrieval::Hit& hit : hits) {
    if (sections.size() == options.passages) break;
    const store::Passage& found = hit.passage;
    const bool is_read = std::ranges::any_of(sections, [&](const retrieval::Hit& other) {
      return other.passage.content_id == found.content_id && other.passage.range.begin <= found.range.begin && found.range.end <= other.passage.range.end;
    });
    if (is_read) continue;
    sections.push_back(hit);
    sections.back().passage = store.section_around(workspace, found, options.max_tokens);
  }
  return sections;
}

}  // namespace panduan::rag
