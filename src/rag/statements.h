#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "documents/document.h"

namespace panduan::rag {

/// A sentence of an answer that can be true or false.
struct StatementText {
  std::string text;            ///< without Markdown and citation marks, white space as one space
  documents::ByteRange range;  ///< of the answer, marks included
};

/// The sentences of an answer in their order; an item of a list and a row of a table are cut from what stands around them. Headings,
/// questions, and lines that only lead on ("as follows:") state nothing and are left out.
std::vector<StatementText> split_statements(std::string_view answer);

}  // namespace panduan::rag
