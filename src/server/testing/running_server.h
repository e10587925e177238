#pragma once
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>

#include "base/config.h"
#include "base/file.h"
#include "net/http_client.h"
#include "server/serve.h"
#include "server/testing/fake_workbench.h"

namespace panduan::server::testing {

/// A server on a free port and in a folder of its own, over a fake workbench. For test programs only.
class RunningServer {
 public:
  explicit RunningServer(const HttpLimits& limits = {}, std::int64_t max_request_mb = 2)
      : config(make_config(folder_, max_request_mb)), server_(fake, config, limits) {
    thread_ = std::thread([this] { server_.run(stop_.get_token()); });
  }
  ~RunningServer() { stop(); }
  RunningServer(const RunningServer&) = delete;
  RunningServer& operator=(const RunningServer&) = delete;

  void request_stop() { stop_.request_stop(); }
  void stop() {
    stop_.request_stop();
    if (thread_.joinable()) thread_.join();
  }
  unsigned short port() const { return server_.port(); }
  std::string url(const std::string& target) const { return "http://127.0.0.1:" + std::to_string(port()) + target; }
  std::string local_url(const std::string& target) const { return "unix:" + app::socket_path(config).string() + ":" + target; }

  using Headers = std::map<std::string, std::string>;
  net::HttpResponse get(const std::string& target, Headers headers = {}) const { return request("GET", url(target), {}, std::move(headers)); }
  net::HttpResponse post_json(const std::string& target, const std::string& body, Headers headers = {}) const {
    headers.emplace("content-type", "application/json");
    return request("POST", url(target), body, std::move(headers));
  }
  static net::HttpResponse request(const std::string& method, const std::string& url, const std::string& body = {}, Headers headers = {}) {
    net::HttpRequest request;
    request.method = method;
    request.url = url;
    request.body = body;
    request.headers = std::move(headers);
    request.idle_time_limit = std::chrono::seconds(20);
    return net::send(request);
  }

  FakeWorkbench fake;

 private:
  static Config make_config(const TemporaryFolder& folder, std::int64_t max_request_mb) {
    Config config;
    config.data_dir = folder.path();
    config.server_port = 0;
    config.max_request_mb = max_request_mb;
    return config;
  }

  TemporaryFolder folder_;

 public:
  const Config config;

 private:
  Server server_;
  std::stop_source stop_;
  std::thread thread_;
};

/// A connection that says exactly what the test wants.
class RawConnection {
 public:
  explicit RawConnection(unsigned short port) : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    if (::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) throw std::runtime_error("cannot connect to the server");
  }
  ~RawConnection() { close(); }
  RawConnection(const RawConnection&) = delete;
  RawConnection& operator=(const RawConnection&) = delete;

  void send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t count = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
  }
  /// Reads until `text` has come, the server closes, or ten seconds are over; gives all that was read.
  std::string read_until(std::string_view text) {
    char buffer[4096];
    while (read_.find(text) == std::string::npos || text.empty()) {
      pollfd waiting{descriptor_, POLLIN, 0};
      if (::poll(&waiting, 1, 10'000) <= 0) break;
      const ssize_t count = ::recv(descriptor_, buffer, sizeof(buffer), 0);
      if (count <= 0) break;
      read_.append(buffer, static_cast<std::size_t>(count));
    }
    return read_;
  }
  std::string read_to_end() { return read_until(""); }
  void close() {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
  }

 private:
  int descriptor_;
  std::string read_;
};

/// Waits until `condition` holds, at most ten seconds.
inline bool eventually(const std::function<bool()>& condition) {
  for (int i = 0; i < 1000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return condition();
}

}  // namespace panduan::server::testing
