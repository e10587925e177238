#include "cli/line_reader.h"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/error.h"
#include "base/file.h"

namespace panduan::cli {
namespace {

constexpr int kLookAtStopMs = 100;

}  // namespace

std::optional<std::string> LineReader::next(const std::stop_token& stop) {
  for (;;) {
    if (auto line = take_line()) return line;
    if (ended_) return std::nullopt;
    if (stop.stop_requested()) {
      read_.clear();
      return std::nullopt;
    }
    struct pollfd input{.fd = descriptor_, .events = POLLIN, .revents = 0};
    if (::poll(&input, 1, kLookAtStopMs) <= 0) continue;
    std::array<char, 4096> buffer{};
    const ssize_t bytes = ::read(descriptor_, buffer.data(), buffer.size());
    if (bytes < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (bytes < 0) throw error_from_errno(errno, "cannot read the questions");
    ended_ = bytes == 0;
    read_.append(buffer.data(), static_cast<std::size_t>(bytes));
  }
}

std::optional<std::string> LineReader::take_line() {
  std::size_t end = read_.find('\n');
  if (end == std::string::npos) {
    // Enough to see that it is too long, and no more.
    if (read_.size() > max_bytes_) read_.resize(max_bytes_);
    if (!ended_ || read_.empty()) return std::nullopt;
    end = read_.size();
  }
  std::string line = read_.substr(0, std::min(end, max_bytes_));
  read_.erase(0, end + 1);
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

}  // namespace panduan::cli
