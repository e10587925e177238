#pragma once
#include <gmock/gmock.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/testing/failure.h"
#include "documents/terms.h"
#include "identity/caller.h"
#include "ingest/find_files.h"
#include "ingest/ingester.h"
#include "llm/testing/hash_embedder.h"

namespace panduan::ingest {

namespace fs = std::filesystem;
using llm::testing::HashEmbedder;
using panduan::testing::failure_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// A store, a folder of files, and what adding them told.
class IngesterTest : public ::testing::Test {
 protected:
  fs::path write(const std::string& name, std::string_view text) {
    const fs::path path = root() / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  void move(const std::string& from, const std::string& to) {
    fs::create_directories((root() / to).parent_path());
    fs::rename(root() / from, root() / to);
  }
  AddSummary sync(const SyncOptions& how = {}, const std::stop_token& stop = {}) {
    results_.clear();
    return Ingester(*store_, embedder_, options_)
        .sync(caller_, root(), how,
              {.on_progress = {},
               .on_file =
                   [this](const FileResult& result) {
                     results_.push_back(result);
                     if (on_file_) on_file_();
                   }},
              stop);
  }
  void link(const std::string& name, const fs::path& target) { fs::create_symlink(target, root() / name); }
  /// Makes the file look changed, or not, whatever the clock of its file system can tell apart.
  static void touch(const fs::path& path, int seconds) { fs::last_write_time(path, fs::last_write_time(path) + std::chrono::seconds(seconds)); }

  AddSummary add(const std::vector<fs::path>& paths, const std::stop_token& stop = {}) {
    results_.clear();
    progress_.clear();
    return Ingester(*store_, embedder_, options_)
        .add(caller_, paths,
             {.on_progress = [this](const AddProgress& progress) { progress_.push_back(progress); },
              .on_file =
                  [this](const FileResult& result) {
                    results_.push_back(result);
                    if (on_file_) on_file_();
                  }},
             stop);
  }
  AddSummary reindex(const std::function<void(const AddProgress&)>& on_progress, const std::stop_token& stop = {}) {
    return Ingester(*store_, embedder_, options_).reindex(caller_, {.on_progress = on_progress, .on_file = {}}, stop);
  }
  FileResult add_bytes(const std::string& name, std::string bytes) {
    return Ingester(*store_, embedder_, options_).add_bytes(caller_, name, std::move(bytes), {}).at(0);
  }

  /// The sources of the documents that hold this word.
  std::vector<std::string> sources_with(const std::string& word) const {
    std::vector<std::string> sources;
    for (const auto& hit : store_->search_words(workspace_, documents::index_terms(word), 100))
      sources.push_back(store_->passage(workspace_, hit.chunk)->source);
    std::ranges::sort(sources);
    return sources;
  }
  std::vector<store::Document> stored() const { return store_->list_documents(workspace_, 100, "").documents; }
  std::vector<AddOutcome> outcomes() const {
    std::vector<AddOutcome> outcomes;
    for (const FileResult& result : results_) outcomes.push_back(result.outcome);
    return outcomes;
  }
  fs::path root() const { return fs::canonical(files_.path()); }

  TemporaryFolder data_;
  TemporaryFolder files_;
  std::unique_ptr<store::Store> store_ = store::open_sqlite_store(data_.path());
  store::WorkspaceId workspace_ = store_->workspace("default");
  identity::Caller caller_ = identity::local_caller(workspace_);
  HashEmbedder embedder_;
  IngestOptions options_;
  std::function<void()> on_file_;
  std::vector<FileResult> results_;
  std::vector<AddProgress> progress_;
};

}  // namespace panduan::ingest
