#include "net/detail/url.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "base/error.h"

namespace panduan::net {
namespace {

constexpr std::string_view kUnixPrefix = "unix:";

[[noreturn]] void refuse(std::string_view text, std::string_view why) {
  throw Error(ErrorKind::InvalidInput, fmt::format("'{}' is not an address that can be asked: {}", text.substr(0, 200), why));
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

/// Bytes that must not stand in a request line are escaped; what is escaped already stays.
std::string encoded(std::string_view target) {
  std::string result;
  for (const char character : target) {
    const auto byte = static_cast<unsigned char>(character);
    if (byte <= 0x20 || byte >= 0x7F || character == '"' || character == '<' || character == '>') {
      result += fmt::format("%{:02X}", byte);
    } else {
      result += character;
    }
  }
  return result;
}

std::string target_of(std::string_view rest) {
  rest = rest.substr(0, rest.find('#'));
  return rest.starts_with('/') ? encoded(rest) : "/" + encoded(rest);
}

Url parse_unix(std::string_view text) {
  const std::string_view rest = text.substr(kUnixPrefix.size());
  const auto colon = rest.find(":/");
  Url url{.scheme = Url::Scheme::Unix, .host = {}, .port = {}, .socket_path = std::string(rest.substr(0, colon)), .target = "/"};
  if (!url.socket_path.starts_with('/')) refuse(text, "expected unix:/path/to/socket:/path");
  if (colon != std::string_view::npos) url.target = target_of(rest.substr(colon + 1));
  return url;
}

void set_authority(Url& url, std::string_view authority, std::string_view text) {
  if (authority.find('@') != std::string_view::npos) refuse(text, "a name and password do not belong there");
  std::string_view port;
  if (authority.starts_with('[')) {
    const auto end = authority.find(']');
    if (end == std::string_view::npos) refuse(text, "a bracket is missing");
    url.host = lower(authority.substr(1, end - 1));
    port = authority.substr(end + 1);
    if (!port.empty() && !port.starts_with(':')) refuse(text, "expected ':' and a port after the bracket");
    if (!port.empty()) port.remove_prefix(1);
  } else {
    const auto colon = authority.find(':');
    url.host = lower(authority.substr(0, colon));
    if (colon != std::string_view::npos) port = authority.substr(colon + 1);
  }
  const auto is_host_character = [](unsigned char c) { return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_' || c == ':' || c == '%'; };
  if (url.host.empty() || !std::all_of(url.host.begin(), url.host.end(), is_host_character)) refuse(text, "the host's name is missing or not a plain one");
  if (port.empty()) port = url.scheme == Url::Scheme::Https ? "443" : "80";
  const bool digits = std::all_of(port.begin(), port.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
  if (!digits || port.size() > 5 || std::stoi(std::string(port)) > 65535 || std::stoi(std::string(port)) == 0)
    refuse(text, "the port is not a number from 1 to 65535");
  url.port = port;
}

}  // namespace

std::string bracketed(const std::string& host) { return host.find(':') == std::string::npos ? host : "[" + host + "]"; }

bool is_this_machine(const std::string& host) {
  const bool loopback = host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string::npos;
  return loopback || host == "localhost" || host.ends_with(".localhost") || host == "::1";
}

std::string Url::authority() const {
  if (scheme == Scheme::Unix) return "localhost";
  const bool usual = port == (scheme == Scheme::Https ? "443" : "80");
  return usual ? bracketed(host) : bracketed(host) + ":" + port;
}

std::string Url::origin() const {
  if (scheme == Scheme::Unix) return "unix:" + socket_path;
  return fmt::format("{}://{}", scheme == Scheme::Https ? "https" : "http", authority());
}

Url parse_url(std::string_view text) {
  if (std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; })) refuse("…", "it has control characters in it");
  if (text.starts_with(kUnixPrefix)) return parse_unix(text);
  const auto colon = text.find("://");
  const std::string scheme = lower(text.substr(0, colon == std::string_view::npos ? 0 : colon));
  if (scheme != "http" && scheme != "https") refuse(text, "expected http://, https:// or unix:");
  Url url{.scheme = scheme == "https" ? Url::Scheme::Https : Url::Scheme::Http, .host = {}, .port = {}, .socket_path = {}, .target = {}};
  const std::string_view rest = text.substr(colon + 3);
  const auto end = std::min(rest.find_first_of("/?#"), rest.size());
  set_authority(url, rest.substr(0, end), text);
  url.target = target_of(rest.substr(end));
  return url;
}

Url resolve(const Url& base, std::string_view location) {
  if (location.find("://") != std::string_view::npos && location.find("://") < location.find_first_of("/?#")) return parse_url(location);
  if (location.starts_with("//")) return parse_url((base.scheme == Url::Scheme::Https ? "https:" : "http:") + std::string(location));
  if (std::any_of(location.begin(), location.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; })) refuse("…", "it has control characters in it");
  Url url = base;
  if (location.starts_with('/')) {
    url.target = target_of(location);
  } else {
    const std::string path = base.target.substr(0, base.target.find('?'));
    url.target = location.starts_with('?') ? path + target_of(location).substr(1) : path.substr(0, path.rfind('/') + 1) + target_of(location).substr(1);
  }
  return url;
}

}  // namespace panduan::net
