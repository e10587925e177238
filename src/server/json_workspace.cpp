#include <set>
#include <string>

#include "server/detail/json_fields.h"
#include "server/json.h"

namespace panduan::server {
namespace {

Json or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

}  // namespace

Json to_json(const app::WorkspaceSettings& settings) {
  return {{"role", or_null(settings.voice.role)},
          {"tone", or_null(settings.voice.tone)},
          {"chunk_tokens", settings.chunk_tokens},
          {"chunk_overlap", settings.chunk_overlap},
          {"own", settings.own},
          {"cut_otherwise", settings.cut_otherwise}};
}

app::WorkspaceSettings workspace_settings_from_json(const Json& json) {
  return {.voice = {.role = optional_field<std::string>(json, "role").value_or(""), .tone = optional_field<std::string>(json, "tone").value_or("")},
          .chunk_tokens = field<std::int64_t>(json, "chunk_tokens"),
          .chunk_overlap = field<std::int64_t>(json, "chunk_overlap"),
          .own = field<std::set<std::string>>(json, "own"),
          .cut_otherwise = field<std::size_t>(json, "cut_otherwise")};
}

Json to_json(const app::SettingChanges& changes) {
  Json json = Json::object();
  for (const auto& [key, value] : changes) json[key] = value ? Json(*value) : Json(nullptr);
  return json;
}

app::SettingChanges setting_changes_from_json(const Json& json) {
  app::SettingChanges changes;
  for (const auto& [key, value] : json.items()) {
    if (value.is_null()) changes[key] = std::nullopt;
    else if (value.is_string()) changes[key] = value.get<std::string>();
    else if (value.is_number_integer()) changes[key] = std::to_string(value.get<std::int64_t>());
    else throw Error(ErrorKind::InvalidInput, "the workspace's " + key + " is neither text nor a whole number nor null");
  }
  return changes;
}

}  // namespace panduan::server
