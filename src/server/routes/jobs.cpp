#include <utility>

#include "server/routes/json_reply.h"
#include "server/routes/routes.h"

namespace panduan::server {
namespace {

constexpr std::size_t kUsualLimit = 50;
constexpr std::size_t kMaxLimit = 1000;

}  // namespace

void add_job_routes(Router& router, app::Workbench& workbench) {
  router.add({.method = "GET", .pattern = "/api/v1/jobs", .handler = [&workbench](const Request& request, Reply& reply, const std::stop_token&) {
                Json jobs = Json::array();
                for (const auto& job : workbench.jobs(workbench.local_caller(), limit_of(request, kUsualLimit, kMaxLimit))) jobs.push_back(to_json(job));
                reply_json(reply, {{"jobs", std::move(jobs)}});
              }});
  router.add({.method = "GET", .pattern = "/api/v1/jobs/{id}", .handler = [&workbench](const Request& request, Reply& reply, const std::stop_token&) {
                reply_json(reply, to_json(workbench.job(workbench.local_caller(), request.parameters.at("id"))));
              }});
  router.add({.method = "POST", .pattern = "/api/v1/jobs/{id}/cancel", .handler = [&workbench](const Request& request, Reply& reply, const std::stop_token&) {
                reply_json(reply, to_json(workbench.cancel_job(workbench.local_caller(), request.parameters.at("id"))));
              }});
  router.add({.method = "POST", .pattern = "/api/v1/jobs/{id}/retry", .handler = [&workbench](const Request& request, Reply& reply, const std::stop_token&) {
                reply_json(reply, to_json(workbench.retry_job(workbench.local_caller(), request.parameters.at("id"))));
              }});
}

}  // namespace panduan::server
