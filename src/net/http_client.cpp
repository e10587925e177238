#include "net/http_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <cctype>
#include <optional>
#include <vector>

#include "base/error.h"
#include "net/detail/connection.h"
#include "net/detail/proxy.h"
#include "net/detail/url.h"

namespace panduan::net {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using Parser = http::response_parser<http::buffer_body>;

constexpr std::uint32_t kMaxHeaderBytes = 64U << 10U;
constexpr std::size_t kReadBytes = 64U << 10U;
constexpr std::size_t kMaxBufferedBytes = 256U << 10U;  // above any header and chunk line, below what could hurt
constexpr int kMaxInterimAnswers = 8;

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) != std::string_view::npos;
  });
}

/// A line's end in a header would let its value write headers of its own.
void check(const HttpRequest& request) {
  if (!is_token(request.method)) throw Error(ErrorKind::InvalidInput, "the HTTP method is not a word");
  for (const auto& [name, value] : request.headers) {
    const bool plain = std::none_of(value.begin(), value.end(), [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7F; });
    if (!is_token(name) || !plain)
      throw Error(ErrorKind::InvalidInput, fmt::format("the header '{}' has characters that may not stand in one", is_token(name) ? name : "?"));
  }
}

std::string request_head(const HttpRequest& request, const Url& url, const std::optional<Proxy>& proxy) {
  // A proxy that is asked for a plain page needs the whole address; through its tunnel the server is spoken to directly.
  const bool absolute = proxy && url.scheme == Url::Scheme::Http;
  std::string head = fmt::format("{} {}{} HTTP/1.1\r\n", request.method, absolute ? url.origin() : "", url.target);
  std::map<std::string, std::string> headers{{"host", url.authority()}, {"user-agent", "panduan"}, {"accept", "*/*"}, {"accept-encoding", "identity"}};
  for (const auto& [name, value] : request.headers) headers[lower(name)] = value;
  headers["connection"] = "close";
  headers.erase("transfer-encoding");
  headers.erase("content-length");
  if (!request.body.empty() || request.method == "POST" || request.method == "PUT" || request.method == "PATCH") {
    headers["content-length"] = std::to_string(request.body.size());
  }
  if (absolute && !proxy->authorization.empty()) headers["proxy-authorization"] = proxy->authorization;
  for (const auto& [name, value] : headers) head += fmt::format("{}: {}\r\n", name, value);
  return head + "\r\n";
}

/// Reads one answer, whatever pieces the bytes come in.
class AnswerReader {
 public:
  AnswerReader(Connection& connection, std::string peer, std::chrono::milliseconds limit)
      : connection_(connection), peer_(std::move(peer)), limit_(limit), buffer_(kMaxBufferedBytes) {}

  /// Status and headers of the final answer; those before it (100 Continue) are passed over.
  HttpResponse read_headers(bool has_body) {
    for (int interim = 0; interim <= kMaxInterimAnswers; ++interim) {
      parser_.emplace();
      parser_->header_limit(kMaxHeaderBytes);
      parser_->body_limit(boost::none);
      parser_->eager(false);
      if (!has_body) parser_->skip(true);
      while (!parser_->is_header_done()) advance();
      const auto& message = parser_->get();
      if (message.result_int() >= 100 && message.result_int() < 200) continue;
      HttpResponse response{.status = static_cast<int>(message.result_int()), .headers = {}, .body = {}};
      for (const auto& field : message) {
        std::string& value = response.headers[lower({field.name_string().data(), field.name_string().size()})];
        if (!value.empty()) value += ", ";
        value.append(field.value().data(), field.value().size());
      }
      return response;
    }
    fail("it sends interim answers without end");
  }

  /// The body in pieces until its end or until the sink has enough.
  void read_body(const std::function<bool(std::string_view)>& sink) {
    std::vector<char> piece(kReadBytes);
    parser_->eager(true);
    while (!parser_->is_done()) {
      auto& body = parser_->get().body();
      body.data = piece.data();
      body.size = piece.size();
      advance();
      const std::size_t count = piece.size() - body.size;
      if (count > 0 && !sink({piece.data(), count})) return;
    }
  }

  bool has_unread_bytes() const { return buffer_.size() > 0; }

 private:
  /// Parses what is there; reads first when that was not enough.
  void advance() {
    if (buffer_.size() == 0 || needs_more_) read();
    if (ended_) return;
    beast::error_code error;
    buffer_.consume(parser_->put(buffer_.data(), error));
    needs_more_ = error == http::error::need_more;
    if (error == http::error::header_limit)
      throw Error(ErrorKind::TooLarge, fmt::format("the headers of {} are larger than {} KB", peer_, kMaxHeaderBytes >> 10U));
    if (error && !needs_more_ && error != http::error::need_buffer) fail(error.message());
  }

  void read() {
    if (buffer_.size() + kReadBytes > kMaxBufferedBytes) fail("a line has no end");
    const auto space = buffer_.prepare(kReadBytes);
    const std::size_t count = connection_.read_some({static_cast<char*>(space.data()), space.size()}, limit_);
    buffer_.commit(count);
    if (count > 0) return;
    ended_ = true;
    if (!parser_->got_some()) throw Error(ErrorKind::Unavailable, fmt::format("{} closed the connection without an answer", peer_));
    beast::error_code error;
    parser_->put_eof(error);
    if (error || !parser_->is_done()) throw Error(ErrorKind::Unavailable, fmt::format("the answer of {} was cut short", peer_));
  }

  [[noreturn]] void fail(const std::string& why) const { throw Error(ErrorKind::Unavailable, fmt::format("{} does not answer in HTTP: {}", peer_, why)); }

  Connection& connection_;
  std::string peer_;
  std::chrono::milliseconds limit_;
  beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  bool needs_more_ = false;
  bool ended_ = false;
};

Connection open_tunnel(Connection connection, const Url& url, const Proxy& proxy, const HttpRequest& request) {
  const std::string target = fmt::format("{}:{}", bracketed(url.host), url.port);
  std::string head = fmt::format("CONNECT {} HTTP/1.1\r\nHost: {}\r\n", target, target);
  if (!proxy.authorization.empty()) head += fmt::format("Proxy-Authorization: {}\r\n", proxy.authorization);
  connection.write(head + "\r\n", request.connect_time_limit);
  const std::string peer = fmt::format("the proxy {}:{}", bracketed(proxy.host), proxy.port);
  AnswerReader reader(connection, peer, request.connect_time_limit);
  const HttpResponse answer = reader.read_headers(false);
  if (answer.status / 100 != 2) throw Error(ErrorKind::Unavailable, fmt::format("{} refused a tunnel to {} with status {}", peer, target, answer.status));
  // The server only speaks after us: these bytes would be somebody else's.
  if (reader.has_unread_bytes()) throw Error(ErrorKind::Unavailable, fmt::format("{} sent bytes that do not belong to the tunnel", peer));
  return connection;
}

Connection open(const Url& url, const std::optional<Proxy>& proxy, const HttpRequest& request, const std::stop_token& stop) {
  if (url.scheme == Url::Scheme::Unix) return Connection::open_unix(url.socket_path, request.connect_time_limit, stop);
  Connection connection = Connection::open_tcp(proxy ? proxy->host : url.host, proxy ? proxy->port : url.port, request.connect_time_limit, stop);
  if (url.scheme == Url::Scheme::Http) return connection;
  if (proxy) {
    Connection tunnel = open_tunnel(std::move(connection), url, *proxy, request);
    tunnel.start_tls(url.host, request.connect_time_limit);
    return tunnel;
  }
  connection.start_tls(url.host, request.connect_time_limit);
  return connection;
}

bool is_redirect(const HttpResponse& response) {
  const int status = response.status;
  return (status == 301 || status == 302 || status == 303 || status == 307 || status == 308) && response.headers.contains("location");
}

/// Changes the request to what the redirect asks for.
Url follow(HttpRequest& request, const Url& from, const HttpResponse& response) {
  const Url to = resolve(from, response.headers.at("location"));
  const bool same_server = to.origin() == from.origin();
  if (to.scheme == Url::Scheme::Unix && !same_server)
    throw Error(ErrorKind::Unavailable, fmt::format("{} redirects to a Unix socket, which is not followed", from.origin()));
  if (from.scheme == Url::Scheme::Https && to.scheme != Url::Scheme::Https) {
    throw Error(ErrorKind::Unavailable, fmt::format("{} redirects to an unprotected address, which is not followed", from.origin()));
  }
  if (!same_server) {
    std::erase_if(request.headers, [](const auto& header) {
      const std::string name = lower(header.first);
      return name == "authorization" || name == "cookie" || name == "host" || name == "proxy-authorization";
    });
  }
  const bool becomes_get = response.status == 303 ? request.method != "HEAD" : (response.status <= 302 && request.method == "POST");
  if (becomes_get) {
    request.method = "GET";
    request.body.clear();
    std::erase_if(request.headers, [](const auto& header) { return lower(header.first).starts_with("content-"); });
  }
  return to;
}

/// One request and its answer; a redirect that is to be followed comes back without its body.
HttpResponse exchange(const HttpRequest& request, const Url& url, const std::stop_token& stop, const BodySink& sink) {
  const auto proxy = proxy_for(url);
  Connection connection = open(url, proxy, request, stop);
  AnswerReader reader(connection, url.origin(), request.idle_time_limit);
  HttpResponse response;
  try {
    connection.write(request_head(request, url, proxy), request.idle_time_limit);
    connection.write(request.body, request.idle_time_limit);
    response = reader.read_headers(request.method != "HEAD");
  } catch (const Error& error) {
    // A server that refuses a large body says so and closes while we are still sending: its answer tells more.
    if (error.kind() != ErrorKind::Unavailable || request.body.empty()) throw;
    try {
      response = reader.read_headers(true);
    } catch (const Error&) {
      throw error;
    }
  }
  if (is_redirect(response) && request.max_redirects > 0) return response;
  if (request.on_headers && !request.on_headers(response)) return response;
  const bool to_sink = sink && response.status / 100 == 2;
  reader.read_body([&](std::string_view bytes) {
    if (to_sink) return sink(bytes);
    if (response.body.size() + bytes.size() > request.max_body_bytes) {
      throw Error(ErrorKind::TooLarge, fmt::format("the answer of {} is larger than {} bytes", url.origin(), request.max_body_bytes));
    }
    response.body += bytes;
    return true;
  });
  return response;
}

}  // namespace

HttpResponse send(const HttpRequest& request, const std::stop_token& stop, const BodySink& sink) {
  check(request);
  HttpRequest current = request;
  Url url = parse_url(request.url);
  for (int redirects = 0;; ++redirects) {
    HttpResponse response = exchange(current, url, stop, sink);
    if (!is_redirect(response) || request.max_redirects <= 0) return response;
    if (redirects >= request.max_redirects)
      throw Error(ErrorKind::Unavailable, fmt::format("{} redirects more than {} times", url.origin(), request.max_redirects));
    url = follow(current, url, response);
  }
}

}  // namespace panduan::net
