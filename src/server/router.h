#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "server/http.h"

namespace panduan::server {

/// Who reaches a route: anyone who reaches the port, or only this user through the Unix socket.
enum class Reach { Public, LocalOnly };

/// Where it runs. Inline runs on the socket thread and must not block; a Short one must not wait behind the Long ones.
enum class Lane { Inline, Short, Long };

using Handler = std::function<void(const Request&, Reply&, const std::stop_token&)>;

struct Route {
  std::string method;
  std::string pattern;  ///< "/api/v1/documents/{id}"; a name in braces stands for one part of the path
  Lane lane = Lane::Short;
  Reach reach = Reach::Public;
  std::uint64_t max_body_bytes = 0;
  std::vector<std::string> media_types = {};  ///< the bodies it takes; empty: any
  Handler handler = {};
};

/// A route and what stood in the places of its pattern.
struct RouteMatch {
  const Route* route = nullptr;
  std::map<std::string, std::string> parameters;
};

class Router {
 public:
  void add(Route route) { routes_.push_back(std::move(route)); }
  /// The route, or the answer that says why there is none (404, 405 with Allow). A HEAD is a GET whose body is not sent.
  std::variant<RouteMatch, Response> find(std::string_view method, std::string_view encoded_path, Reach reach) const;

 private:
  std::vector<Route> routes_;
};

}  // namespace panduan::server
