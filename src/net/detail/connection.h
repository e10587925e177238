#pragma once
#include <chrono>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

namespace panduan::net {

/// A byte stream to a server: TCP or a Unix socket, with TLS once asked for. Blocking, with a time limit on every call;
/// a stop request ends any call with Error{Cancelled}. Everything else that fails is Error{Unavailable}.
class Connection {
 public:
  using Milliseconds = std::chrono::milliseconds;

  static Connection open_tcp(const std::string& host, const std::string& port, Milliseconds limit, const std::stop_token& stop);
  static Connection open_unix(const std::string& socket_path, Milliseconds limit, const std::stop_token& stop);
  ~Connection();
  Connection(Connection&&) noexcept;

  /// From here on all bytes go through TLS; the certificate must be of this host and be trusted by the system.
  void start_tls(const std::string& host, Milliseconds limit);
  void write(std::string_view bytes, Milliseconds limit);
  std::size_t read_some(std::span<char> buffer, Milliseconds limit);  ///< 0 at the stream's end

 private:
  struct State;
  explicit Connection(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace panduan::net
