#include "server/serve.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "server/routes/routes.h"

namespace panduan::server {
namespace {

unsigned short port_of(const Config& config) {
  if (config.server_port < 0 || config.server_port > 65535) {
    throw Error(ErrorKind::InvalidInput, fmt::format("server.port is {}: expected 0 to 65535", config.server_port));
  }
  return static_cast<unsigned short>(config.server_port);
}

}  // namespace

Server::Server(app::Workbench& workbench, const Config& config, const HttpLimits& limits) {
  const std::uint64_t max_upload_bytes = static_cast<std::uint64_t>(config.max_request_mb) << 20U;
  add_page_routes(router_);
  add_health_routes(router_, workbench);
  add_query_routes(router_, workbench);
  add_search_routes(router_, workbench);
  add_conversation_routes(router_, workbench);
  add_workspace_routes(router_, workbench);
  add_check_routes(router_, workbench);
  add_document_routes(router_, workbench);
  add_deletion_routes(router_, workbench);
  add_upload_routes(router_, workbench, max_upload_bytes);
  add_job_routes(router_, workbench);
  add_local_routes(router_, workbench, max_upload_bytes);
  HttpLimits fitting = limits;
  fitting.max_buffered_body_bytes = std::max(limits.max_buffered_body_bytes, 2 * max_upload_bytes);
  http_ = std::make_unique<HttpServer>(
      router_, HttpServerOptions{.host = config.server_host, .port = port_of(config), .socket_path = app::socket_path(config), .limits = fitting});
}

Server::~Server() = default;
unsigned short Server::port() const { return http_->port(); }
void Server::run(const std::stop_token& stop) { http_->run(stop); }

}  // namespace panduan::server
