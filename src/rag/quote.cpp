#include "rag/quote.h"

#include <utility>

namespace panduan::rag {

Quote make_quote(const store::Store& store, store::WorkspaceId workspace, const store::Passage& passage, documents::ByteRange in_passage) {
  const documents::ByteRange range{passage.range.begin + in_passage.begin, passage.range.begin + in_passage.end};
  auto text = store.text(workspace, passage.content_id, range);
  if (!text) return {};
  Quote quote{.text = *std::move(text),
              .document_id = passage.document_id,
              .source = passage.source,
              .title = passage.title,
              .heading_path = passage.heading_path,
              .content_sha256 = to_hex(passage.content_sha256),
              .range = range,
              .page = {},
              .boxes = {}};
  if (auto place = store.place(workspace, passage.content_id, range)) {
    quote.page = place->label;
    quote.boxes = std::move(place->words);
  }
  return quote;
}

std::vector<PassageRead> passages_of(const store::Store& store, store::WorkspaceId workspace, std::span<const retrieval::Hit> hits) {
  std::vector<PassageRead> passages;
  for (const retrieval::Hit& hit : hits) {
    const auto place = store.place(workspace, hit.passage.content_id, hit.passage.range);
    passages.push_back({.number = passages.size() + 1,
                        .document_id = hit.passage.document_id,
                        .source = hit.passage.source,
                        .title = hit.passage.title,
                        .heading_path = hit.passage.heading_path,
                        .page = place ? place->label : "",
                        .score = hit.score,
                        .text = hit.passage.text});
  }
  return passages;
}

}  // namespace panduan::rag
