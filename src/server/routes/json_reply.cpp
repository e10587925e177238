#include "server/routes/json_reply.h"

#include <charconv>

namespace panduan::server {
namespace {

std::size_t checked_limit(std::size_t limit, std::size_t most) {
  if (limit == 0 || limit > most) throw Error(ErrorKind::InvalidInput, fmt::format("'limit' is {}: expected 1 to {}", limit, most));
  return limit;
}

}  // namespace

std::size_t limit_of(const Json& json, std::size_t otherwise, std::size_t most) {
  return checked_limit(optional_field<std::size_t>(json, "limit").value_or(otherwise), most);
}

std::size_t limit_of(const Request& request, std::size_t otherwise, std::size_t most) {
  const auto found = request.query.find("limit");
  if (found == request.query.end()) return otherwise;
  const std::string& text = found->second;
  std::size_t limit = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (error != std::errc{} || end != text.data() + text.size()) throw Error(ErrorKind::InvalidInput, "'limit' is not a number");
  return checked_limit(limit, most);
}

}  // namespace panduan::server
