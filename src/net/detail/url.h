#pragma once
#include <string>
#include <string_view>

namespace panduan::net {

/// An address taken apart.
struct Url {
  enum class Scheme { Http, Https, Unix } scheme = Scheme::Http;
  std::string host;         ///< without the brackets of an IPv6 address, lower case; empty for a Unix socket
  std::string port;         ///< always there but for a Unix socket
  std::string socket_path;  ///< of a Unix socket
  std::string target;       ///< path and query, never empty, percent-encoded

  /// "https://example.org:8443", as messages name it: no path, because a query may hold secrets.
  std::string origin() const;
  /// What the Host header says: the port only when it is not the scheme's own.
  std::string authority() const;
};

/// Throws Error{InvalidInput}.
Url parse_url(std::string_view text);
/// A Location header's address, seen from the page that gave it.
Url resolve(const Url& base, std::string_view location);

std::string bracketed(const std::string& host);  ///< an IPv6 address as it stands in an address
bool is_this_machine(const std::string& host);   ///< localhost, 127.0.0.0/8, ::1

}  // namespace panduan::net
