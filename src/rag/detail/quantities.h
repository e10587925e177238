#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "documents/document.h"

namespace panduan::rag::detail {

/// A number as it is meant: "5.1 million", "510万" and "5,100,000" are one.
struct Quantity {
  double value = 0;
  std::string literal;    ///< where a value would not do: "3.11.2", "10:30"; empty otherwise
  std::string_view unit;  ///< as unit_at names it; empty when none that is known stands there
  documents::ByteRange range;  ///< of the text, sign and unit included
  /// "one", "first", 一: more often a word like any other than a number. It bears out a number and need not be borne out.
  bool is_weak = false;
};

/// All numbers of a text, in figures and in words of both languages, in text order. `text` is a fact_text; what stands in `taken`
/// (dates, in text order) is passed over.
std::vector<Quantity> quantities_of(std::string_view text, const std::vector<documents::ByteRange>& taken);

bool is_same_number(const Quantity& a, const Quantity& b);
/// Where one of them has no unit that is known, it may be the other's.
bool may_be_same_unit(const Quantity& a, const Quantity& b);

}  // namespace panduan::rag::detail
