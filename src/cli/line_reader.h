#pragma once
#include <optional>
#include <stop_token>
#include <string>

namespace panduan::cli {

/// Lines of a terminal, a pipe or a file, without waiting past a stop request.
class LineReader {
 public:
  /// Of a longer line the rest is left out.
  LineReader(int descriptor, std::size_t max_bytes) : descriptor_(descriptor), max_bytes_(max_bytes) {}

  /// Without its end; nullopt at the end of the input and when stopped. What was typed of a line that a stop broke off is forgotten.
  /// Throws Error when the input cannot be read.
  std::optional<std::string> next(const std::stop_token& stop);

 private:
  std::optional<std::string> take_line();

  int descriptor_;
  std::size_t max_bytes_;
  std::string read_;  ///< and not given yet
  bool ended_ = false;
};

}  // namespace panduan::cli
