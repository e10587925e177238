#include <utility>

#include "base/clock.h"
#include "server/detail/exchange.h"
#include "server/multipart.h"
#include "server/routes/json_reply.h"
#include "server/routes/routes.h"

namespace panduan::server {
namespace {

// A shell's * can be a lot of paths.
constexpr std::uint64_t kMaxPathsBytes = 32U << 20U;
// An answer that is kept for a repeated request.
constexpr std::uint64_t kMaxKeptBytes = 16U << 20U;

std::filesystem::path absolute_path(const std::string& path) {
  if (!path.starts_with('/')) throw Error(ErrorKind::InvalidInput, fmt::format("'{}' is not an absolute path", path));
  return path;
}

void tell(Reply& reply, std::string_view name, const Json& json) {
  try {
    reply.write(event_text(name, to_text(json)));
  } catch (const Error&) {
    // The listener has gone, which has requested the stop already; the file that is being stored ends in order.
  }
}

/// Tells of an `add` or `sync` as it goes.
void stream_ingestion(Reply& reply, const std::function<ingest::AddSummary(const ingest::AddSink&)>& ingestion) {
  reply.begin_stream();
  const ingest::AddSink sink{.on_progress = [&](const ingest::AddProgress& progress) { tell(reply, "progress", to_json(progress)); },
                             .on_file = [&](const ingest::FileResult& result) { tell(reply, "file", to_json(result)); }};
  tell(reply, "summary", to_json(ingestion(sink)));
}

void add(app::Workbench& workbench, const Request& request, Reply& reply, const std::stop_token& stop) {
  std::vector<std::filesystem::path> paths;
  for (const auto& path : field<std::vector<std::string>>(json_body(request), "paths")) paths.push_back(absolute_path(path));
  stream_ingestion(reply, [&](const ingest::AddSink& sink) { return workbench.add(workbench.local_caller(), paths, sink, stop); });
}

void sync(app::Workbench& workbench, const Request& request, Reply& reply, const std::stop_token& stop) {
  const Json json = json_body(request);
  const auto folder = absolute_path(field<std::string>(json, "folder"));
  const ingest::SyncOptions how{.empties = field<bool>(json, "empties"), .retries = field<bool>(json, "retries")};
  stream_ingestion(reply, [&](const ingest::AddSink& sink) { return workbench.sync(workbench.local_caller(), folder, how, sink, stop); });
}

void verify_deleted(app::Workbench& workbench, const Request& request, Reply& reply, const std::stop_token& stop) {
  const auto ids = field<std::vector<std::string>>(json_body(request), "document_ids");
  reply.begin_stream();
  Stopwatch since;
  const auto on_progress = [&](std::uint64_t done, std::uint64_t total) {
    constexpr double kOftenMs = 200;
    if (since.elapsed_ms() < kOftenMs) return;
    since.restart();
    tell(reply, "progress", {{"bytes_done", done}, {"bytes_total", total}});
  };
  tell(reply, "report", to_json(workbench.verify_deleted(workbench.local_caller(), ids, on_progress, stop)));
}

void reindex(app::Workbench& workbench, const Request&, Reply& reply, const std::stop_token& stop) {
  stream_ingestion(reply, [&](const ingest::AddSink& sink) { return workbench.reindex(workbench.local_caller(), sink, stop); });
}

struct KeptRequest {
  std::string key;
  Sha256 request;
};
KeptRequest kept_request(const Json& json) { return {field<std::string>(json, "key"), sha256_from_hex(field<std::string>(json, "request_sha256"))}; }

class LocalRoutes {
 public:
  LocalRoutes(Router& router, app::Workbench& workbench) : router_(router), workbench_(workbench) {}

  /// A call that takes a JSON object and tells of events until it has ended.
  using Stream = void (*)(app::Workbench&, const Request&, Reply&, const std::stop_token&);
  void stream(const char* pattern, Stream told, std::uint64_t max_bytes = kMaxJsonBytes) {
    add_route(pattern, Lane::Long, max_bytes,
              [&workbench = workbench_, told](const Request& request, Reply& reply, const std::stop_token& stop) { told(workbench, request, reply, stop); });
  }

  /// A call that takes a JSON object and gives JSON.
  using Call = std::function<Json(app::Workbench&, const Json&, const std::stop_token&)>;
  void add(const char* pattern, Lane lane, Call call, std::uint64_t max_bytes = kMaxJsonBytes) {
    add_route(pattern, lane, max_bytes, [&workbench = workbench_, call = std::move(call)](const Request& request, Reply& reply, const std::stop_token& stop) {
      reply_json(reply, call(workbench, json_body(request), stop));
    });
  }

 private:
  void add_route(const char* pattern, Lane lane, std::uint64_t max_bytes, Handler handler) {
    router_.add({.method = "POST",
                 .pattern = pattern,
                 .lane = lane,
                 .reach = Reach::LocalOnly,
                 .max_body_bytes = max_bytes,
                 .media_types = {"application/json"},
                 .handler = std::move(handler)});
  }

  Router& router_;
  app::Workbench& workbench_;
};

}  // namespace

void add_local_routes(Router& router, app::Workbench& workbench, std::uint64_t max_bytes) {
  router.add({.method = "POST",
              .pattern = "/local/upload",
              .lane = Lane::Long,
              .reach = Reach::LocalOnly,
              .max_body_bytes = max_bytes,
              .media_types = {"application/octet-stream"},
              .handler = [&workbench](const Request& request, Reply& reply, const std::stop_token& stop) {
                const auto name = request.query.find("name");
                if (name == request.query.end()) throw Error(ErrorKind::InvalidInput, "the name is missing");
                Json files = Json::array();
                for (const auto& result : workbench.upload(workbench.local_caller(), name->second, request.body, stop)) files.push_back(to_json(result));
                reply_json(reply, {{"files", std::move(files)}});
              }});

  LocalRoutes local(router, workbench);
  local.stream("/local/add", add, kMaxPathsBytes);
  local.stream("/local/sync", sync);
  local.stream("/local/reindex", reindex);
  local.stream("/local/verify-deleted", verify_deleted);
  local.add("/local/caller", Lane::Short, [](app::Workbench& to, const Json&, const std::stop_token&) { return to_json(to.local_caller()); });
  // Paths of this machine: what reaches the port cannot name them.
  local.add(
      "/local/jobs", Lane::Short,
      [](app::Workbench& to, const Json& json, const std::stop_token&) {
        const app::LongWork work = app::work_of(field<std::string>(json, "kind"), to_text(field<Json>(json, "arguments")));
        if (std::holds_alternative<app::UploadWork>(work)) throw Error(ErrorKind::InvalidInput, "an upload comes with its bytes: POST /api/v1/upload");
        return to_json(to.submit(to.local_caller(), work, priority_from_name(field<std::string>(json, "priority"))));
      },
      kMaxPathsBytes);
  local.add("/local/list", Lane::Short, [](app::Workbench& to, const Json& json, const std::stop_token&) {
    return to_json(to.list(to.local_caller(), field<std::size_t>(json, "limit"), field<std::string>(json, "cursor")));
  });
  local.add("/local/folders", Lane::Short,
            [](app::Workbench& to, const Json&, const std::stop_token&) { return Json{{"folders", to.followed_folders(to.local_caller())}}; });
  local.add("/local/unfollow", Lane::Short, [](app::Workbench& to, const Json& json, const std::stop_token&) {
    to.unfollow(to.local_caller(), field<std::string>(json, "folder"));
    return Json::object();
  });
  local.add("/local/find", Lane::Short, [](app::Workbench& to, const Json& json, const std::stop_token&) {
    return to_json(to.find(to.local_caller(), field<std::string>(json, "document")));
  });
  local.add("/local/remove-below", Lane::Short, [](app::Workbench& to, const Json& json, const std::stop_token&) {
    Json removed = Json::array();
    for (const auto& source : to.remove_below(to.local_caller(), field<std::string>(json, "path")))
      removed.push_back({{"id", source.id}, {"source", source.source}});
    return Json{{"removed", std::move(removed)}};
  });
  local.add("/local/remove", Lane::Short, [](app::Workbench& to, const Json& json, const std::stop_token&) {
    return to_json(to.remove(to.local_caller(), field<std::string>(json, "document")));
  });
  local.add("/local/search", Lane::Long, [](app::Workbench& to, const Json& json, const std::stop_token& stop) {
    Json hits = Json::array();
    const auto found = to.search(to.local_caller(), field<std::string>(json, "question"), field<std::size_t>(json, "limit"), stop);
    for (const auto& hit : found) hits.push_back(to_json(hit));
    return Json{{"hits", std::move(hits)}};
  });
  local.add("/local/check", Lane::Long, [](app::Workbench& to, const Json&, const std::stop_token&) { return to_json(to.check(to.local_caller())); });
  local.add("/local/readiness", Lane::Short, [](app::Workbench& to, const Json&, const std::stop_token&) { return to_json(to.readiness()); });
  local.add("/local/kept-response", Lane::Short, [](app::Workbench& to, const Json& json, const std::stop_token&) {
    const KeptRequest kept = kept_request(json);
    return Json{{"response", or_null(to.kept_response(to.local_caller(), kept.key, kept.request))}};
  });
  local.add(
      "/local/keep-response", Lane::Short,
      [](app::Workbench& to, const Json& json, const std::stop_token&) {
        const KeptRequest kept = kept_request(json);
        to.keep_response(to.local_caller(), kept.key, kept.request, field<std::string>(json, "response"));
        return Json::object();
      },
      kMaxKeptBytes);
}

}  // namespace panduan::server
