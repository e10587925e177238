#pragma once
#include <string_view>

namespace panduan::rag::detail {

/// Whether a sentence limits what the statement says without a limit: "Many schools require it" does not bear out "Schools require it",
/// nor "约 898 米" "898 米". Looked at are words such as many, mainly, about, may, 许多, 主要, 约, 可能 that stand before a word of the statement.
bool drops_a_hedge(std::string_view statement, std::string_view sentence);

}  // namespace panduan::rag::detail
