#include "server/detail/session.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>

#include "base/log.h"
#include "rag/events.h"
#include "server/detail/response_text.h"

namespace panduan::server {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

void run_handler(const Handler& handler, const Request& request, Exchange& exchange) {
  try {
    if (exchange.stop_token().stop_requested()) throw Error(ErrorKind::Cancelled, "cancelled before it began");
    handler(request, exchange, exchange.stop_token());
    exchange.finish();
  } catch (const Error& error) {
    exchange.finish(error);
  } catch (const std::exception& error) {
    log::error(fmt::format("{} {}: {}", request.method, request.path, error.what()));
    exchange.finish(Error(ErrorKind::Internal, "an unexpected failure; the server's log says more"));
  }
}

}  // namespace

Session::Session(Shared& shared, Socket socket, Reach reach)
    : shared_(shared), socket_(std::move(socket)), reach_(reach), deadline_(shared.io), signal_(shared.io), buffer_(128U << 10U) {}

void Session::spawn(asio::awaitable<void> task, std::function<void()> on_end) {
  asio::co_spawn(shared_.io, std::move(task), [self = shared_from_this(), on_end = std::move(on_end)](const std::exception_ptr& failure) {
    try {
      if (failure) std::rethrow_exception(failure);
    } catch (const std::exception& error) {
      log::error(fmt::format("a connection failed: {}", error.what()));
    }
    self->close();
    on_end();
  });
}

void Session::start(std::function<void()> on_end) { spawn(run(), std::move(on_end)); }
void Session::start_refused(std::function<void()> on_end) { spawn(refuse_connection(), std::move(on_end)); }

void Session::drain() {
  keep_alive_ = false;
  // Between requests there is nothing to wait for.
  if (!exchange_ && !(parser_ && parser_->got_some())) close();
}

void Session::shut_down() {
  if (exchange_) exchange_->shut_down();
}

void Session::close() {
  gone_ = true;
  if (exchange_) exchange_->abandon();
  deadline_.cancel();
  signal_.cancel();
  error_code ignored;
  socket_.close(ignored);
}

void Session::set_deadline(Milliseconds limit) {
  timed_out_ = false;
  deadline_.expires_after(limit);
  deadline_.async_wait([weak = weak_from_this()](const error_code& error) {
    const auto self = weak.lock();
    if (error || !self || self->deadline_.expiry() > asio::steady_timer::clock_type::now()) return;
    self->timed_out_ = true;
    error_code ignored;
    self->socket_.cancel(ignored);
  });
}

void Session::clear_deadline() { deadline_.expires_at(asio::steady_timer::time_point::max()); }

asio::awaitable<void> Session::run() {
  while (!gone_) {
    bool go_on = co_await read_header();
    if (!go_on) co_return;
    RouteMatch match;
    if (auto refusal = refusal_of_header(match)) {
      co_await close_after_refusal(std::move(*refusal));
      co_return;
    }
    go_on = co_await read_body(match.route->max_body_bytes);
    if (!go_on) co_return;
    exchange_ = submit(match);
    if (exchange_) {
      go_on = co_await serve_request();
    } else {
      Response busy = problem(Error(ErrorKind::Busy, "too many requests are waiting: try again in a moment"));
      busy.headers.emplace_back("Retry-After", "2");
      go_on = co_await write_response(std::move(busy));
    }
    exchange_.reset();
    if (!go_on || !keep_alive_) break;
  }
}

asio::awaitable<void> Session::refuse_connection() {
  keep_alive_ = false;
  Response busy = problem(Error(ErrorKind::Busy, "too many connections: try again in a moment"));
  busy.headers.emplace_back("Retry-After", "2");
  co_await close_after_refusal(std::move(busy));
}

std::shared_ptr<Exchange> Session::submit(const RouteMatch& match) {
  auto wake = [&io = shared_.io, weak = weak_from_this()] {
    asio::post(io, [weak] {
      if (const auto self = weak.lock()) self->signal_.cancel();
    });
  };
  auto exchange = std::make_shared<Exchange>(shared_.limits.worker_patience, std::move(wake));
  // Moved, with a body that may be large; the answer is written by the method.
  struct Held {
    Request request;
    BodyCount body;
  };
  auto held = std::make_shared<Held>(std::exchange(request_, Request{.method = request_.method}), *std::move(body_count_));
  auto work = [exchange, handler = &match.route->handler, held = std::move(held)] { run_handler(*handler, held->request, *exchange); };
  if (match.route->lane == Lane::Inline) {
    work();
    return exchange;
  }
  WorkerPool& pool = match.route->lane == Lane::Long ? shared_.long_pool : shared_.short_pool;
  return pool.submit(std::move(work)) ? exchange : nullptr;
}

/// Looks for the end of the client's stream without taking bytes that may belong to its next request.
void Session::watch_for_disconnect() {
  socket_.async_wait(Socket::wait_read, [weak = weak_from_this(), watched = exchange_](const error_code& error) {
    const auto self = weak.lock();
    if (error || !self || self->exchange_ != watched || !self->socket_.is_open()) return;
    char byte = 0;
    const ssize_t count = ::recv(self->socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    const bool ended = count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR);
    if (ended) {
      self->close();
    } else if (count < 0) {
      self->watch_for_disconnect();
    }
  });
}

asio::awaitable<bool> Session::serve_request() {
  watch_for_disconnect();
  const std::shared_ptr<Exchange> exchange = exchange_;
  const bool sent = co_await relay(exchange);
  if (!sent) exchange->abandon();
  co_return sent;
}

/// Moves the answer from the worker to the client until its end.
asio::awaitable<bool> Session::relay(std::shared_ptr<Exchange> exchange) {
  bool began = false;
  bool sent = true;
  while (sent && !gone_) {
    Exchange::Output output = exchange->take();
    const bool unanswered = output.finished && !began && !output.response && !output.streaming;
    if (unanswered) output.response = problem(Error(ErrorKind::Internal, "the request was not answered"));
    const bool starts = output.streaming && !began;
    if (output.response) {
      sent = co_await write_response(std::move(*output.response));
    } else if (output.streaming) {
      std::string text;
      if (starts) text = stream_head(chunked_, keep_alive_) + stream_piece(fmt::format(": panduan protocol {}\n\n", rag::kProtocolVersion), chunked_);
      if (!output.bytes.empty()) text += stream_piece(output.bytes, chunked_);
      if (output.finished && chunked_) text += "0\r\n\r\n";
      sent = co_await write(std::move(text));
    }
    began = began || output.response || output.streaming;
    if (!sent || output.finished) co_return sent && (chunked_ || !output.streaming);
    // More may have come while this was written.
    if (starts || output.response || !output.bytes.empty()) continue;
    // Nothing was written since take(), so a wake-up is still to be delivered, on this thread and thus after this wait began.
    signal_.expires_after(shared_.limits.heartbeat_interval);
    error_code error;
    auto token = asio::redirect_error(asio::use_awaitable, error);
    co_await signal_.async_wait(token);
    if (error || !output.streaming) continue;
    std::string heartbeat = stream_piece(": still here\n\n", chunked_);
    sent = co_await write(std::move(heartbeat));
  }
  co_return false;
}

asio::awaitable<bool> Session::write(std::string bytes) {
  std::size_t written = 0;
  while (written < bytes.size()) {
    if (gone_) co_return false;
    set_deadline(shared_.limits.write_time_limit);
    error_code error;
    const auto rest = asio::buffer(bytes.data() + written, bytes.size() - written);
    auto token = asio::redirect_error(asio::use_awaitable, error);
    written += co_await socket_.async_write_some(rest, token);
    if (error) co_return false;
  }
  clear_deadline();
  co_return true;
}

asio::awaitable<bool> Session::write_response(Response response) {
  keep_alive_ = keep_alive_ && !shared_.draining;
  std::string text = response_text(response, request_.method == "HEAD", keep_alive_);
  const bool sent = co_await write(std::move(text));
  co_return sent;
}

}  // namespace panduan::server
