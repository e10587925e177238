#pragma once
#include <chrono>
#include <cstdint>

namespace panduan {

/// Wall time, injected where a test has to decide it.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual std::int64_t now_ms() const = 0;  ///< milliseconds since 1970-01-01 UTC
};

const Clock& system_clock();

/// Elapsed time of a step, monotonic.
class Stopwatch {
 public:
  double elapsed_ms() const { return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start_).count(); }
  void restart() { start_ = std::chrono::steady_clock::now(); }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace panduan
