// Each call starts one asynchronous operation and turns the event loop until it is done, the time is over or a stop is asked
// for: the caller's code stays in one line, and yet nothing blocks for longer than it may.
#include "net/detail/connection.h"

#include <fmt/format.h>
#include <netdb.h>
#include <sys/un.h>

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "base/error.h"
#include "net/detail/url.h"

namespace panduan::net {
namespace {

namespace asio = boost::asio;
using Protocol = asio::generic::stream_protocol;
using Socket = Protocol::socket;
using TlsStream = asio::ssl::stream<Socket&>;
using SteadyClock = std::chrono::steady_clock;
using boost::system::error_code;

[[noreturn]] void cancelled(const std::string& peer) { throw Error(ErrorKind::Cancelled, fmt::format("the request to {} was stopped", peer)); }
[[noreturn]] void unavailable(const std::string& message) { throw Error(ErrorKind::Unavailable, message); }

/// A name's addresses. getaddrinfo can neither be stopped nor limited, so it works on its own thread, which owns what it writes
/// to and may outlive the request.
struct Lookup {
  std::mutex mutex;
  std::condition_variable_any done_changed;
  bool done = false;
  int error = 0;
  std::vector<Protocol::endpoint> endpoints;

  void run(const std::string& host, const std::string& port, int flags) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICSERV | flags;
    addrinfo* found = nullptr;
    const int result = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &found);
    const std::lock_guard lock(mutex);
    for (const addrinfo* entry = found; result == 0 && entry != nullptr; entry = entry->ai_next) {
      endpoints.emplace_back(entry->ai_addr, entry->ai_addrlen, entry->ai_protocol);
    }
    if (result == 0) ::freeaddrinfo(found);
    error = result;
    done = true;
    done_changed.notify_all();
  }
};

std::vector<Protocol::endpoint> look_up(const std::string& host, const std::string& port, Connection::Milliseconds limit, const std::stop_token& stop) {
  const auto lookup = std::make_shared<Lookup>();
  lookup->run(host, port, AI_NUMERICHOST);
  if (lookup->error == 0) return lookup->endpoints;
  lookup->done = false;
  std::thread([lookup, host, port] { lookup->run(host, port, 0); }).detach();
  std::unique_lock lock(lookup->mutex);
  lookup->done_changed.wait_for(lock, stop, limit, [&] { return lookup->done; });
  if (stop.stop_requested()) cancelled(host);
  if (!lookup->done) unavailable(fmt::format("the name '{}' was not resolved within {} ms", host, limit.count()));
  if (lookup->error != 0) unavailable(fmt::format("the name '{}' cannot be resolved: {}", host, ::gai_strerror(lookup->error)));
  return lookup->endpoints;
}

std::string describe_error(const error_code& error, TlsStream* tls) {
  if (tls != nullptr) {
    if (const long verdict = SSL_get_verify_result(tls->native_handle()); verdict != X509_V_OK) {
      return fmt::format("its certificate is not trusted: {}", X509_verify_cert_error_string(verdict));
    }
  }
  if (error == asio::error::eof) return "the connection was closed";
  if (error == asio::ssl::error::stream_truncated) return "the connection was cut";
  return error.message();
}

}  // namespace

struct Connection::State {
  State(std::string peer_name, std::stop_token token) : peer(std::move(peer_name)), stop(std::move(token)), socket(io) {}

  std::string peer;  // as messages name it
  std::stop_token stop;
  asio::io_context io;
  Socket socket;
  std::optional<asio::ssl::context> tls_context;
  std::optional<TlsStream> tls;

  /// Runs `start(handler)` to its end. What it did goes into the handler's arguments.
  template <class Start>
  error_code run(Milliseconds limit, Start&& start) {
    std::optional<error_code> result;
    const auto deadline = SteadyClock::now() + limit;
    start([&](const error_code& error) { result = error; });
    const std::stop_callback wake(stop, [this] { asio::post(io, [] {}); });
    while (!result) {
      io.restart();
      io.run_one_until(deadline);
      const bool late = SteadyClock::now() >= deadline;
      if (result || (!late && !stop.stop_requested())) continue;
      error_code ignored;
      socket.close(ignored);
      // The operation refers to the caller's buffers: it has to be over before we leave.
      while (!result) {
        io.restart();
        io.run_one();
      }
      if (stop.stop_requested()) cancelled(peer);
      unavailable(fmt::format("{} did not answer within {} ms", peer, limit.count()));
    }
    return *result;
  }

  error_code connect(const Protocol::endpoint& endpoint, Milliseconds limit) {
    socket = Socket(io);
    return run(limit, [&](auto handler) { socket.async_connect(endpoint, handler); });
  }
};

Connection::Connection(std::unique_ptr<State> state) : state_(std::move(state)) {}
Connection::~Connection() = default;
Connection::Connection(Connection&&) noexcept = default;

Connection Connection::open_tcp(const std::string& host, const std::string& port, Milliseconds limit, const std::stop_token& stop) {
  const auto deadline = SteadyClock::now() + limit;
  auto state = std::make_unique<State>(fmt::format("{}:{}", bracketed(host), port), stop);
  const auto endpoints = look_up(host, port, limit, stop);
  std::string reason = "it has no address";
  for (std::size_t i = 0; i < endpoints.size(); ++i) {
    // A dead first address must leave time for the others.
    const auto left = std::chrono::duration_cast<Milliseconds>(deadline - SteadyClock::now()) / static_cast<int>(endpoints.size() - i);
    try {
      const error_code error = state->connect(endpoints[i], std::max(left, Milliseconds(1)));
      if (!error) return Connection(std::move(state));
      reason = error.message();
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::Cancelled) throw;
      reason = error.what();
    }
  }
  unavailable(fmt::format("cannot connect to {}: {}", state->peer, reason));
}

Connection Connection::open_unix(const std::string& socket_path, Milliseconds limit, const std::stop_token& stop) {
  if (socket_path.size() >= sizeof(sockaddr_un::sun_path)) throw Error(ErrorKind::InvalidInput, fmt::format("the socket's path '{}' is too long", socket_path));
  auto state = std::make_unique<State>(fmt::format("the socket '{}'", socket_path), stop);
  const error_code error = state->connect(asio::local::stream_protocol::endpoint(socket_path), limit);
  if (error) unavailable(fmt::format("cannot connect to {}: {}", state->peer, error.message()));
  return Connection(std::move(state));
}

void Connection::start_tls(const std::string& host, Milliseconds limit) {
  State& state = *state_;
  state.tls_context.emplace(asio::ssl::context::tls_client);
  error_code error;
  state.tls_context->set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_sslv3 | asio::ssl::context::no_tlsv1 |
                                 asio::ssl::context::no_tlsv1_1);
  state.tls_context->set_default_verify_paths(error);
  if (error) unavailable(fmt::format("the system's certificates cannot be read: {}: install Debian's ca-certificates", error.message()));
  state.tls.emplace(state.socket, *state.tls_context);
  state.tls->set_verify_mode(asio::ssl::verify_peer);
  state.tls->set_verify_callback(asio::ssl::host_name_verification(host));
  // Server Name Indication is for names only (RFC 6066, section 3).
  error_code not_an_address;
  asio::ip::make_address(host, not_an_address);
  if (not_an_address) SSL_set_tlsext_host_name(state.tls->native_handle(), host.c_str());
  error = state.run(limit, [&](auto handler) { state.tls->async_handshake(asio::ssl::stream_base::client, handler); });
  if (error) unavailable(fmt::format("cannot speak TLS with {}: {}", state.peer, describe_error(error, &*state.tls)));
}

void Connection::write(std::string_view bytes, Milliseconds limit) {
  // In pieces, so that the limit is on a stall and not on the whole of a large body.
  constexpr std::size_t kPieceBytes = 1U << 20U;
  State& state = *state_;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(bytes.size(), kPieceBytes))) {
    const auto piece = asio::buffer(bytes.data(), std::min(bytes.size(), kPieceBytes));
    const error_code error = state.run(limit, [&](auto handler) {
      auto done = [handler](const error_code& result, std::size_t) { handler(result); };
      if (state.tls) {
        asio::async_write(*state.tls, piece, done);
      } else {
        asio::async_write(state.socket, piece, done);
      }
    });
    if (error) unavailable(fmt::format("cannot send to {}: {}", state.peer, describe_error(error, nullptr)));
  }
}

std::size_t Connection::read_some(std::span<char> buffer, Milliseconds limit) {
  State& state = *state_;
  std::size_t count = 0;
  const error_code error = state.run(limit, [&](auto handler) {
    auto done = [handler, &count](const error_code& result, std::size_t bytes) {
      count = bytes;
      handler(result);
    };
    const auto target = asio::buffer(buffer.data(), buffer.size());
    if (state.tls) {
      state.tls->async_read_some(target, done);
    } else {
      state.socket.async_read_some(target, done);
    }
  });
  if (error == asio::error::eof) return 0;
  if (error) unavailable(fmt::format("cannot read from {}: {}", state.peer, describe_error(error, nullptr)));
  return count;
}

}  // namespace panduan::net
