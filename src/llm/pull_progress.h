#pragma once
#include <cstdint>
#include <functional>
#include <string>

namespace panduan::llm {

struct PullProgress {
  std::string step;  ///< "downloading part 3 of 22", "checking", "converting"
  std::uint64_t bytes = 0;
  std::uint64_t total_bytes = 0;
};
using PullProgressSink = std::function<void(const PullProgress&)>;

}  // namespace panduan::llm
