#include <utility>

#include "server/routes/json_reply.h"
#include "server/routes/routes.h"

namespace panduan::server {
namespace {

constexpr std::size_t kUsualLimit = 50;
constexpr std::size_t kMaxLimit = 1000;
constexpr const char* kConversation = "/api/v1/conversations/{id}";

}  // namespace

void add_conversation_routes(Router& router, app::Workbench& workbench) {
  router.add({.method = "GET", .pattern = "/api/v1/conversations", .handler = [&workbench](const Request& request, Reply& reply, const std::stop_token&) {
                Json conversations = Json::array();
                for (const auto& one : workbench.conversations(workbench.local_caller(), limit_of(request, kUsualLimit, kMaxLimit))) {
                  conversations.push_back(to_json(one));
                }
                reply_json(reply, {{"conversations", std::move(conversations)}});
              }});
  router.add({.method = "GET", .pattern = kConversation, .handler = [&workbench](const Request& request, Reply& reply, const std::stop_token&) {
                reply_json(reply, to_json(workbench.conversation(workbench.local_caller(), request.parameters.at("id"))));
              }});
  router.add({.method = "DELETE", .pattern = kConversation, .handler = [&workbench](const Request& request, Reply& reply, const std::stop_token&) {
                reply_json(reply, to_json(workbench.remove_conversation(workbench.local_caller(), request.parameters.at("id"))));
              }});
}

}  // namespace panduan::server
