#include "server/routes/json_reply.h"
#include "server/routes/routes.h"

namespace panduan::server {
namespace {

// The sources' text, which JSON writes a little longer.
constexpr std::uint64_t kMaxBytes = 2 * app::kMaxSourcesBytes;

}  // namespace

void add_check_routes(Router& router, app::Workbench& workbench) {
  router.add({.method = "POST",
              .pattern = "/api/v1/check",
              .lane = Lane::Long,
              .max_body_bytes = kMaxBytes,
              .media_types = {"application/json"},
              .handler = [&workbench](const Request& request, Reply& reply, const std::stop_token& stop) {
                const rag::AnswerToCheck answer = answer_to_check_from_json(json_body(request));
                app::check_answer_to_check(answer);
                reply_json(reply, to_json(workbench.check_answer(workbench.local_caller(), answer, stop)));
              }});
}

}  // namespace panduan::server
