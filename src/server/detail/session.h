#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "server/detail/body_count.h"
#include "server/detail/exchange.h"
#include "server/detail/host_rules.h"
#include "server/detail/worker_pool.h"
#include "server/http_server.h"

namespace panduan::server {

/// What the connections share. Everything here belongs to the socket thread, but for the pools.
struct Shared {
  boost::asio::io_context& io;
  const Router& router;
  const HttpLimits& limits;
  HostRules host_rules;
  WorkerPool& long_pool;
  WorkerPool& short_pool;
  BodyCount::Total buffered_body_bytes = std::make_shared<std::atomic<std::uint64_t>>(0);
  bool draining = false;
};

/// One connection: reads a request, has it answered by a worker, writes the answer, and again. All on the socket thread.
class Session : public std::enable_shared_from_this<Session> {
 public:
  using Socket = boost::asio::generic::stream_protocol::socket;
  Session(Shared& shared, Socket socket, Reach reach);

  /// `on_end` is called once, when the connection is closed.
  void start(std::function<void()> on_end);
  /// Answers 503 to whatever comes.
  void start_refused(std::function<void()> on_end);
  void drain();      ///< ends after the request that is under way
  void shut_down();  ///< asks the work for that request to end
  void close();

 private:
  using Milliseconds = std::chrono::milliseconds;
  using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;

  boost::asio::awaitable<void> run();
  boost::asio::awaitable<void> refuse_connection();
  boost::asio::awaitable<bool> read_header();
  boost::asio::awaitable<bool> read_body(std::uint64_t max_bytes);
  boost::asio::awaitable<bool> serve_request();
  boost::asio::awaitable<bool> relay(std::shared_ptr<Exchange> exchange);
  boost::asio::awaitable<bool> write(std::string bytes);
  boost::asio::awaitable<bool> write_response(Response response);
  boost::asio::awaitable<void> close_after_refusal(Response response);

  std::optional<Response> refusal_of_header(RouteMatch& match);
  std::shared_ptr<Exchange> submit(const RouteMatch& match);
  void set_deadline(Milliseconds limit);
  void clear_deadline();
  void watch_for_disconnect();
  void spawn(boost::asio::awaitable<void> task, std::function<void()> on_end);

  Shared& shared_;
  Socket socket_;
  Reach reach_;
  boost::asio::steady_timer deadline_, signal_;
  boost::beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  Request request_;
  std::shared_ptr<Exchange> exchange_;  ///< of the request that is being answered
  std::optional<BodyCount> body_count_;  ///< of the request that is being read
  bool keep_alive_ = true;
  bool chunked_ = true;
  bool timed_out_ = false;
  bool gone_ = false;  ///< the client, or we have given it up
};

}  // namespace panduan::server
