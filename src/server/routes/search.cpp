#include "server/routes/json_reply.h"
#include "server/routes/routes.h"

namespace panduan::server {
namespace {

constexpr std::size_t kUsualLimit = 8;
constexpr std::size_t kMaxLimit = 100;

void search(app::Workbench& workbench, const Request& request, Reply& reply, const std::stop_token& stop) {
  const Json body = json_body(request);
  Json hits = Json::array();
  for (const auto& hit : workbench.search(workbench.local_caller(), field<std::string>(body, "question"), limit_of(body, kUsualLimit, kMaxLimit), stop)) {
    hits.push_back(to_json(hit));
  }
  reply_json(reply, {{"hits", std::move(hits)}});
}

}  // namespace

void add_search_routes(Router& router, app::Workbench& workbench) {
  router.add({.method = "POST",
              .pattern = "/api/v1/search",
              .lane = Lane::Long,
              .max_body_bytes = kMaxJsonBytes,
              .media_types = {"application/json"},
              .handler = [&workbench](const Request& request, Reply& reply, const std::stop_token& stop) { search(workbench, request, reply, stop); }});
}

}  // namespace panduan::server
