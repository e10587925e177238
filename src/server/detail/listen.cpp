#include "server/detail/listen.h"

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include "base/error.h"
#include "base/file.h"

namespace panduan::server {
namespace {

constexpr int kBacklog = 128;

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return number_; }
  int release() { return std::exchange(number_, -1); }

 private:
  int number_;
};

sockaddr_un unix_address(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.native().size() >= sizeof(address.sun_path)) {
    const std::size_t most = sizeof(address.sun_path) - 1;
    throw Error(ErrorKind::InvalidInput, fmt::format("the path of the socket '{}' is longer than {} bytes: choose a shorter data.dir", path.string(), most));
  }
  std::memcpy(address.sun_path, path.c_str(), path.native().size());
  return address;
}

/// Makes room for our socket when what is there is one that nobody answers on.
void remove_stale_socket(const std::filesystem::path& path, const sockaddr_un& address) {
  struct stat info{};
  if (::lstat(path.c_str(), &info) != 0) return;
  if (!S_ISSOCK(info.st_mode)) throw Error(ErrorKind::InvalidInput, fmt::format("'{}' is in the way and is not a socket: remove it", path.string()));
  const Descriptor probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) {
    throw Error(ErrorKind::Busy, fmt::format("another process already serves on '{}'", path.string()));
  }
  ::unlink(path.c_str());
}

int listen_on(const addrinfo& address) {
  Descriptor listener(::socket(address.ai_family, address.ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, address.ai_protocol));
  if (listener.get() < 0) return -1;
  const int yes = 1;
  // Connections of the last run that are still dying must not keep the port from us.
  ::setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  if (::bind(listener.get(), address.ai_addr, address.ai_addrlen) != 0 || ::listen(listener.get(), kBacklog) != 0) return -1;
  return listener.release();
}

}  // namespace

int listen_on_tcp(const std::string& host, unsigned short port) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (const int code = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found); code != 0) {
    throw Error(ErrorKind::InvalidInput, fmt::format("server.host '{}' is not an address of this machine: {}", host, ::gai_strerror(code)));
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(found, &::freeaddrinfo);
  int number = EADDRNOTAVAIL;
  // "localhost" often means ::1 first, while everybody types 127.0.0.1.
  for (const int family : {AF_INET, AF_INET6}) {
    for (const addrinfo* address = found; address != nullptr; address = address->ai_next) {
      if (address->ai_family != family) continue;
      if (const int listener = listen_on(*address); listener >= 0) return listener;
      number = errno;
      // The other family's address would be another one than the user was told.
      if (number == EADDRINUSE) break;
    }
    if (number == EADDRINUSE) break;
  }
  if (number == EADDRINUSE) {
    throw Error(ErrorKind::Busy, fmt::format("{}:{} is in use by another program: stop it or choose another port with server.port", host, port));
  }
  if (number == EADDRNOTAVAIL) throw Error(ErrorKind::InvalidInput, fmt::format("server.host '{}' is not an address of this machine", host));
  throw error_from_errno(number, fmt::format("cannot listen on {}:{}", host, port));
}

unsigned short port_of(int listener) {
  sockaddr_storage address{};
  socklen_t length = sizeof(address);
  if (::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length) != 0) throw error_from_errno(errno, "cannot tell the port");
  if (address.ss_family == AF_INET6) return ntohs(reinterpret_cast<const sockaddr_in6*>(&address)->sin6_port);
  return ntohs(reinterpret_cast<const sockaddr_in*>(&address)->sin_port);
}

int listen_on_unix(const std::filesystem::path& path) {
  const sockaddr_un address = unix_address(path);
  remove_stale_socket(path, address);
  Descriptor listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (listener.get() < 0 || ::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    throw error_from_errno(errno, fmt::format("cannot make the socket '{}'", path.string()));
  }
  // Nobody can connect before listen(), so the mode is in place in time.
  if (::chmod(path.c_str(), S_IRUSR | S_IWUSR) != 0 || ::listen(listener.get(), kBacklog) != 0) {
    const int number = errno;
    ::unlink(path.c_str());
    throw error_from_errno(number, fmt::format("cannot listen on the socket '{}'", path.string()));
  }
  return listener.release();
}

bool is_same_user(int connection) {
  ucred peer{};
  socklen_t length = sizeof(peer);
  return ::getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 && peer.uid == ::geteuid();
}

}  // namespace panduan::server
