#include "ingest/find_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/error.h"
#include "base/file.h"
#include "documents/container.h"
#include "documents/loader.h"
#include "ingest/ignore_rules.h"

namespace panduan::ingest {
namespace {

namespace fs = std::filesystem;

constexpr std::array kIgnoreFiles{".gitignore", ".panduanignore"};  // where they contradict each other, the second decides
constexpr std::uint64_t kMaxIgnoreFileBytes = 1U << 20U;

bool is_hidden(const fs::path& path) { return path.filename().string().starts_with('.'); }

class Walk {
 public:
  explicit Walk(fs::path root) : root_(std::move(root)) {}

  void run() {
    std::error_code error;
    const fs::directory_iterator may_be_read(root_, error);
    if (error) throw error_from_errno(error.value(), fmt::format("cannot read the folder '{}'", root_.string()));
    enter(root_);
  }

  std::set<fs::path> files;
  std::vector<Refused> refused;

 private:
  struct Rules {
    fs::path folder;
    IgnoreRules rules;
  };

  void enter(const fs::path& folder) {
    const std::size_t outer_rules = rules_.size();
    read_rules(folder);
    std::error_code error;
    fs::directory_iterator entry(folder, error);
    for (const fs::directory_iterator end; !error && entry != end; entry.increment(error)) visit(*entry);
    if (error) refused.push_back({.path = folder, .reason = fmt::format("the folder cannot be read ({})", error.message())});
    rules_.erase(rules_.begin() + static_cast<std::ptrdiff_t>(outer_rules), rules_.end());
  }

  void read_rules(const fs::path& folder) {
    for (const char* name : kIgnoreFiles) {
      std::error_code error;
      if (!fs::is_regular_file(folder / name, error)) continue;
      try {
        IgnoreRules rules(read_file(folder / name, kMaxIgnoreFileBytes));
        if (!rules.empty()) rules_.push_back({.folder = folder, .rules = std::move(rules)});
      } catch (const Error& unreadable) {
        refused.push_back({.path = folder / name, .reason = unreadable.what()});
      }
    }
  }

  bool is_ignored(const fs::path& path, bool is_folder) const {
    for (auto rules = rules_.rbegin(); rules != rules_.rend(); ++rules) {
      if (const auto said = rules->rules.says(path.lexically_relative(rules->folder).string(), is_folder)) return *said;
    }
    return false;
  }

  void visit(const fs::directory_entry& entry) {
    const fs::path& path = entry.path();
    std::error_code error;
    const bool is_link = entry.is_symlink(error);
    const bool is_folder = !is_link && entry.is_directory(error);
    if (is_hidden(path) || (!rules_.empty() && is_ignored(path, is_folder))) return;
    if (is_folder) return enter(path);
    if (!(documents::has_known_ending(path) || documents::has_container_ending(path)) || !entry.is_regular_file(error)) return;
    if (is_link && leads_out(path)) {
      refused.push_back({.path = path, .reason = "it is a link that leads out of the folder: add the file that it points to itself"});
      return;
    }
    files.insert(path);
  }

  bool leads_out(const fs::path& link) const {
    std::error_code error;
    const fs::path target = fs::canonical(link, error);
    return error || std::mismatch(root_.begin(), root_.end(), target.begin(), target.end()).first != root_.end();
  }

  fs::path root_;
  std::vector<Rules> rules_;  ///< of the folders that are open, the deepest last
};

}  // namespace

FoundFiles find_files(const std::vector<fs::path>& paths) {
  std::set<fs::path> files;
  FoundFiles found;
  for (const fs::path& path : paths) {
    std::error_code error;
    const fs::path whole = fs::canonical(path, error);
    if (error) throw error_from_errno(error.value(), fmt::format("cannot add '{}'", path.string()));
    if (!fs::is_directory(whole)) {
      files.insert(whole);
      continue;
    }
    Walk walk(whole);
    walk.run();
    files.merge(walk.files);
    found.refused.insert(found.refused.end(), walk.refused.begin(), walk.refused.end());
  }
  found.files.assign(files.begin(), files.end());
  std::ranges::sort(found.refused, {}, &Refused::path);
  return found;
}

}  // namespace panduan::ingest
