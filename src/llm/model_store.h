#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "llm/model_catalogue.h"

namespace panduan::llm {

struct PullProgress {
  std::string step;  ///< "downloading part 3 of 22", "checking", "converting"
  std::uint64_t bytes = 0;
  std::uint64_t total_bytes = 0;
};
using PullProgressSink = std::function<void(const PullProgress&)>;

struct InstalledModel {
  std::string name;   ///< the catalogue's, or the file's for a model of one's own
  std::filesystem::path path;
  std::uint64_t bytes = 0;
  bool in_catalogue = false;
};

/// Model files in one folder, and the only way they get there: whichever source answers, the hash decides.
/// Partial downloads stay in `.partial/` and are resumed. Two processes may pull at once: one waits for the other.
class ModelStore {
 public:
  explicit ModelStore(std::filesystem::path folder);

  std::vector<InstalledModel> list() const;
  /// The file of a model that is installed, by catalogue name, alias or path; nullopt when it is not there.
  std::optional<std::filesystem::path> find(const std::string& name_or_path) const;
  /// Makes the model be there. Throws Error: NotFound (no such name), Unavailable (no source answered; each with its reason),
  /// Corrupt (the hash differs), NoSpace (checked before it starts), Cancelled.
  std::filesystem::path pull(const ModelEntry& model, const PullProgressSink& progress, const std::stop_token& stop);
  /// Reads the whole file and compares. Throws Error{Corrupt} that says both hashes, NotFound when it is not installed.
  void verify(const ModelEntry& model, const PullProgressSink& progress, const std::stop_token& stop) const;
  /// Brings a local file in: a GGUF, or the e5 blob that is converted. A file whose hash is in the catalogue gets its name;
  /// another GGUF is copied under its own. Throws Error{Corrupt} when it is neither.
  InstalledModel import(const std::filesystem::path& file, const PullProgressSink& progress, const std::stop_token& stop);

 private:
  std::filesystem::path folder_;
};

}  // namespace panduan::llm
