#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace panduan::documents {

/// What a text is found by, in text order: NFKC and case folded; runs of letters and digits of a spaced script whole; runs of
/// CJK as overlapping pairs of characters (a single one alone), because without a dictionary no cut into words is right
/// (Nie et al., "On the use of words and n-grams for Chinese information retrieval", 2000). The same for documents and questions.
std::vector<std::string> index_terms(std::string_view text);

}  // namespace panduan::documents
