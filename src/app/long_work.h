#pragma once
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "ingest/ingester.h"
#include "ingest/progress.h"

namespace panduan::app {

/// Work that takes long, as it is asked for: at once, or in the background as a job. Paths are absolute.
struct AddWork {
  std::vector<std::filesystem::path> paths;
};
struct SyncWork {
  std::filesystem::path folder;
  ingest::SyncOptions how = {};
};
struct UploadWork {
  std::string name;
  std::string bytes;  ///< not part of the job's arguments
};
/// What the present embedding model has not embedded yet.
struct IndexWork {};
using LongWork = std::variant<AddWork, SyncWork, UploadWork, IndexWork>;

/// "add", "sync", "upload" or "index"
std::string_view kind_of(const LongWork& work);
/// The job's arguments, JSON: {"paths": […]}, {"folder", "empties", "retries"}, {"name"} or {}. Throws Error{InvalidInput} for a name that is not UTF-8, which
/// JSON cannot hold.
std::string arguments_of(const LongWork& work);
/// The work that has this kind and these arguments. Throws Error{InvalidInput}.
LongWork work_of(std::string_view kind, std::string_view arguments);

/// A job's progress and result; also what an `add` streams to whoever waits for it.
nlohmann::json progress_json(const ingest::AddProgress& progress);
nlohmann::json summary_json(const ingest::AddSummary& summary);
/// One line. Bytes that are not UTF-8 become U+FFFD.
std::string line_of(const nlohmann::json& json);

}  // namespace panduan::app
