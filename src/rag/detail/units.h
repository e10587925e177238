#pragma once
#include <optional>
#include <string_view>

namespace panduan::rag::detail {

struct UnitFound {
  std::string_view unit;  ///< one name for all spellings: "km" of "kilometres" and "公里"
  std::size_t bytes = 0;  ///< of the spelling
};
/// The unit that stands at `offset`, the longest spelling. `text` is in lower case.
std::optional<UnitFound> unit_at(std::string_view lower_text, std::size_t offset);
/// The currency whose sign ends right before `offset`: "$", "US$", "€"; empty when there is none.
std::string_view currency_before(std::string_view lower_text, std::size_t offset);

}  // namespace panduan::rag::detail
