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
Sha256 fingerprint(const std::vector<UploadedFile>& files) {
  Sha256Hasher hasher;
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

void upload(app::Workbench& workbench, const Request& request, Reply& reply, const std::stop_token& stop) {
  const auto caller = workbench.local_caller();
  const std::vector<UploadedFile> files = files_of(request);
  const std::string key = idempotency_key(request);
  const Sha256 hash = key.empty() ? Sha256{} : fingerprint(files);
  if (!key.empty()) {
    if (auto kept = workbench.kept_response(caller, key, hash)) {
      reply.send({.content_type = "application/json", .body = std::move(*kept), .headers = {{"Idempotent-Replay", "true"}}});
      return;
    }
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
