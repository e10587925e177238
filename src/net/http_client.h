#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

namespace panduan::net {

struct HttpResponse {
  int status = 0;
  std::map<std::string, std::string> headers;  ///< names in lower case; repeated ones joined by ", "
  std::string body;                            ///< empty when a sink took it
};

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
  /// Called once, with the final answer's status and headers, before its body. Returning false ends the request there.
  std::function<bool(const HttpResponse&)> on_headers;
};

/// Called with the answer's pieces as they come. Returning false ends the request. Only for 2xx; other bodies are collected.
using BodySink = std::function<bool(std::string_view)>;

/// Sends it and waits for the end. TLS certificates are checked against the system's store; proxies are taken from the
/// environment (https_proxy, http_proxy, all_proxy, no_proxy), never for this machine itself. Credentials do not follow a redirect
/// to another server, and a redirect leads neither from https to http nor to a Unix socket. Headers are limited to 64 KB.
/// Throws Error: InvalidInput (URL, header), Unavailable (no connection, TLS failure, time limit, an answer that is not HTTP or is
/// cut short), Unsupported (a kind of proxy), Cancelled, TooLarge. A status of 400 and over is an answer, not an error. What a sink throws comes through.
HttpResponse send(const HttpRequest& request, const std::stop_token& stop = {}, const BodySink& sink = {});

/// Splits a server-sent event stream into events, whatever pieces it comes in (WHATWG HTML, "Server-sent events").
class EventStreamParser {
 public:
  struct Event {
    std::string type;  ///< "message" when none is given
    std::string data;
  };
  using Sink = std::function<bool(const Event&)>;
  explicit EventStreamParser(Sink sink) : sink_(std::move(sink)) {}
  /// False once the sink said so. Throws Error{TooLarge} when one event is over 16 MB.
  bool feed(std::string_view bytes);

 private:
  bool end_line();

  Sink sink_;
  std::string line_;
  Event event_{"message", ""};
  bool has_data_ = false;
  bool first_line_ = true;
  bool after_carriage_return_ = false;
  bool stopped_ = false;
};

}  // namespace panduan::net
