#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "server/multipart.h"
#include "server/routes/json_reply.h"
#include "server/routes/routes.h"

namespace panduan::server {
namespace {

constexpr std::size_t kMaxKeyBytes = 255;

struct UploadedFile {
  std::string name;
  std::string_view bytes;
};

std::vector<UploadedFile> files_of(const Request& request) {
  std::vector<UploadedFile> files;
  if (media_type_of(request.header("content-type")) == "multipart/form-data") {
    for (const auto& part : parse_form(request.header("content-type"), request.body)) {
      if (!part.file_name.empty()) files.push_back({document_name(part.file_name), part.bytes});
    }
    if (files.empty()) throw Error(ErrorKind::InvalidInput, "the form has no file in it");
    return files;
  }
  const auto name = request.query.find("name");
  if (name == request.query.end()) throw Error(ErrorKind::InvalidInput, "send multipart/form-data, or the file's bytes as the body and its name as ?name=");
  files.push_back({document_name(name->second), request.body});
  return files;
}

/// Of the files, not of the body: a form that is sent again has another boundary.
Sha256 fingerprint(const std::vector<UploadedFile>& files, bool in_background) {
  Sha256Hasher hasher;
  if (in_background) hasher.update("in the background ");
  for (const auto& file : files) {
    hasher.update(fmt::format("{} {} ", file.name.size(), file.bytes.size()));
    hasher.update(file.name);
    hasher.update(file.bytes);
  }
  return hasher.finish();
}

std::string idempotency_key(const Request& request) {
  const std::string key(request.header("idempotency-key"));
  if (key.size() > kMaxKeyBytes) throw Error(ErrorKind::InvalidInput, fmt::format("the Idempotency-Key has more than {} bytes", kMaxKeyBytes));
  return key;
}

/// What came of a file, or of each that it holds.
void add_file(app::Workbench& workbench, const identity::Caller& caller, const UploadedFile& file, const std::stop_token& stop, Json& results, bool& failed) {
  try {
    for (const auto& result : workbench.upload(caller, file.name, std::string(file.bytes), stop)) {
      failed = failed || result.outcome == ingest::AddOutcome::Failed;
      results.push_back(to_json(result));
    }
  } catch (const Error& error) {
    // One bad file is its own result; what ends the whole request, or would meet every file alike, is not.
    constexpr std::array kOfAll{ErrorKind::Cancelled, ErrorKind::Forbidden, ErrorKind::NoSpace, ErrorKind::Unavailable, ErrorKind::Internal};
    if (std::ranges::find(kOfAll, error.kind()) != kOfAll.end()) throw;
    failed = true;
    Json result = to_json(ingest::FileResult{.source = file.name, .outcome = ingest::AddOutcome::Failed, .reason = error.what(), .document = {}});
    result["problem"] = problem_json(error);
    results.push_back(std::move(result));
  }
}

/// RFC 7240: a list of preferences, over one header or several, each with parameters that say nothing here.
bool prefers_background(const Request& request) {
  const std::string header = lower_ascii(request.header("prefer"));
  for (std::string_view rest = header; !rest.empty();) {
    const std::size_t end = std::min(rest.find(','), rest.size());
    const std::string_view preference = trim_ascii(rest.substr(0, std::min(rest.find(';'), end)));
    if (preference == "respond-async") return true;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return false;
}

/// Each file is a job of its own. All of them, or none.
std::string submit_all(app::Workbench& workbench, const identity::Caller& caller, const Request& request, const std::vector<UploadedFile>& files) {
  const auto name = request.query.find("priority");
  const auto priority = name == request.query.end() ? store::JobPriority::Normal : priority_from_name(name->second);
  std::vector<store::Job> submitted;
  try {
    for (const auto& file : files)
      submitted.push_back(workbench.submit(caller, app::UploadWork{.name = file.name, .bytes = std::string(file.bytes)}, priority));
  } catch (const Error&) {
    for (const auto& job : submitted) workbench.cancel_job(caller, job.id);
    throw;
  }
  Json jobs = Json::array();
  for (const auto& job : submitted) jobs.push_back(to_json(job));
  return to_text({{"jobs", std::move(jobs)}});
}

/// 202 with where to look: at the job, or where there are several at their list.
Response accepted(std::string body) {
  const Json jobs = parse_json(body).at("jobs");
  const std::string location = jobs.size() == 1 ? "/api/v1/jobs/" + field<std::string>(jobs.at(0), "id") : "/api/v1/jobs";
  return {.status = 202,
          .content_type = "application/json",
          .body = std::move(body),
          .headers = {{"Location", location}, {"Preference-Applied", "respond-async"}, {"Vary", "Prefer"}}};
}

void upload(app::Workbench& workbench, const Request& request, Reply& reply, const std::stop_token& stop) {
  const auto caller = workbench.local_caller();
  const std::vector<UploadedFile> files = files_of(request);
  const std::string key = idempotency_key(request);
  const bool in_background = prefers_background(request);
  const Sha256 hash = key.empty() ? Sha256{} : fingerprint(files, in_background);
  if (!key.empty()) {
    if (auto kept = workbench.kept_response(caller, key, hash)) {
      Response again = in_background ? accepted(std::move(*kept)) : Response{.content_type = "application/json", .body = std::move(*kept)};
      again.headers.emplace_back("Idempotent-Replay", "true");
      reply.send(std::move(again));
      return;
    }
  }
  if (in_background) {
    std::string body = submit_all(workbench, caller, request, files);
    if (!key.empty()) workbench.keep_response(caller, key, hash, body);
    reply.send(accepted(std::move(body)));
    return;
  }
  Json results = Json::array();
  bool failed = false;
  for (const auto& file : files) add_file(workbench, caller, file, stop, results, failed);
  const std::string body = to_text({{"files", std::move(results)}});
  // A failure is not kept: what was missing may be there the next time.
  if (!key.empty() && !failed) workbench.keep_response(caller, key, hash, body);
  reply.send({.content_type = "application/json", .body = body});
}

}  // namespace

void add_upload_routes(Router& router, app::Workbench& workbench, std::uint64_t max_bytes) {
  router.add({.method = "POST",
              .pattern = "/api/v1/upload",
              .lane = Lane::Long,
              .max_body_bytes = max_bytes,
              .handler = [&workbench](const Request& request, Reply& reply, const std::stop_token& stop) { upload(workbench, request, reply, stop); }});
}

}  // namespace panduan::server
