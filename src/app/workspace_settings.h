#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "base/config.h"
#include "ingest/ingester.h"
#include "rag/question.h"

namespace panduan::app {

/// What a workspace may set, as key and value: "role", "tone", "chunk_tokens", "chunk_overlap". Without a value the key is taken out.
using SettingChanges = std::map<std::string, std::optional<std::string>>;

/// How a workspace wants its documents cut and its answers worded; where it sets nothing, the configuration holds.
struct WorkspaceSettings {
  rag::Voice voice;
  std::int64_t chunk_tokens = 0;
  std::int64_t chunk_overlap = 0;
  std::set<std::string> own;      ///< the keys that the workspace set
  std::size_t cut_otherwise = 0;  ///< documents that were cut in another way, and will be cut anew when they are added again
};

/// From what the store keeps. Throws Error{InvalidInput} for an unknown key or a value out of its range, which says what was expected.
WorkspaceSettings make_workspace_settings(const std::map<std::string, std::string>& kept, const Config& config);

/// Throws Error{InvalidInput} when passages would overlap by more than half.
ingest::IngestOptions ingest_options(const WorkspaceSettings& settings, const Config& config);

}  // namespace panduan::app
