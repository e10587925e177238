#include "server/routes/json_reply.h"
#include "server/routes/routes.h"

namespace panduan::server {

void add_deletion_routes(Router& router, app::Workbench& workbench) {
  router.add({.method = "GET", .pattern = "/api/v1/deletions", .handler = [&workbench](const Request&, Reply& reply, const std::stop_token&) {
                Json deletions = Json::array();
                for (const auto& deletion : workbench.deletions(workbench.local_caller())) deletions.push_back(to_json(deletion));
                reply_json(reply, {{"deletions", std::move(deletions)}});
              }});
  router.add({.method = "POST",
              .pattern = "/api/v1/deletions/verify",
              .lane = Lane::Long,
              .max_body_bytes = kMaxJsonBytes,
              .media_types = {"application/json"},
              .handler = [&workbench](const Request& request, Reply& reply, const std::stop_token& stop) {
                const auto ids = optional_field<std::vector<std::string>>(json_body(request), "document_ids").value_or(std::vector<std::string>{});
                reply_json(reply, to_json(workbench.verify_deleted(workbench.local_caller(), ids, {}, stop)));
              }});
}

}  // namespace panduan::server
