#include "llm/text_stream.h"

#include <algorithm>

#include "base/unicode.h"

namespace panduan::llm {

std::string TextStream::feed(std::string_view bytes) {
  if (stopped_) return {};
  held_ += bytes;
  std::size_t certain = held_.size();
  for (const std::string& stop : stops_) {
    if (stop.empty()) continue;
    if (const std::size_t found = held_.find(stop); found != std::string::npos) {
      stopped_ = true;
      certain = std::min(certain, found);
      continue;
    }
    const std::size_t longest = std::min(stop.size() - 1, held_.size());
    for (std::size_t length = longest; length > 0; --length) {
      if (held_.ends_with(std::string_view(stop).substr(0, length))) {
        certain = std::min(certain, held_.size() - length);
        break;
      }
    }
  }
  // A character may be split between tokens: wait for its other bytes, at most three.
  const std::string_view head = std::string_view(held_).substr(0, certain);
  const std::size_t invalid = first_invalid_utf8(head);
  if (invalid != std::string_view::npos && head.size() - invalid < 4) certain = invalid;
  std::string ready = held_.substr(0, certain);
  held_.erase(0, certain);
  if (stopped_) held_.clear();
  return ready;
}

std::string TextStream::finish() {
  const std::size_t invalid = first_invalid_utf8(held_);
  std::string rest = held_.substr(0, invalid);
  held_.clear();
  return rest;
}

}  // namespace panduan::llm
