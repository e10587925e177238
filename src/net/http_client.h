#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <string_view>

namespace panduan::net {

/// A request to an http:// or https:// address, or to an HTTP server behind a Unix socket ("unix:/path/to/socket:/path?query").
struct HttpRequest {
  std::string method = "GET";
  std::string url;
  std::map<std::string, std::string> headers;
  std::string body;
  std::chrono::milliseconds connect_time_limit{10'000};
  std::chrono::milliseconds idle_time_limit{60'000};  ///< between two pieces of the answer
  int max_redirects = 5;
  std::uint64_t max_body_bytes = 64ULL << 20U;  ///< of an answer that is collected; a sink has no limit
};

struct HttpResponse {
  int status = 0;
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;                            ///< empty when a sink took it
};

/// Called with the answer's pieces as they come. Returning false ends the request. Only for 2xx; other bodies are collected.
using BodySink = std::function<bool(std::string_view)>;

/// Sends it and waits for the end. TLS certificates are checked against the system's store; proxies are taken from the
/// environment (https_proxy, http_proxy, no_proxy). Throws Error: InvalidInput (URL), Unavailable (no connection, TLS failure,
/// time limit), Cancelled, TooLarge. A status of 400 and over is an answer, not an error.
HttpResponse send(const HttpRequest& request, const std::stop_token& stop = {}, const BodySink& sink = {});

/// Splits a server-sent event stream into events, whatever pieces it comes in.
class EventStreamParser {
 public:
  struct Event {
    std::string type;  ///< "message" when none is given
    std::string data;
  };
  using Sink = std::function<bool(const Event&)>;
  explicit EventStreamParser(Sink sink) : sink_(std::move(sink)) {}
  bool feed(std::string_view bytes);  ///< false once the sink said so

 private:
  Sink sink_;
  std::string line_;
  Event event_{"message", ""};
  bool has_data_ = false;
};

}  // namespace panduan::net
