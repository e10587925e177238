#include "app/long_work.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/error.h"

namespace panduan::app {
namespace {

using Json = nlohmann::json;

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};

std::string whole(const std::filesystem::path& path) { return std::filesystem::absolute(path).lexically_normal().string(); }

std::filesystem::path absolute_path(const std::string& path) {
  if (!path.starts_with('/')) throw Error(ErrorKind::InvalidInput, fmt::format("'{}' is not an absolute path", path));
  return path;
}

}  // namespace

std::string_view kind_of(const LongWork& work) {
  return std::visit(Overloaded{[](const AddWork&) { return "add"; }, [](const SyncWork&) { return "sync"; }, [](const UploadWork&) { return "upload"; },
                               [](const IndexWork&) { return "index"; }},
                    work);
}

std::string arguments_of(const LongWork& work) {
  const Json json = std::visit(
      Overloaded{[](const AddWork& add) {
                   Json paths = Json::array();
                   for (const auto& path : add.paths) paths.push_back(whole(path));
                   return Json{{"paths", std::move(paths)}};
                 },
                 [](const SyncWork& sync) { return Json{{"folder", whole(sync.folder)}, {"empties", sync.how.empties}, {"retries", sync.how.retries}}; },
                 [](const UploadWork& upload) { return Json{{"name", upload.name}}; }, [](const IndexWork&) { return Json::object(); }},
      work);
  try {
    return json.dump();
  } catch (const Json::exception&) {
    throw Error(ErrorKind::InvalidInput, "a file's name is not UTF-8: rename it, or do it at once instead of in the background");
  }
}

LongWork work_of(std::string_view kind, std::string_view arguments) {
  try {
    const Json json = Json::parse(arguments);
    if (kind == "add") {
      AddWork add;
      for (const auto& path : json.at("paths").get<std::vector<std::string>>()) add.paths.push_back(absolute_path(path));
      return add;
    }
    if (kind == "sync")
      return SyncWork{.folder = absolute_path(json.at("folder").get<std::string>()),
                      .how = {.empties = json.at("empties").get<bool>(), .retries = json.at("retries").get<bool>()}};
    if (kind == "index") return IndexWork{};
    if (kind == "upload") return UploadWork{.name = json.at("name").get<std::string>(), .bytes = {}};
  } catch (const Json::exception&) {
    throw Error(ErrorKind::InvalidInput, fmt::format("the arguments of the job are not those of '{}'", kind));
  }
  throw Error(ErrorKind::InvalidInput, fmt::format("there is no job of the kind '{}': expected add or sync", kind));
}

Json progress_json(const ingest::AddProgress& progress) {
  return {{"event", "progress"},
          {"files_done", progress.files_done},
          {"files_total", progress.files_total},
          {"bytes_done", progress.bytes_done},
          {"bytes_total", progress.bytes_total},
          {"file", progress.file},
          {"step", progress.step},
          {"chunks_done", progress.chunks_done},
          {"chunks_total", progress.chunks_total},
          {"pages_done", progress.pages_done},
          {"pages_total", progress.pages_total},
          {"tokens_done", progress.tokens_done},
          {"tokens_per_second", progress.tokens_per_second},
          {"seconds_left", progress.seconds_left < 0 ? Json(nullptr) : Json(progress.seconds_left)}};
}

Json summary_json(const ingest::AddSummary& summary) {
  return {{"event", "summary"},          {"added", summary.added},   {"updated", summary.updated},     {"unchanged", summary.unchanged},
          {"failed", summary.failed},    {"moved", summary.moved},   {"removed", summary.removed},     {"failed_before", summary.failed_before},
          {"chunks", summary.chunks},    {"tokens", summary.tokens}, {"reindexed", summary.reindexed}, {"total_ms", summary.total_ms},
          {"embed_ms", summary.embed_ms}};
}

std::string line_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

}  // namespace panduan::app
