#include "ingest/ignore_rules.h"

#include <fnmatch.h>

#include <span>

namespace panduan::ingest {
namespace {

constexpr std::string_view kAnyFolders = "**";

std::vector<std::string> split(std::string_view path) {
  std::vector<std::string> segments;
  while (true) {
    const std::size_t slash = path.find('/');
    segments.emplace_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return segments;
    path.remove_prefix(slash + 1);
  }
}

/// White space at the end of a line counts only behind a backslash.
std::string_view without_trailing_spaces(std::string_view line) {
  while (line.ends_with(' ') && !line.ends_with("\\ ")) line.remove_suffix(1);
  return line;
}

bool segment_fits(const std::string& pattern, const std::string& name) { return ::fnmatch(pattern.c_str(), name.c_str(), 0) == 0; }

/// Row by row over the pattern, so that no choice of patterns takes more than the product of both lengths. fits[j]: the pattern so far fits the first j names.
bool path_fits(std::span<const std::string> pattern, std::span<const std::string> names) {
  std::vector<char> fits(names.size() + 1, 0);
  fits[0] = 1;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    std::vector<char> next(names.size() + 1, 0);
    if (pattern[i] == kAnyFolders) {
      // At the end it stands for all that is inside, so for at least one name.
      bool reached = false;
      for (std::size_t j = 0; j <= names.size(); ++j) {
        const bool before = reached;
        reached = reached || fits[j] != 0;
        next[j] = (i + 1 == pattern.size() ? before : reached) ? 1 : 0;
      }
    } else {
      for (std::size_t j = 1; j <= names.size(); ++j) next[j] = fits[j - 1] != 0 && segment_fits(pattern[i], names[j - 1]) ? 1 : 0;
    }
    fits = std::move(next);
  }
  return fits[names.size()] != 0;
}

}  // namespace

IgnoreRules::IgnoreRules(std::string_view file) {
  if (file.starts_with("\xEF\xBB\xBF")) file.remove_prefix(3);
  while (!file.empty()) {
    const std::size_t end = file.find('\n');
    std::string_view line = file.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    add(line);
    file.remove_prefix(end == std::string_view::npos ? file.size() : end + 1);
  }
}

void IgnoreRules::add(std::string_view line) {
  line = without_trailing_spaces(line);
  if (line.empty() || line.starts_with('#')) return;
  Pattern pattern;
  if (line.starts_with('!')) {
    pattern.takes_in = true;
    line.remove_prefix(1);
  }
  if (line.ends_with('/')) {
    pattern.only_folders = true;
    line.remove_suffix(1);
  }
  const bool is_anchored = line.find('/') != std::string_view::npos;
  if (line.starts_with('/')) line.remove_prefix(1);
  if (line.empty()) return;
  if (!is_anchored) pattern.segments.emplace_back(kAnyFolders);
  for (std::string& segment : split(line)) pattern.segments.push_back(std::move(segment));
  patterns_.push_back(std::move(pattern));
}

std::optional<bool> IgnoreRules::says(std::string_view path, bool is_folder) const {
  const std::vector<std::string> names = split(path);
  for (auto pattern = patterns_.rbegin(); pattern != patterns_.rend(); ++pattern) {
    if (pattern->only_folders && !is_folder) continue;
    if (path_fits(pattern->segments, names)) return !pattern->takes_in;
  }
  return std::nullopt;
}

}  // namespace panduan::ingest
