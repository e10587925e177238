#pragma once
#include <cstddef>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

/// What a route sees of HTTP: plain values, no sockets.
namespace panduan::server {

struct Request {
  std::string method;
  std::string path;                            ///< decoded, as in "/api/v1/documents"
  std::map<std::string, std::string> query;    ///< decoded
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::map<std::string, std::string> parameters;  ///< what stood for "{id}" in the route's pattern, decoded
  std::string body;

  /// The header's value, empty when it is not there. `name` in lower case.
  std::string_view header(const std::string& name) const;
};

struct Response {
  int status = 200;
  std::string content_type;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers = {};  ///< besides those that every answer has
};

/// A problem+json answer (RFC 9457). The one of an Error has the kind's status; the others say it themselves.
Response problem(const Error& error);
Response problem(int status, std::string_view slug, std::string_view title, std::string_view detail);

/// Where a route's answer goes: one `send`, or `begin_stream` and then `write`. Used by one worker thread.
class Reply {
 public:
  virtual ~Reply() = default;
  virtual void send(Response response) = 0;
  /// Server-sent events from here on.
  virtual void begin_stream() = 0;
  /// Blocks while the client is behind. Throws Error{Cancelled} when it has gone or is too slow.
  virtual void write(std::string bytes) = 0;
};

/// Value of %XX escapes; nullopt when one is broken or the result is not UTF-8 or has a NUL.
std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_space = false);
std::string percent_encoded(std::string_view text);
/// "a=1&b=2". Throws Error{InvalidInput}.
std::map<std::string, std::string> parse_query(std::string_view text);
/// "text/html" of "Text/HTML; charset=utf-8".
std::string media_type_of(std::string_view content_type);
std::string lower_ascii(std::string_view text);
std::string_view trim_ascii(std::string_view text);

}  // namespace panduan::server
