#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>

#include "server/router.h"

namespace panduan::server {

/// What one client can make us spend.
struct HttpLimits {
  std::size_t max_connections = 128;  ///< through the port; as many again through the Unix socket
  std::uint32_t max_header_bytes = 16U << 10U;
  std::uint64_t max_buffered_body_bytes = 512ULL << 20U;  ///< of all requests together
  std::chrono::milliseconds read_time_limit{30'000};      ///< for a header, for an idle connection, and between pieces of a body
  std::chrono::milliseconds write_time_limit{30'000};     ///< between pieces of an answer
  std::chrono::milliseconds worker_patience{60'000};      ///< that a worker waits for a slow client, over a whole answer
  std::chrono::milliseconds heartbeat_interval{10'000};   ///< of an event stream
  std::chrono::milliseconds drain_time_limit{10'000};     ///< for running requests once the server stops
  std::size_t long_workers = 4, short_workers = 2;        ///< threads per Lane
  std::size_t max_waiting = 64;                           ///< requests per Lane that wait for a thread
};

struct HttpServerOptions {
  std::string host = "127.0.0.1";
  unsigned short port = 0;  ///< 0: a free one
  std::filesystem::path socket_path;
  HttpLimits limits = {};
};

/// HTTP/1.1 on a TCP port and on a Unix socket. Sockets live on the thread that calls run(); handlers run on worker threads.
class HttpServer {
 public:
  /// Listens at once. Throws Error: Busy, InvalidInput, Forbidden.
  HttpServer(const Router& router, const HttpServerOptions& options);
  ~HttpServer();
  unsigned short port() const;
  /// Serves until `stop`, then lets the running requests end.
  void run(const std::stop_token& stop);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace panduan::server
