#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/read.hpp>

#include "server/detail/session.h"

// How a request comes in, and how one is turned away.
namespace panduan::server {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;
using namespace std::chrono_literals;

// Bytes that a client still sends after we refused: read away for this long, or the reset would overtake our answer.
constexpr auto kLinger = 5s;
// A body has to come at this speed on the whole, or one byte now and then would hold the connection for ever.
constexpr std::uint64_t kMinBodyBytesPerSecond = 1024;

}  // namespace

asio::awaitable<bool> Session::read_header() {
  parser_.emplace();
  parser_->header_limit(shared_.limits.max_header_bytes);
  parser_->body_limit(boost::none);
  set_deadline(shared_.limits.read_time_limit);
  error_code error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  co_await http::async_read_header(socket_, buffer_, *parser_, token);
  if (!error && !gone_) co_return true;
  const bool began = parser_->got_some() || buffer_.size() > 0;
  if (gone_ || !began || (error == asio::error::operation_aborted && !timed_out_)) co_return false;
  keep_alive_ = false;
  Response response = problem(400, "invalid-input", "The request is not valid", "this is not an HTTP/1.1 request");
  if (timed_out_) response = problem(408, "time-limit", "Time limit", "the request's header did not come in time");
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    response = problem(431, "header-too-large", "Header too large", fmt::format("the header is larger than {} KB", shared_.limits.max_header_bytes >> 10U));
  }
  // The other side ended the stream by itself in the middle of a header: nobody is there to be told.
  if (error != http::error::partial_message && error != asio::error::connection_reset) co_await close_after_refusal(std::move(response));
  co_return false;
}

/// Everything that can be refused before the body is read.
std::optional<Response> Session::refusal_of_header(RouteMatch& match) {
  const auto& message = parser_->get();
  request_ = {};
  request_.method = std::string(message.method_string());
  for (const auto& field : message) {
    std::string& value = request_.headers[lower_ascii({field.name_string().data(), field.name_string().size()})];
    if (!value.empty()) value += ", ";
    value.append(field.value().data(), field.value().size());
  }
  chunked_ = message.version() >= 11;
  keep_alive_ = message.keep_alive() && !shared_.draining;
  if (reach_ == Reach::Public) {
    if (auto refusal = shared_.host_rules.refusal(request_)) return refusal;
  }
  const std::string_view target(message.target().data(), message.target().size());
  const auto question_mark = target.find('?');
  const std::string_view path = target.substr(0, question_mark);
  auto found = shared_.router.find(request_.method, path, reach_);
  if (auto* refusal = std::get_if<Response>(&found)) return std::move(*refusal);
  match = std::move(std::get<RouteMatch>(found));
  request_.path = percent_decoded(path).value_or("");
  request_.parameters = match.parameters;
  try {
    if (question_mark != std::string_view::npos) request_.query = parse_query(target.substr(question_mark + 1));
  } catch (const Error& error) {
    return problem(error);
  }
  const Route& route = *match.route;
  const std::string media_type = media_type_of(request_.header("content-type"));
  const auto& taken = route.media_types;
  if (!taken.empty() && std::find(taken.begin(), taken.end(), media_type) == taken.end()) {
    std::string wanted;
    for (const auto& type : taken) wanted += (wanted.empty() ? "" : " or ") + type;
    return problem(Error(ErrorKind::Unsupported, fmt::format("the Content-Type has to be {}", wanted)));
  }
  const std::uint64_t length = parser_->content_length().value_or(0);
  if (length > route.max_body_bytes) {
    return problem(Error(ErrorKind::TooLarge, fmt::format("the request's body has {} bytes; at most {} are taken here", length, route.max_body_bytes)));
  }
  if (*shared_.buffered_body_bytes + length > shared_.limits.max_buffered_body_bytes) {
    Response busy = problem(Error(ErrorKind::Busy, "too many large requests at once: try again in a moment"));
    busy.headers.emplace_back("Retry-After", "5");
    return busy;
  }
  return std::nullopt;
}

asio::awaitable<bool> Session::read_body(std::uint64_t max_bytes) {
  body_count_.emplace(shared_.buffered_body_bytes).set(parser_->content_length().value_or(0));
  parser_->body_limit(max_bytes);
  if (lower_ascii(request_.header("expect")) == "100-continue" && !parser_->is_done()) {
    std::string interim = "HTTP/1.1 100 Continue\r\n\r\n";
    const bool sent = co_await write(std::move(interim));
    if (!sent) co_return false;
  }
  const auto start = std::chrono::steady_clock::now();
  error_code error;
  while (!parser_->is_done()) {
    const auto spent = std::chrono::duration_cast<Milliseconds>(std::chrono::steady_clock::now() - start);
    const auto earned = shared_.limits.read_time_limit + std::chrono::seconds(parser_->get().body().size() / kMinBodyBytesPerSecond);
    set_deadline(std::clamp<Milliseconds>(earned - spent, 1ms, shared_.limits.read_time_limit));
    auto token = asio::redirect_error(asio::use_awaitable, error);
    co_await http::async_read_some(socket_, buffer_, *parser_, token);
    if (gone_) co_return false;
    if (error) break;
    body_count_->set(std::max<std::uint64_t>(parser_->content_length().value_or(0), parser_->get().body().size()));
    if (*shared_.buffered_body_bytes > shared_.limits.max_buffered_body_bytes) {
      Response busy = problem(Error(ErrorKind::Busy, "too many large requests at once: try again in a moment"));
      co_await close_after_refusal(std::move(busy));
      co_return false;
    }
  }
  clear_deadline();
  request_.body = std::move(parser_->get().body());
  if (!error) co_return true;
  std::optional<Response> refusal;
  if (error == http::error::body_limit) {
    refusal = problem(Error(ErrorKind::TooLarge, fmt::format("the request's body is larger than {} bytes", max_bytes)));
  } else if (timed_out_) {
    refusal = problem(408, "time-limit", "Time limit", "the request's body did not come in time");
  } else if (error != http::error::partial_message && error != asio::error::connection_reset && error != asio::error::operation_aborted) {
    refusal = problem(400, "invalid-input", "The request is not valid", "the request's body is not what its header says");
  }
  if (refusal) co_await close_after_refusal(std::move(*refusal));
  co_return false;
}

asio::awaitable<void> Session::close_after_refusal(Response response) {
  keep_alive_ = false;
  const bool sent = co_await write_response(std::move(response));
  if (!sent || gone_) co_return;
  error_code error;
  socket_.shutdown(Socket::shutdown_send, error);
  set_deadline(kLinger);
  const auto until = std::chrono::steady_clock::now() + kLinger;
  while (!error && !gone_ && std::chrono::steady_clock::now() < until) {
    buffer_.clear();
    const auto space = buffer_.prepare(64U << 10U);
    auto token = asio::redirect_error(asio::use_awaitable, error);
    co_await socket_.async_read_some(space, token);
  }
}

}  // namespace panduan::server
