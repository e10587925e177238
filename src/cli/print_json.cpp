#include "cli/print_json.h"

#include <fmt/format.h>

#include <cstdio>
#include <nlohmann/json.hpp>

namespace panduan::cli {

void print_json(const nlohmann::ordered_json& json) {
  fmt::print("{}\n", json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
  std::fflush(stdout);
}

}  // namespace panduan::cli
