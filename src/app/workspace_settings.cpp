#include "app/workspace_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>

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

std::int64_t checked_number(const std::string& key, const std::string& value, std::int64_t min, std::int64_t max) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc{} || end != value.data() + value.size() || number < min || number > max)
    throw Error(ErrorKind::InvalidInput, fmt::format("the workspace's {} is '{}', expected a whole number from {} to {}", key, value, min, max));
  return number;
}

}  // namespace

WorkspaceSettings make_workspace_settings(const std::map<std::string, std::string>& kept, const Config& config) {
  WorkspaceSettings settings{.voice = {}, .chunk_tokens = config.chunk_tokens, .chunk_overlap = config.chunk_overlap};
  for (const auto& [key, value] : kept) {
    if (key == "role") {
      settings.voice.role = checked_text(key, value);
    } else if (key == "tone") {
      settings.voice.tone = checked_text(key, value);
    } else if (key == "chunk_tokens") {
      settings.chunk_tokens = checked_number(key, value, 32, 400);
      settings.own_chunk_tokens = true;
    } else if (key == "chunk_overlap") {
      settings.chunk_overlap = checked_number(key, value, 0, 200);
      settings.own_chunk_overlap = true;
    } else {
      throw Error(ErrorKind::InvalidInput, fmt::format("a workspace has no setting '{}', only role, tone, chunk_tokens and chunk_overlap", key));
    }
  }
  if (2 * settings.chunk_overlap > settings.chunk_tokens)
    throw Error(ErrorKind::InvalidInput, fmt::format("passages of {} tokens cannot overlap by {}: at most half of a passage may be the one before it",
                                                     settings.chunk_tokens, settings.chunk_overlap));
  return settings;
}

ingest::IngestOptions ingest_options(const WorkspaceSettings& settings, const Config& config) {
  return {.chunk_tokens = static_cast<std::size_t>(settings.chunk_tokens),
          .chunk_overlap = static_cast<std::size_t>(settings.chunk_overlap),
          .max_file_bytes = static_cast<std::uint64_t>(config.max_file_mb) << 20U};
}

}  // namespace panduan::app
