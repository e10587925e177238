#include "server/remote_workbench.h"

#include <filesystem>
#include <utility>

#include "net/http_client.h"
#include "server/detail/json_fields.h"
#include "server/http.h"
#include "server/json.h"

namespace panduan::server {
namespace {

using namespace std::chrono_literals;
using identity::Right;

// The first question waits for a model to load, and a queue may stand before it: the socket's end tells when to give up.
constexpr auto kPatience = 24h;
// An event stream says at least every ten seconds that it is alive.
constexpr auto kStreamPatience = 10min;
constexpr std::uint64_t kMaxAnswerBytes = 1ULL << 30U;

/// The error that an answer which is no 2xx stands for.
Error error_of(const net::HttpResponse& response) {
  try {
    return error_from_problem(parse_json(response.body));
  } catch (const Error&) {
    return Error(ErrorKind::Unavailable, fmt::format("the panduan that owns the store answered with status {}", response.status));
  }
}

class RemoteWorkbench : public app::Workbench {
 public:
  explicit RemoteWorkbench(std::filesystem::path socket) : socket_(std::move(socket)) {}

  /// Throws Error{Unavailable} when nobody answers.
  void greet() const {
    net::HttpRequest request;
    request.url = url("/healthz");
    request.connect_time_limit = 2s;
    request.idle_time_limit = 10s;
    if (net::send(request).status != 200) throw Error(ErrorKind::Unavailable, fmt::format("what answers on '{}' is not panduan", socket_.string()));
  }

  identity::Caller local_caller() override { return caller_from_json(call("/local/caller", Json::object())); }

  ingest::AddSummary add(const identity::Caller& caller, const std::vector<std::filesystem::path>& paths, const ingest::AddSink& sink,
                         const std::stop_token& stop) override {
    identity::require(caller, Right::Write);
    Json absolute = Json::array();
    // The other process has another working folder.
    for (const auto& path : paths) absolute.push_back(std::filesystem::absolute(path).lexically_normal().string());
    return ingestion("/local/add", {{"paths", std::move(absolute)}}, sink, stop);
  }

  ingest::AddSummary sync(const identity::Caller& caller, const std::filesystem::path& folder, const ingest::SyncOptions& how, const ingest::AddSink& sink,
                          const std::stop_token& stop) override {
    identity::require(caller, Right::Write);
    const std::string absolute = std::filesystem::absolute(folder).lexically_normal().string();
    return ingestion("/local/sync", {{"folder", absolute}, {"empties", how.empties}, {"retries", how.retries}}, sink, stop);
  }

  ingest::AddSummary reindex(const identity::Caller& caller, const ingest::AddSink& sink, const std::stop_token& stop) override {
    identity::require(caller, Right::Write);
    return ingestion("/local/reindex", Json::object(), sink, stop);
  }

  std::vector<std::string> followed_folders(const identity::Caller& caller) override {
    identity::require(caller, Right::Read);
    return field<std::vector<std::string>>(call("/local/folders", Json::object()), "folders");
  }

  void unfollow(const identity::Caller& caller, const std::string& folder) override {
    identity::require(caller, Right::Write);
    call("/local/unfollow", {{"folder", folder}});
  }

  std::vector<ingest::FileResult> upload(const identity::Caller& caller, const std::string& name, std::string bytes, const std::stop_token& stop) override {
    identity::require(caller, Right::Write);
    net::HttpRequest request = post("/local/upload?name=" + percent_encoded(name), std::move(bytes));
    request.headers["content-type"] = "application/octet-stream";
    std::vector<ingest::FileResult> results;
    for (const auto& result : field<Json>(answer_to(request, stop), "files")) results.push_back(file_result_from_json(result));
    return results;
  }

  app::WorkspaceSettings workspace_settings(const identity::Caller& caller) override {
    identity::require(caller, Right::Read);
    return workspace_settings_from_json(answer_to(request_of("GET", "/api/v1/workspace"), {}));
  }

  app::WorkspaceSettings change_workspace_settings(const identity::Caller& caller, const app::SettingChanges& changes) override {
    identity::require(caller, Right::Write);
    net::HttpRequest request = post("/api/v1/workspace", to_text(to_json(changes)));
    request.method = "PATCH";
    request.headers["content-type"] = "application/json";
    return workspace_settings_from_json(answer_to(request, {}));
  }

  store::DocumentList list(const identity::Caller& caller, std::size_t limit, const std::string& cursor) override {
    identity::require(caller, Right::Read);
    return document_list_from_json(call("/local/list", {{"limit", limit}, {"cursor", cursor}}));
  }

  store::Document find(const identity::Caller& caller, const std::string& id_or_source) override {
    identity::require(caller, Right::Read);
    return document_from_json(call("/local/find", {{"document", id_or_source}}));
  }

  store::Document remove(const identity::Caller& caller, const std::string& id_or_source) override {
    identity::require(caller, Right::Write);
    return document_from_json(call("/local/remove", {{"document", id_or_source}}));
  }

  std::vector<store::KnownSource> remove_below(const identity::Caller& caller, const std::string& path) override {
    identity::require(caller, Right::Write);
    std::vector<store::KnownSource> removed;
    for (const auto& one : field<Json>(call("/local/remove-below", {{"path", path}}), "removed"))
      removed.push_back({.id = field<std::string>(one, "id"), .source = field<std::string>(one, "source")});
    return removed;
  }

  std::vector<store::Deletion> deletions(const identity::Caller& caller) override {
    identity::require(caller, Right::Read);
    std::vector<store::Deletion> found;
    const Json answer = answer_to(request_of("GET", "/api/v1/deletions"), {});
    for (const auto& one : field<Json>(answer, "deletions")) found.push_back(deletion_from_json(one));
    return found;
  }

  store::DeletionReport verify_deleted(const identity::Caller& caller, const std::vector<std::string>& document_ids,
                                       const std::function<void(std::uint64_t, std::uint64_t)>& on_progress, const std::stop_token& stop) override {
    identity::require(caller, Right::Read);
    std::optional<store::DeletionReport> report;
    stream("/local/verify-deleted", {{"document_ids", document_ids}}, stop, [&](const std::string& name, const Json& json) {
      if (name == "progress" && on_progress) on_progress(field<std::uint64_t>(json, "bytes_done"), field<std::uint64_t>(json, "bytes_total"));
      if (name == "report") report = deletion_report_from_json(json);
    });
    if (!report) throw ended_early();
    return *std::move(report);
  }

  std::vector<app::SearchHit> search(const identity::Caller& caller, const std::string& question, std::size_t limit, const std::stop_token& stop) override {
    identity::require(caller, Right::Read);
    std::vector<app::SearchHit> hits;
    const Json answer = call("/local/search", {{"question", question}, {"limit", limit}}, stop);
    for (const auto& hit : field<Json>(answer, "hits")) hits.push_back(search_hit_from_json(hit));
    return hits;
  }

  void ask(const identity::Caller& caller, const rag::Question& question, const rag::EventSink& sink, const std::stop_token& stop) override {
    identity::require(caller, Right::Read);
    Json body = to_json(question);
    body["stream"] = true;
    bool done = false;
    stream("/api/v1/query", body, stop, [&](const std::string&, const Json& json) {
      const auto event = event_from_json(json);
      if (!event) return;
      done = done || std::holds_alternative<rag::Done>(*event);
      sink(*event);
    });
    if (!done) throw ended_early();
  }

  std::vector<store::Conversation> conversations(const identity::Caller& caller, std::size_t limit) override {
    identity::require(caller, Right::Read);
    std::vector<store::Conversation> found;
    const Json answer = answer_to(request_of("GET", fmt::format("/api/v1/conversations?limit={}", limit)), {});
    for (const auto& one : field<Json>(answer, "conversations")) found.push_back(conversation_from_json(one));
    return found;
  }

  app::KeptConversation conversation(const identity::Caller& caller, const std::string& id) override {
    identity::require(caller, Right::Read);
    return kept_conversation_from_json(answer_to(request_of("GET", "/api/v1/conversations/" + percent_encoded(id)), {}));
  }

  store::Conversation remove_conversation(const identity::Caller& caller, const std::string& id) override {
    identity::require(caller, Right::Write);
    return conversation_from_json(answer_to(request_of("DELETE", "/api/v1/conversations/" + percent_encoded(id)), {}));
  }

  rag::CheckedAnswer check_answer(const identity::Caller& caller, const rag::AnswerToCheck& answer, const std::stop_token& stop) override {
    identity::require(caller, Right::Read);
    return checked_answer_from_json(call("/api/v1/check", to_json(answer), stop));
  }

  store::Job submit(const identity::Caller& caller, const app::LongWork& work, store::JobPriority priority) override {
    identity::require(caller, Right::Write);
    if (const auto* upload = std::get_if<app::UploadWork>(&work)) {
      net::HttpRequest request = post(fmt::format("/api/v1/upload?name={}&priority={}", percent_encoded(upload->name), name_of(priority)), upload->bytes);
      request.headers["content-type"] = "application/octet-stream";
      request.headers["prefer"] = "respond-async";
      return job_from_json(field<Json>(answer_to(request, {}), "jobs").at(0));
    }
    return job_from_json(
        call("/local/jobs", {{"kind", app::kind_of(work)}, {"arguments", parse_json(app::arguments_of(work))}, {"priority", name_of(priority)}}));
  }

  std::vector<store::Job> jobs(const identity::Caller& caller, std::size_t limit) override {
    identity::require(caller, Right::Read);
    std::vector<store::Job> found;
    const Json answer = answer_to(request_of("GET", fmt::format("/api/v1/jobs?limit={}", limit)), {});
    for (const auto& job : field<Json>(answer, "jobs")) found.push_back(job_from_json(job));
    return found;
  }

  store::Job job(const identity::Caller& caller, const std::string& id) override {
    identity::require(caller, Right::Read);
    return job_from_json(answer_to(request_of("GET", "/api/v1/jobs/" + percent_encoded(id)), {}));
  }

  store::Job cancel_job(const identity::Caller& caller, const std::string& id) override {
    identity::require(caller, Right::Write);
    return job_from_json(answer_to(post(fmt::format("/api/v1/jobs/{}/cancel", percent_encoded(id)), ""), {}));
  }

  store::Job retry_job(const identity::Caller& caller, const std::string& id) override {
    identity::require(caller, Right::Write);
    return job_from_json(answer_to(post(fmt::format("/api/v1/jobs/{}/retry", percent_encoded(id)), ""), {}));
  }

  store::IntegrityReport check(const identity::Caller& caller) override {
    identity::require(caller, Right::Read);
    return integrity_report_from_json(call("/local/check", Json::object()));
  }

  app::Readiness readiness() override { return readiness_from_json(call("/local/readiness", Json::object())); }

  std::optional<std::string> kept_response(const identity::Caller& caller, const std::string& key, const Sha256& request) override {
    identity::require(caller, Right::Write);
    return optional_field<std::string>(call("/local/kept-response", {{"key", key}, {"request_sha256", to_hex(request)}}), "response");
  }

  void keep_response(const identity::Caller& caller, const std::string& key, const Sha256& request, const std::string& response) override {
    identity::require(caller, Right::Write);
    call("/local/keep-response", {{"key", key}, {"request_sha256", to_hex(request)}, {"response", response}});
  }

 private:
  std::string url(std::string_view target) const { return fmt::format("unix:{}:{}", socket_.string(), target); }

  net::HttpRequest request_of(std::string method, std::string_view target) const {
    net::HttpRequest request;
    request.method = std::move(method);
    request.url = url(target);
    request.idle_time_limit = kPatience;
    request.max_body_bytes = kMaxAnswerBytes;
    return request;
  }

  net::HttpRequest post(std::string_view target, std::string body) const {
    net::HttpRequest request = request_of("POST", target);
    request.headers["content-type"] = "application/json";
    request.body = std::move(body);
    return request;
  }

  Json answer_to(const net::HttpRequest& request, const std::stop_token& stop) const {
    const net::HttpResponse response = net::send(request, stop);
    if (response.status / 100 != 2) throw error_of(response);
    return parse_json(response.body);
  }

  Json call(std::string_view target, const Json& body, const std::stop_token& stop = {}) const { return answer_to(post(target, text_of(body)), stop); }

  ingest::AddSummary ingestion(const std::string& path, const Json& body, const ingest::AddSink& sink, const std::stop_token& stop) {
    std::optional<ingest::AddSummary> summary;
    stream(path, body, stop, [&](const std::string& name, const Json& json) {
      if (name == "progress" && sink.on_progress) sink.on_progress(add_progress_from_json(json));
      if (name == "file" && sink.on_file) sink.on_file(file_result_from_json(json));
      if (name == "summary") summary = add_summary_from_json(json);
    });
    if (!summary) throw ended_early();
    return *summary;
  }

  /// Reads the events to the end; an "error" event is thrown.
  void stream(std::string_view target, const Json& body, const std::stop_token& stop,
              const std::function<void(const std::string&, const Json&)>& on_event) const {
    net::HttpRequest request = post(target, text_of(body));
    request.headers["accept"] = "text/event-stream";
    request.idle_time_limit = kStreamPatience;
    net::EventStreamParser parser([&](const net::EventStreamParser::Event& event) {
      const Json json = parse_json(event.data);
      if (event.type == "error") throw error_from_problem(json);
      on_event(event.type, json);
      return true;
    });
    const net::HttpResponse response = net::send(request, stop, [&](std::string_view bytes) { return parser.feed(bytes); });
    if (response.status / 100 != 2) throw error_of(response);
  }

  /// A file's name that is not UTF-8 cannot be said in JSON, and must not be changed on the way either.
  static std::string text_of(const Json& json) {
    try {
      return json.dump();
    } catch (const Json::exception&) {
      throw Error(ErrorKind::InvalidInput, "a name or text is not UTF-8: rename the file, or stop the server and try again");
    }
  }

  static Error ended_early() { return Error(ErrorKind::Unavailable, "the panduan that owns the store ended the answer early"); }

  std::filesystem::path socket_;
};

}  // namespace

std::unique_ptr<app::Workbench> connect_workbench(const Config& config) {
  const auto socket = app::socket_path(config);
  if (!std::filesystem::exists(socket)) throw Error(ErrorKind::Unavailable, fmt::format("no panduan serves on '{}'", socket.string()));
  auto workbench = std::make_unique<RemoteWorkbench>(socket);
  workbench->greet();
  return workbench;
}

}  // namespace panduan::server
