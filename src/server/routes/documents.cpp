#include "server/routes/json_reply.h"
#include "server/routes/routes.h"

namespace panduan::server {
namespace {

constexpr std::size_t kUsualLimit = 50;
constexpr std::size_t kMaxLimit = 200;
constexpr const char* kDocument = "/api/v1/documents/{id}";

}  // namespace

void add_document_routes(Router& router, app::Workbench& workbench) {
  router.add({.method = "GET", .pattern = "/api/v1/documents", .handler = [&workbench](const Request& request, Reply& reply, const std::stop_token&) {
                const auto cursor = request.query.find("cursor");
                const std::size_t limit = limit_of(request, kUsualLimit, kMaxLimit);
                reply_json(reply, to_json(workbench.list(workbench.local_caller(), limit, cursor == request.query.end() ? "" : cursor->second)));
              }});
  router.add({.method = "GET", .pattern = kDocument, .handler = [&workbench](const Request& request, Reply& reply, const std::stop_token&) {
                reply_json(reply, to_json(workbench.find(workbench.local_caller(), request.parameters.at("id"))));
              }});
  router.add({.method = "DELETE", .pattern = kDocument, .handler = [&workbench](const Request& request, Reply& reply, const std::stop_token&) {
                reply_json(reply, to_json(workbench.remove(workbench.local_caller(), request.parameters.at("id"))));
              }});
}

}  // namespace panduan::server
