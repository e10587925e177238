#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "server/http.h"

namespace panduan::server {

/// Keeps web pages of other sites away from a server on this machine. A page whose name was rebound to 127.0.0.1 sends its own
/// name as Host; a form or script of another site sends its Origin with a write.
class HostRules {
 public:
  HostRules(const std::string& host, unsigned short port);
  /// Whether a Host header means this server: localhost, a loopback address or the configured host, with our port. On all
  /// addresses ("0.0.0.0", "::") any address written in digits is taken too, with any port: rebinding needs a name.
  bool means_us(std::string_view host_header) const;
  /// Why the request must not go on, if so. Looks at Host, and at Origin for everything but GET and HEAD.
  std::optional<Response> refusal(const Request& request) const;

 private:
  std::string host_;
  unsigned short port_;
  bool on_all_addresses_;
};

}  // namespace panduan::server
