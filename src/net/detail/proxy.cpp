#include "net/detail/proxy.h"

#include <fmt/format.h>

#include <boost/beast/core/detail/base64.hpp>
#include <cstdlib>
#include <initializer_list>
#include <sstream>

#include "base/error.h"

namespace panduan::net {
namespace {

std::string first_set(std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (const char* value = std::getenv(name); value != nullptr && *value != '\0') return value;
  }
  return {};
}

bool is_exempt(const Url& url, const std::string& exemptions) {
  std::istringstream entries(exemptions);
  for (std::string entry; std::getline(entries, entry, ',');) {
    std::erase(entry, ' ');
    if (entry == "*") return true;
    if (const auto colon = entry.find(':'); colon != std::string::npos && entry.find(':', colon + 1) == std::string::npos) {
      if (entry.substr(colon + 1) != url.port) continue;
      entry.resize(colon);
    }
    if (entry.starts_with('.')) entry.erase(0, 1);
    if (!entry.empty() && (url.host == entry || url.host.ends_with("." + entry))) return true;
  }
  return false;
}

std::string unescaped(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      result += static_cast<char>(std::strtol(std::string(text.substr(i + 1, 2)).c_str(), nullptr, 16));
      i += 2;
    } else {
      result += text[i];
    }
  }
  return result;
}

std::string basic(const std::string& user_and_password) {
  namespace base64 = boost::beast::detail::base64;
  std::string encoded(base64::encoded_size(user_and_password.size()), '\0');
  encoded.resize(base64::encode(encoded.data(), user_and_password.data(), user_and_password.size()));
  return "Basic " + encoded;
}

}  // namespace

std::optional<Proxy> proxy_for(const Url& url) {
  if (url.scheme == Url::Scheme::Unix || is_this_machine(url.host)) return std::nullopt;
  std::string value = url.scheme == Url::Scheme::Https ? first_set({"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"})
                                                       : first_set({"http_proxy", "all_proxy", "ALL_PROXY"});
  if (value.empty() || is_exempt(url, first_set({"no_proxy", "NO_PROXY"}))) return std::nullopt;
  if (value.find("://") == std::string::npos) value = "http://" + value;
  if (!value.starts_with("http://")) {
    throw Error(ErrorKind::Unsupported,
                fmt::format("the environment asks for a proxy by '{}', only http:// proxies are known", value.substr(0, value.find(':'))));
  }
  Proxy proxy;
  const auto begin = std::string_view("http://").size();
  if (const auto at = value.find('@'); at != std::string::npos) {
    proxy.authorization = basic(unescaped(std::string_view(value).substr(begin, at - begin)));
    value.erase(begin, at + 1 - begin);
  }
  const Url address = parse_url(value);
  proxy.host = address.host;
  proxy.port = address.port;
  return proxy;
}

}  // namespace panduan::net
