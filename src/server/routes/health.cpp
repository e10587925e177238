#include "server/routes/json_reply.h"
#include "server/routes/routes.h"

namespace panduan::server {

void add_health_routes(Router& router, app::Workbench& workbench) {
  router.add({.method = "GET", .pattern = "/healthz", .lane = Lane::Inline, .handler = [](const Request&, Reply& reply, const std::stop_token&) {
                reply_json(reply, {{"status", "ok"}});
              }});
  router.add({.method = "GET", .pattern = "/readyz", .handler = [&workbench](const Request&, Reply& reply, const std::stop_token&) {
                const app::Readiness readiness = workbench.readiness();
                reply_json(reply, to_json(readiness), readiness.ready ? 200 : 503);
              }});
}

}  // namespace panduan::server
