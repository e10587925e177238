#include "server/router.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

namespace panduan::server {
namespace {

std::string_view next_part(std::string_view& path) {
  path.remove_prefix(1);
  const std::string_view part = path.substr(0, path.find('/'));
  path.remove_prefix(part.size());
  return part;
}

/// Compares part by part before decoding, so an escaped slash stays inside its part.
std::optional<std::map<std::string, std::string>> match(std::string_view pattern, std::string_view path) {
  std::map<std::string, std::string> parameters;
  while (pattern.starts_with('/') && path.starts_with('/')) {
    const std::string_view expected = next_part(pattern);
    const auto actual = percent_decoded(next_part(path));
    if (!actual) return std::nullopt;
    if (expected.starts_with('{')) {
      if (actual->empty()) return std::nullopt;
      parameters[std::string(expected.substr(1, expected.size() - 2))] = *actual;
    } else if (expected != *actual) {
      return std::nullopt;
    }
  }
  if (!pattern.empty() || !path.empty()) return std::nullopt;
  return parameters;
}

}  // namespace

std::variant<RouteMatch, Response> Router::find(std::string_view method, std::string_view encoded_path, Reach reach) const {
  const std::string_view wanted = method == "HEAD" ? "GET" : method;
  std::set<std::string> allowed;
  for (const Route& route : routes_) {
    if (route.reach == Reach::LocalOnly && reach != Reach::LocalOnly) continue;
    auto parameters = match(route.pattern, encoded_path);
    if (!parameters) continue;
    if (route.method == wanted) return RouteMatch{&route, std::move(*parameters)};
    allowed.insert(route.method);
    if (route.method == "GET") allowed.insert("HEAD");
  }
  if (allowed.empty()) return problem(404, "not-found", "Not found", "there is nothing at this address; /api/v1/openapi.yaml lists what there is");
  Response response = problem(405, "method-not-allowed", "Method not allowed", fmt::format("this address does not take {}", method.substr(0, 20)));
  std::string allow;
  for (const auto& name : allowed) allow += (allow.empty() ? "" : ", ") + name;
  response.headers.emplace_back("Allow", allow);
  return response;
}

}  // namespace panduan::server
