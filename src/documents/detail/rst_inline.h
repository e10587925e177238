#pragma once
#include <map>
#include <string>
#include <string_view>

namespace panduan::documents::detail {

/// What |name| stands for, as a document defines it.
using Substitutions = std::map<std::string, std::string, std::less<>>;

/// The text of a paragraph of reStructuredText as a reader sees it: emphasis, literals, roles, links and references without their marks, targets left out. What
/// nothing closes is a character like another.
std::string plain_inline(std::string_view text, const Substitutions& substitutions);

}  // namespace panduan::documents::detail
