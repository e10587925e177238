#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "documents/document.h"

namespace panduan::rag::detail {

/// A word that turns what follows it into its contrary.
struct Negation {
  documents::ByteRange range;
  std::vector<std::string> scope;  ///< the first content_terms behind it, the nearest first
};

/// "not", "never", "without", "n't", 不, 没有, 未…; not the words that only hold them ("not only", 不同, 非常, 无论). `text` is a fact_text.
std::vector<Negation> negations_of(std::string_view text);

/// Whether a text negates in a way that no list of negations holds: "fail", "unable", "hardly", 拒绝, 禁止.
bool has_negative_word(std::string_view text);

}  // namespace panduan::rag::detail
