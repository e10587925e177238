#pragma once
#include <memory>
#include <stop_token>

#include "app/workbench.h"
#include "base/config.h"
#include "server/http_server.h"

namespace panduan::server {

/// The workbench over HTTP: the page and /api/v1 on config.server_host:server_port, and besides these /local on the Unix socket
/// of the data folder, for the command line of the same user.
class Server {
 public:
  /// Listens at once; the workbench is used until run() returns. Throws Error: Busy (the address is in use), InvalidInput, Forbidden.
  Server(app::Workbench& workbench, const Config& config, const HttpLimits& limits = {});
  ~Server();
  unsigned short port() const;
  /// Serves until `stop`. Then nobody new is let in, running requests get ten seconds, and what is left is asked to end.
  void run(const std::stop_token& stop);

 private:
  Router router_;
  std::unique_ptr<HttpServer> http_;
};

}  // namespace panduan::server
