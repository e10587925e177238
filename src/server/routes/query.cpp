#include <vector>

#include "server/detail/exchange.h"
#include "server/routes/json_reply.h"
#include "server/routes/routes.h"

namespace panduan::server {
namespace {

bool wants_stream(const Request& request, const Json& body) {
  return optional_field<bool>(body, "stream").value_or(request.header("accept").find("text/event-stream") != std::string_view::npos);
}

void answer(app::Workbench& workbench, const Request& request, Reply& reply, const std::stop_token& stop) {
  const Json body = json_body(request);
  const rag::Question question = question_from_json(body);
  app::check_question(question);  // before the stream begins: then it can be a status
  const auto caller = workbench.local_caller();
  if (!wants_stream(request, body)) {
    std::vector<rag::Event> events;
    workbench.ask(caller, question, [&](const rag::Event& event) { events.push_back(event); }, stop);
    reply_json(reply, answer_json(events));
    return;
  }
  reply.begin_stream();
  workbench.ask(caller, question, [&](const rag::Event& event) { reply.write(event_text(name_of(event), to_text(to_json(event)))); }, stop);
}

}  // namespace

void add_query_routes(Router& router, app::Workbench& workbench) {
  router.add({.method = "POST",
              .pattern = "/api/v1/query",
              .lane = Lane::Long,
              .max_body_bytes = kMaxJsonBytes,
              .media_types = {"application/json"},
              .handler = [&workbench](const Request& request, Reply& reply, const std::stop_token& stop) { answer(workbench, request, reply, stop); }});
}

}  // namespace panduan::server
