#pragma once
#include <optional>
#include <string>

#include "net/detail/url.h"

namespace panduan::net {

struct Proxy {
  std::string host;
  std::string port;
  std::string authorization;  ///< "Basic …" when the environment names a user, else empty
};

/// The proxy that the environment wants for this address: https_proxy, http_proxy, all_proxy and no_proxy, in lower or upper case
/// (http_proxy in lower case only, as curl does: a web server puts a client's "Proxy:" header into HTTP_PROXY).
/// Throws Error: InvalidInput, Unsupported (anything but an http:// proxy).
std::optional<Proxy> proxy_for(const Url& url);

}  // namespace panduan::net
