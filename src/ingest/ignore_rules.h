#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace panduan::ingest {

/// The patterns of one ignore file, with the meaning that gitignore(5) gives them. Paths are relative to the folder that the file stands in, "a/b.txt".
class IgnoreRules {
 public:
  explicit IgnoreRules(std::string_view file);

  /// What the last pattern that fits says: true for left out, false for taken in again ("!pattern"); nullopt when none fits.
  std::optional<bool> says(std::string_view path, bool is_folder) const;

  bool empty() const { return patterns_.empty(); }

 private:
  struct Pattern {
    std::vector<std::string> segments;  ///< between slashes; "**" stands for any number of folders
    bool takes_in = false;
    bool only_folders = false;
  };
  void add(std::string_view line);

  std::vector<Pattern> patterns_;
};

}  // namespace panduan::ingest
