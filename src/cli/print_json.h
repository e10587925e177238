#pragma once
#include <nlohmann/json_fwd.hpp>

namespace panduan::cli {

/// One line on standard output, at once. Bytes that are not UTF-8 (a file's name may have such) become U+FFFD.
void print_json(const nlohmann::ordered_json& json);

}  // namespace panduan::cli
