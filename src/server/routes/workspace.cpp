#include "server/routes/json_reply.h"
#include "server/routes/routes.h"

namespace panduan::server {

void add_workspace_routes(Router& router, app::Workbench& workbench) {
  router.add({.method = "GET", .pattern = "/api/v1/workspace", .handler = [&workbench](const Request&, Reply& reply, const std::stop_token&) {
                reply_json(reply, to_json(workbench.workspace_settings(workbench.local_caller())));
              }});
  router.add({.method = "PATCH",
              .pattern = "/api/v1/workspace",
              .max_body_bytes = kMaxJsonBytes,
              .media_types = {"application/json", "application/merge-patch+json"},
              .handler = [&workbench](const Request& request, Reply& reply, const std::stop_token&) {
                reply_json(reply, to_json(workbench.change_workspace_settings(workbench.local_caller(), setting_changes_from_json(json_body(request)))));
              }});
}

}  // namespace panduan::server
