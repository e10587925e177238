#include <string>

#include "base/error.h"
#include "net/http_client.h"

namespace panduan::net {
namespace {

constexpr std::size_t kMaxEventBytes = 16U << 20U;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

bool EventStreamParser::feed(std::string_view bytes) {
  while (!bytes.empty() && !stopped_) {
    // CR LF is one line's end, also when the two come in different pieces.
    if (after_carriage_return_ && bytes.front() == '\n') bytes.remove_prefix(1);
    after_carriage_return_ = false;
    const auto end = bytes.find_first_of("\r\n");
    const std::string_view piece = bytes.substr(0, end);
    if (line_.size() + event_.data.size() + piece.size() > kMaxEventBytes) throw Error(ErrorKind::TooLarge, "the server sent an event of more than 16 MB");
    line_ += piece;
    if (end == std::string_view::npos) break;
    after_carriage_return_ = bytes[end] == '\r';
    bytes.remove_prefix(end + 1);
    stopped_ = !end_line();
  }
  return !stopped_;
}

bool EventStreamParser::end_line() {
  const std::string whole = std::exchange(line_, {});
  std::string_view line = whole;
  if (std::exchange(first_line_, false) && line.starts_with(kByteOrderMark)) line.remove_prefix(kByteOrderMark.size());
  if (line.empty()) {
    // An event without data is none.
    Event event = std::exchange(event_, {"message", ""});
    return !std::exchange(has_data_, false) || sink_(event);
  }
  const auto colon = line.find(':');
  const std::string_view field = line.substr(0, colon);
  std::string_view value = colon == std::string_view::npos ? std::string_view{} : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (field == "data") {
    if (has_data_) event_.data += '\n';
    event_.data += value;
    has_data_ = true;
  } else if (field == "event") {
    event_.type = value.empty() ? "message" : value;
  }
  return true;
}

}  // namespace panduan::net
