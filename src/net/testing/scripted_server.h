#pragma once
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <cstring>
#include <filesystem>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace panduan::net::testing {

/// A server for tests that says what the test tells it to, byte for byte, right or wrong: on loopback or on a Unix socket,
/// one thread a connection. For test programs only, and header-only for that reason.
class ScriptedServer {
 public:
  struct Request {
    std::string method;
    std::string target;
    std::map<std::string, std::string> headers;  // names in lower case
    std::string body;
  };
  class Connection {
   public:
    explicit Connection(int descriptor) : descriptor_(descriptor) {}
    /// False when the other side has gone.
    bool send(std::string_view bytes) {
      while (!bytes.empty()) {
        const ssize_t count = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(count));
      }
      return true;
    }
    /// A whole answer with its length.
    void answer(int status, std::string_view body, std::string_view extra_headers = {}) {
      send("HTTP/1.1 " + std::to_string(status) + " Scripted\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + std::string(extra_headers) + "\r\n");
      send(body);
    }
    /// Until the client closes, or the server is taken down.
    void wait_for_close() {
      char byte = 0;
      while (::recv(descriptor_, &byte, 1, 0) > 0) {
      }
    }

   private:
    int descriptor_;
  };
  using Handler = std::function<void(const Request&, Connection&)>;

  explicit ScriptedServer(Handler handler) : handler_(std::move(handler)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof(address);
    start(reinterpret_cast<sockaddr*>(&address), length);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
    base_ = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  }
  ScriptedServer(const std::filesystem::path& socket_path, Handler handler) : handler_(std::move(handler)) {
    listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, socket_path.c_str(), sizeof(address.sun_path) - 1);
    start(reinterpret_cast<sockaddr*>(&address), sizeof(address));
    base_ = "unix:" + socket_path.string() + ":";
  }
  ~ScriptedServer() {
    stopping_ = true;
    acceptor_.join();
    {
      const std::lock_guard lock(mutex_);
      for (const int descriptor : open_) ::shutdown(descriptor, SHUT_RDWR);
    }
    for (auto& thread : threads_) thread.join();
    ::close(listener_);
  }
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  std::string url(std::string_view target = "/") const { return base_ + std::string(target); }
  /// What was asked so far.
  std::vector<Request> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  void start(const sockaddr* address, socklen_t length) {
    if (::bind(listener_, address, length) != 0 || ::listen(listener_, 16) != 0) throw std::runtime_error("the test server cannot listen");
    acceptor_ = std::thread([this] { accept_until_stopped(); });
  }
  void accept_until_stopped() {
    while (!stopping_) {
      pollfd waiting{listener_, POLLIN, 0};
      if (::poll(&waiting, 1, 20) <= 0) continue;
      const int descriptor = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (descriptor < 0) continue;
      const std::lock_guard lock(mutex_);
      open_.push_back(descriptor);
      threads_.emplace_back([this, descriptor] { serve(descriptor); });
    }
  }
  void serve(int descriptor) {
    Connection connection(descriptor);
    Request request;
    if (read(descriptor, request)) {
      {
        const std::lock_guard lock(mutex_);
        requests_.push_back(request);
      }
      handler_(request, connection);
    }
    const std::lock_guard lock(mutex_);
    open_.remove(descriptor);
    ::close(descriptor);
  }
  static bool read(int descriptor, Request& request) {
    std::string bytes;
    const auto more = [&] {
      char buffer[4096];
      const ssize_t count = ::recv(descriptor, buffer, sizeof(buffer), 0);
      if (count > 0) bytes.append(buffer, static_cast<std::size_t>(count));
      return count > 0;
    };
    while (bytes.find("\r\n\r\n") == std::string::npos) {
      if (!more()) return false;
    }
    const std::size_t head_end = bytes.find("\r\n\r\n");
    std::size_t line_start = bytes.find("\r\n") + 2;
    request.method = bytes.substr(0, bytes.find(' '));
    const std::size_t target_start = request.method.size() + 1;
    request.target = bytes.substr(target_start, bytes.find(' ', target_start) - target_start);
    while (line_start < head_end + 2) {
      const std::size_t line_end = bytes.find("\r\n", line_start);
      const std::size_t colon = bytes.find(':', line_start);
      std::string name = bytes.substr(line_start, colon - line_start);
      std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      request.headers[name] = bytes.substr(colon + 2, line_end - colon - 2);
      line_start = line_end + 2;
    }
    const std::size_t length = request.headers.contains("content-length") ? std::stoul(request.headers["content-length"]) : 0;
    while (bytes.size() < head_end + 4 + length) {
      if (!more()) return false;
    }
    request.body = bytes.substr(head_end + 4, length);
    return true;
  }

  Handler handler_;
  int listener_ = -1;
  std::string base_;
  std::atomic<bool> stopping_ = false;
  std::thread acceptor_;
  mutable std::mutex mutex_;
  std::list<int> open_;
  std::vector<Request> requests_;
  std::list<std::thread> threads_;
};

}  // namespace panduan::net::testing
