#include <utility>

#include "llm/chat_model.h"
#include "server/detail/json_fields.h"
#include "server/json.h"

namespace panduan::server {
namespace {

Json boxes_json(const std::vector<documents::WordBox>& boxes) {
  Json result = Json::array();
  for (const auto& box : boxes) {
    result.push_back({{"range", range_json(box.text)}, {"left", box.left}, {"top", box.top}, {"right", box.right}, {"bottom", box.bottom}});
  }
  return result;
}

std::vector<documents::WordBox> boxes_from_json(const Json& json) {
  std::vector<documents::WordBox> result;
  for (const auto& box : json) {
    result.push_back({.text = range_from_json(box, "range"),
                      .left = field<float>(box, "left"),
                      .top = field<float>(box, "top"),
                      .right = field<float>(box, "right"),
                      .bottom = field<float>(box, "bottom")});
  }
  return result;
}

Json fields(const rag::Searching& event) { return {{"question", event.question}, {"query", event.query}}; }

Json fields(const rag::Passages& event) {
  Json passages = Json::array();
  for (const auto& passage : event.passages) {
    Json left_out = Json::array();
    for (const auto& part : passage.left_out) left_out.push_back(range_json(part));
    passages.push_back({{"number", passage.number},
                        {"document_id", passage.document_id},
                        {"source", passage.source},
                        {"title", passage.title},
                        {"heading_path", passage.heading_path},
                        {"page", passage.page},
                        {"score", passage.score},
                        {"text", passage.text},
                        {"left_out", std::move(left_out)}});
  }
  return {{"passages", std::move(passages)}};
}

Json fields(const rag::Quote& event) { return quote_json(event); }

Json fields(const rag::Statement& event) { return {{"text", event.text}, {"quotes", event.quotes}, {"grounded", event.is_grounded}}; }
Json fields(const rag::AnswerText& event) { return {{"text", event.text}}; }
Json fields(const rag::Verdict& event) {
  Json json{{"answered", event.answered}, {"reason", event.reason}, {"note", event.note}};
  json["probability"] = event.probability ? Json(*event.probability) : Json(nullptr);
  json["signals"] = nullptr;
  if (event.signals) {
    json["signals"] = {{"sufficiency", event.signals->sufficiency}, {"copied", event.signals->copied}, {"agreement", event.signals->agreement}};
    json["signals"]["question"] = event.signals->question ? Json(*event.signals->question) : Json(nullptr);
    json["signals"]["leaning"] = event.signals->leaning ? Json(*event.signals->leaning) : Json(nullptr);
  }
  return json;
}

Json fields(const rag::Done& event) { return timings_json(event); }

rag::Passages passages_from_json(const Json& json) {
  rag::Passages result;
  for (const auto& passage : field<Json>(json, "passages")) {
    result.passages.push_back({.number = field<std::size_t>(passage, "number"),
                               .document_id = field<std::string>(passage, "document_id"),
                               .source = field<std::string>(passage, "source"),
                               .title = field<std::string>(passage, "title"),
                               .heading_path = field<std::string>(passage, "heading_path"),
                               .page = field<std::string>(passage, "page"),
                               .score = field<double>(passage, "score"),
                               .text = field<std::string>(passage, "text")});
    for (const auto& part : optional_field<Json>(passage, "left_out").value_or(Json::array())) {
      result.passages.back().left_out.push_back({.begin = field<std::size_t>(part, "begin"), .end = field<std::size_t>(part, "end")});
    }
  }
  return result;
}

rag::Verdict verdict_from_json(const Json& json) {
  rag::Verdict verdict{.answered = field<bool>(json, "answered"),
                       .reason = field<std::string>(json, "reason"),
                       .note = optional_field<std::string>(json, "note").value_or(""),
                       .probability = optional_field<double>(json, "probability")};
  if (const auto signals = optional_field<Json>(json, "signals")) {
    verdict.signals = rag::Signals{.sufficiency = field<double>(*signals, "sufficiency"),
                                   .copied = field<double>(*signals, "copied"),
                                   .agreement = field<double>(*signals, "agreement"),
                                   .question = optional_field<double>(*signals, "question"),
                                   .leaning = optional_field<double>(*signals, "leaning")};
  }
  return verdict;
}

struct NameOf {
  std::string_view operator()(const rag::Searching&) const { return "searching"; }
  std::string_view operator()(const rag::Passages&) const { return "passages"; }
  std::string_view operator()(const rag::Quote&) const { return "quote"; }
  std::string_view operator()(const rag::Statement&) const { return "statement"; }
  std::string_view operator()(const rag::AnswerText&) const { return "answer"; }
  std::string_view operator()(const rag::Verdict&) const { return "verdict"; }
  std::string_view operator()(const rag::Done&) const { return "done"; }
};

}  // namespace

Json quote_json(const rag::Quote& quote) {
  return {{"number", quote.number},
          {"passage", quote.passage},
          {"text", quote.text},
          {"document_id", quote.document_id},
          {"source", quote.source},
          {"title", quote.title},
          {"heading_path", quote.heading_path},
          {"content_sha256", quote.content_sha256},
          {"range", range_json(quote.range)},
          {"page", quote.page},
          {"boxes", boxes_json(quote.boxes)}};
}

rag::Quote quote_from_json(const Json& json) {
  return {.number = field<std::size_t>(json, "number"),
          .passage = field<std::size_t>(json, "passage"),
          .text = field<std::string>(json, "text"),
          .document_id = field<std::string>(json, "document_id"),
          .source = field<std::string>(json, "source"),
          .title = field<std::string>(json, "title"),
          .heading_path = field<std::string>(json, "heading_path"),
          .content_sha256 = field<std::string>(json, "content_sha256"),
          .range = range_from_json(json, "range"),
          .page = field<std::string>(json, "page"),
          .boxes = boxes_from_json(field<Json>(json, "boxes"))};
}

Json timings_json(const rag::Done& done) {
  Json asked = Json::array();
  for (const rag::Asked& one : done.asked) {
    Json json{{"prompt", one.prompt}, {"version", one.version}};
    if (!one.text.empty()) json.update({{"text", one.text}, {"reply", one.reply}});
    asked.push_back(std::move(json));
  }
  return {{"model", done.model},
          {"conversation_id", done.conversation_id.empty() ? Json(nullptr) : Json(done.conversation_id)},
          {"prompt_tokens", done.prompt_tokens},
          {"reused_tokens", done.reused_tokens},
          {"completion_tokens", done.completion_tokens},
          {"rewrite_ms", done.rewrite_ms},
          {"search_ms", done.search_ms},
          {"prefill_ms", done.prefill_ms},
          {"decode_ms", done.decode_ms},
          {"first_event_ms", done.first_event_ms},
          {"total_ms", done.total_ms},
          {"asked", std::move(asked)}};
}

std::vector<rag::Asked> asked_from_json(const Json& json) {
  std::vector<rag::Asked> asked;
  for (const Json& one : json) {
    asked.push_back({.prompt = field<std::string>(one, "prompt"),
                     .version = field<int>(one, "version"),
                     .text = optional_field<std::string>(one, "text").value_or(""),
                     .reply = optional_field<std::string>(one, "reply").value_or("")});
  }
  return asked;
}

rag::Done timings_from_json(const Json& json) {
  return {.model = field<std::string>(json, "model"),
          .conversation_id = optional_field<std::string>(json, "conversation_id").value_or(""),
          .prompt_tokens = field<int>(json, "prompt_tokens"),
          .reused_tokens = field<int>(json, "reused_tokens"),
          .completion_tokens = field<int>(json, "completion_tokens"),
          .rewrite_ms = optional_field<double>(json, "rewrite_ms").value_or(0),
          .search_ms = field<double>(json, "search_ms"),
          .prefill_ms = field<double>(json, "prefill_ms"),
          .decode_ms = field<double>(json, "decode_ms"),
          .first_event_ms = field<double>(json, "first_event_ms"),
          .total_ms = field<double>(json, "total_ms"),
          .asked = asked_from_json(optional_field<Json>(json, "asked").value_or(Json::array()))};
}

std::string_view name_of(const rag::Event& event) { return std::visit(NameOf{}, event); }

Json to_json(const rag::Event& event) {
  Json json = std::visit([](const auto& one) { return fields(one); }, event);
  json["event"] = name_of(event);
  return json;
}

std::optional<rag::Event> event_from_json(const Json& json) {
  const auto name = field<std::string>(json, "event");
  if (name == "searching") return rag::Searching{.question = field<std::string>(json, "question"), .query = field<std::string>(json, "query")};
  if (name == "passages") return passages_from_json(json);
  if (name == "quote") return quote_from_json(json);
  if (name == "statement")
    return rag::Statement{
        .text = field<std::string>(json, "text"), .quotes = field<std::vector<std::size_t>>(json, "quotes"), .is_grounded = json.value("grounded", false)};
  if (name == "answer") return rag::AnswerText{.text = field<std::string>(json, "text")};
  if (name == "verdict") return verdict_from_json(json);
  if (name == "done") return timings_from_json(json);
  return std::nullopt;
}

Json answer_json(const std::vector<rag::Event>& events) {
  Json result = {{"question", ""},
                 {"query", ""},
                 {"conversation_id", nullptr},
                 {"answer", nullptr},
                 {"answered", false},
                 {"reason", ""},
                 {"note", ""},
                 {"probability", nullptr},
                 {"signals", nullptr},
                 {"statements", Json::array()},
                 {"sources", Json::array()},
                 {"passages", Json::array()},
                 {"asked", Json::array()},
                 {"timings", Json::object()}};
  for (const auto& event : events) {
    if (const auto* searching = std::get_if<rag::Searching>(&event)) {
      result.update(fields(*searching));
    } else if (const auto* passages = std::get_if<rag::Passages>(&event)) {
      result["passages"] = fields(*passages)["passages"];
    } else if (const auto* quote = std::get_if<rag::Quote>(&event)) {
      result["sources"].push_back(fields(*quote));
    } else if (const auto* statement = std::get_if<rag::Statement>(&event)) {
      result["statements"].push_back(fields(*statement));
    } else if (const auto* answer = std::get_if<rag::AnswerText>(&event)) {
      result["answer"] = answer->text;
    } else if (const auto* verdict = std::get_if<rag::Verdict>(&event)) {
      result.update(fields(*verdict));
    } else if (const auto* done = std::get_if<rag::Done>(&event)) {
      result["timings"] = fields(*done);
      result["conversation_id"] = result["timings"]["conversation_id"];
      result["asked"] = std::move(result["timings"]["asked"]);
      for (const char* const moved : {"conversation_id", "asked"}) result["timings"].erase(moved);
    }
  }
  return result;
}

Json to_json(const rag::Question& question) {
  Json history = Json::array();
  for (const auto& message : question.history) {
    if (message.role == llm::Role::System) continue;
    history.push_back({{"role", message.role == llm::Role::User ? "user" : "assistant"}, {"content", message.content}});
  }
  Json json{{"question", question.text}, {"chat_history", std::move(history)}};
  if (question.risk) json["risk"] = *question.risk;
  if (question.explain) json["explain"] = true;
  if (!question.conversation_id.empty()) json["conversation_id"] = question.conversation_id;
  return json;
}

rag::Question question_from_json(const Json& json) {
  rag::Question question{.text = field<std::string>(json, "question"),
                         .history = {},
                         .risk = optional_field<double>(json, "risk"),
                         .conversation_id = optional_field<std::string>(json, "conversation_id").value_or(""),
                         .explain = optional_field<bool>(json, "explain").value_or(false)};
  const Json history = optional_field<Json>(json, "chat_history").value_or(Json::array());
  if (!history.is_array()) throw Error(ErrorKind::InvalidInput, "the JSON field 'chat_history' is not a list");
  for (const auto& message : history) {
    const auto role = field<std::string>(message, "role");
    if (role != "user" && role != "assistant") throw Error(ErrorKind::InvalidInput, "a role in 'chat_history' is neither 'user' nor 'assistant'");
    question.history.push_back({.role = role == "user" ? llm::Role::User : llm::Role::Assistant, .content = field<std::string>(message, "content")});
  }
  return question;
}

}  // namespace panduan::server
