#pragma once
#include <string>

namespace panduan::cli {

/// Where a quote or passage stands, for a person: "contract.pdf, p. 12 · 2 Terms › 2.1 Notice".
std::string place_text(const std::string& source, const std::string& page, const std::string& heading_path);

}  // namespace panduan::cli
