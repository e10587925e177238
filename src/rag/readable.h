#pragma once
#include <span>
#include <string>
#include <vector>

#include "rag/events.h"
#include "retrieval/retriever.h"

namespace panduan::rag {

/// What a model reads of some passages: without the parts that were left out, and without passages of which nothing remains. `hits[i]` is
/// where `passages[i]` was found; its text is blank where parts were left out, so that a place in it is one of the stored passage.
struct Readable {
  std::vector<PassageRead> passages;
  std::vector<retrieval::Hit> hits;
};
Readable readable(std::span<const PassageRead> passages, std::span<const retrieval::Hit> hits);

/// Notes in each passage what is to be left out.
void leave_out_addressed_text(std::span<PassageRead> passages, const std::string& question);

/// For a person, in the question's language: that something was left out, and of which documents. Empty when nothing was.
std::string left_out_note(std::span<const PassageRead> passages, bool chinese);

}  // namespace panduan::rag
