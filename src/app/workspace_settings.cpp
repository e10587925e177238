#include "app/workspace_settings.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/unicode.h"

namespace panduan::app {
namespace {

constexpr std::size_t kMostCharacters = 300;  // of a role or tone: the model reads it with each answer

std::string checked_text(const std::string& key, const std::string& value) {
  if (!is_valid_utf8(value)) throw Error(ErrorKind::InvalidInput, fmt::format("the workspace's {} is not UTF-8", key));
  if (std::ranges::any_of(value, [](char c) { return static_cast<unsigned char>(c) < 0x20; }))
    throw Error(ErrorKind::InvalidInput, fmt::format("the workspace's {} must be one line", key));
  if (count_characters(value) > kMostCharacters)
    throw Error(ErrorKind::InvalidInput, fmt::format("the workspace's {} has {} characters, the limit is {}", key, count_characters(value), kMostCharacters));
  return value;
}

documents::Pictures pictures_of(const Config& config) {
  if (config.pictures == "none") return documents::Pictures::None;
  return config.pictures == "pages" ? documents::Pictures::Pages : documents::Pictures::All;
}

}  // namespace

WorkspaceSettings make_workspace_settings(const std::map<std::string, std::string>& kept, const Config& config) {
  Config with_own = config;
  WorkspaceSettings settings;
  for (const auto& [key, value] : kept) {
    if (key == "role") settings.voice.role = checked_text(key, value);
    else if (key == "tone") settings.voice.tone = checked_text(key, value);
    else if (key == "chunk_tokens" || key == "chunk_overlap") set_setting(with_own, "documents." + key, value, "workspace");
    else throw Error(ErrorKind::InvalidInput, fmt::format("a workspace has no setting '{}', only role, tone, chunk_tokens and chunk_overlap", key));
    settings.own.insert(key);
  }
  settings.chunk_tokens = with_own.chunk_tokens;
  settings.chunk_overlap = with_own.chunk_overlap;
  return settings;
}

ingest::IngestOptions ingest_options(const WorkspaceSettings& settings, const Config& config) {
  if (2 * settings.chunk_overlap > settings.chunk_tokens)
    throw Error(ErrorKind::InvalidInput, fmt::format("passages of {} tokens cannot overlap by {}: at most half of a passage may be the one before it",
                                                     settings.chunk_tokens, settings.chunk_overlap));
  return {.chunk_tokens = static_cast<std::size_t>(settings.chunk_tokens),
          .chunk_overlap = static_cast<std::size_t>(settings.chunk_overlap),
          .max_file_bytes = static_cast<std::uint64_t>(config.max_file_mb) << 20U,
          .pictures = pictures_of(config)};
}

}  // namespace panduan::app
