#include "server/http_server.h"

#include <fmt/format.h>
#include <unistd.h>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <map>
#include <optional>
#include <set>
#include <system_error>

#include "base/log.h"
#include "server/detail/listen.h"
#include "server/detail/session.h"

namespace panduan::server {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using namespace std::chrono_literals;
using Acceptor = asio::basic_socket_acceptor<asio::generic::stream_protocol>;

// Refused connections beyond the limit that are still told so; above it they are just closed.
constexpr std::size_t kMaxRefusals = 32;
// After the work was asked to end: for its last words to the client.
constexpr auto kLastWords = 3s;

/// The file of our Unix socket, removed with the object.
class SocketFile {
 public:
  explicit SocketFile(std::filesystem::path path) : path_(std::move(path)) {}
  ~SocketFile() { remove(); }
  SocketFile(const SocketFile&) = delete;
  SocketFile& operator=(const SocketFile&) = delete;
  void remove() {
    if (!path_.empty()) ::unlink(path_.c_str());
    path_.clear();
  }

 private:
  std::filesystem::path path_;
};

}  // namespace

struct HttpServer::State {
  State(const Router& routes, const HttpServerOptions& given) : router(routes), options(given), tcp(io), local(io), timer(io) {
    const int tcp_listener = listen_on_tcp(options.host, options.port);
    tcp.assign(asio::generic::stream_protocol(AF_INET, 0), tcp_listener);
    port = port_of(tcp_listener);
    if (!options.socket_path.empty()) {
      local.assign(asio::generic::stream_protocol(AF_UNIX, 0), listen_on_unix(options.socket_path));
      socket_file.emplace(options.socket_path);
    }
  }

  void run(const std::stop_token& stop);
  asio::awaitable<void> accept(Reach reach);
  void admit(Session::Socket socket, Reach reach);
  void begin_drain();
  void wait_then(std::chrono::milliseconds time, void (State::*action)());
  void shut_down_sessions();
  void close_sessions();

  const Router& router;
  HttpServerOptions options;
  asio::io_context io{1};
  Acceptor tcp, local;
  asio::steady_timer timer;
  std::optional<SocketFile> socket_file;
  unsigned short port = 0;
  std::optional<Shared> shared;
  std::set<std::shared_ptr<Session>> sessions;
  std::map<Reach, std::size_t> connections;
  std::size_t refusals = 0;
};

HttpServer::HttpServer(const Router& router, const HttpServerOptions& options) : state_(std::make_unique<State>(router, options)) {}
HttpServer::~HttpServer() = default;
unsigned short HttpServer::port() const { return state_->port; }
void HttpServer::run(const std::stop_token& stop) { state_->run(stop); }

void HttpServer::State::run(const std::stop_token& stop) {
  {
    WorkerPool long_pool(options.limits.long_workers, options.limits.max_waiting);
    WorkerPool short_pool(options.limits.short_workers, options.limits.max_waiting);
    shared.emplace(Shared{
        .io = io, .router = router, .limits = options.limits, .host_rules = HostRules(options.host, port), .long_pool = long_pool, .short_pool = short_pool});
    asio::co_spawn(io, accept(Reach::Public), asio::detached);
    if (local.is_open()) asio::co_spawn(io, accept(Reach::LocalOnly), asio::detached);
    const std::stop_callback on_stop(stop, [this] { asio::post(io, [this] { begin_drain(); }); });
    io.run();
    // The pools end here: work whose client has gone was asked to stop and is waited for.
  }
  io.restart();
}

asio::awaitable<void> HttpServer::State::accept(Reach reach) {
  Acceptor& acceptor = reach == Reach::LocalOnly ? local : tcp;
  while (acceptor.is_open()) {
    Session::Socket socket(io);
    error_code error;
    auto token = asio::redirect_error(asio::use_awaitable, error);
    co_await acceptor.async_accept(socket, token);
    if (!error) {
      admit(std::move(socket), reach);
    } else if (error != asio::error::operation_aborted && error != asio::error::connection_aborted) {
      // Out of descriptors, most likely: some will come back.
      log::warning(fmt::format("cannot accept a connection: {}", error.message()));
      asio::steady_timer pause(io, 100ms);
      auto ignore = asio::redirect_error(asio::use_awaitable, error);
      co_await pause.async_wait(ignore);
    }
  }
}

void HttpServer::State::admit(Session::Socket socket, Reach reach) {
  if (reach == Reach::LocalOnly && !is_same_user(socket.native_handle())) return;
  const bool full = connections[reach] >= options.limits.max_connections;
  if (full && refusals >= kMaxRefusals) return;
  const auto session = std::make_shared<Session>(*shared, std::move(socket), reach);
  sessions.insert(session);
  std::size_t& counter = full ? refusals : connections[reach];
  ++counter;
  const auto on_end = [this, &counter, weak = std::weak_ptr(session)] {
    --counter;
    sessions.erase(weak.lock());
    if (shared->draining && sessions.empty()) timer.cancel();
  };
  if (full) {
    session->start_refused(on_end);
  } else {
    session->start(on_end);
  }
}

void HttpServer::State::begin_drain() {
  shared->draining = true;
  error_code ignored;
  tcp.close(ignored);
  local.close(ignored);
  socket_file.reset();
  const auto current = sessions;
  for (const auto& session : current) session->drain();
  if (!sessions.empty()) wait_then(options.limits.drain_time_limit, &State::shut_down_sessions);
}

void HttpServer::State::wait_then(std::chrono::milliseconds time, void (State::*action)()) {
  timer.expires_after(time);
  timer.async_wait([this, action](const error_code& error) {
    if (!error) (this->*action)();
  });
}

void HttpServer::State::shut_down_sessions() {
  for (const auto& session : sessions) session->shut_down();
  wait_then(kLastWords, &State::close_sessions);
}

void HttpServer::State::close_sessions() {
  const auto current = sessions;
  for (const auto& session : current) session->close();
}

}  // namespace panduan::server
