#include "server/detail/host_rules.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <array>

namespace panduan::server {
namespace {

bool is_address(const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> ignored{};
  if (host.starts_with('[') && host.ends_with(']')) return inet_pton(AF_INET6, host.substr(1, host.size() - 2).c_str(), ignored.data()) == 1;
  return inet_pton(AF_INET, host.c_str(), ignored.data()) == 1;
}

}  // namespace

HostRules::HostRules(const std::string& host, unsigned short port)
    : host_(lower_ascii(host.find(':') == std::string::npos ? host : "[" + host + "]")), port_(port), on_all_addresses_(host == "0.0.0.0" || host == "::") {}

bool HostRules::means_us(std::string_view host_header) const {
  const std::string header = lower_ascii(host_header);
  const auto bracket = header.find(']');
  const auto colon = header.find(':', bracket == std::string::npos ? 0 : bracket);
  const std::string host = header.substr(0, colon);
  const std::string port = colon == std::string::npos ? "80" : header.substr(colon + 1);
  if (on_all_addresses_ && is_address(host)) return true;
  const bool known = host == "localhost" || host == "127.0.0.1" || host == "[::1]" || host == host_;
  return known && port == std::to_string(port_);
}

std::optional<Response> HostRules::refusal(const Request& request) const {
  const std::string_view host = request.header("host");
  if (host.empty()) return problem(Error(ErrorKind::InvalidInput, "the Host header is missing"));
  if (!means_us(host)) {
    constexpr const char* kWhy = "the Host header '{}' is not this server's name; set server.host to the name under which it is reached";
    return problem(Error(ErrorKind::Forbidden, fmt::format(kWhy, host.substr(0, 100))));
  }
  if (request.method == "GET" || request.method == "HEAD" || !request.headers.contains("origin")) return std::nullopt;
  const std::string origin = lower_ascii(request.header("origin"));
  const auto scheme_end = origin.find("://");
  if (scheme_end != std::string::npos && origin.substr(scheme_end + 3) == lower_ascii(host)) return std::nullopt;
  return problem(Error(ErrorKind::Forbidden, "a page of another site may not change anything here (the Origin header is not this server)"));
}

}  // namespace panduan::server
