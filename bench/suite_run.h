#pragma once
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "app/evaluation.h"
#include "app/models.h"
#include "app/workbench.h"
#include "base/config.h"
#include "base/error.h"
#include "base/file.h"
#include "documents/worker.h"
#include "llm/chat_model.h"

/// What programs share that ask a model of their own about a suite of `panduan eval`.
namespace panduan::bench {

/// The suite's documents in a throw-away store, and the models of the configuration.
class SuiteRun {
 public:
  SuiteRun(const std::filesystem::path& suite, const std::filesystem::path& documents, std::size_t passages)
      : config_(with_store(store_.path())), workbench_(app::open_workbench(config_)), models_(config_), questions_(app::read_suite(suite)),
        passages_(passages) {
    workbench_->add(workbench_->local_caller(), {documents}, {}, {});
  }

  const std::vector<app::SuiteQuestion>& questions() const { return questions_; }
  llm::ChatModel& model() { return models_.chat(); }
  /// The best passages, without those of documents that are out of reach.
  std::vector<app::SearchHit> passages_for(const app::SuiteQuestion& question) {
    constexpr std::size_t kPassagesOfOne = 6;  // at most so many are of one document of such a suite
    auto hits = workbench_->search(workbench_->local_caller(), question.question, passages_ + question.without.size() * kPassagesOfOne, {});
    std::erase_if(hits,
                  [&](const app::SearchHit& hit) { return std::ranges::count(question.without, std::filesystem::path(hit.source).filename().string()) > 0; });
    if (hits.size() > passages_) hits.resize(passages_);
    return hits;
  }

 private:
  static Config with_store(const std::filesystem::path& folder) {
    Config config = load_config();
    config.data_dir = folder;
    return config;
  }

  TemporaryFolder store_;
  Config config_;
  std::unique_ptr<app::Workbench> workbench_;
  app::Models models_;
  std::vector<app::SuiteQuestion> questions_;
  std::size_t passages_;
};

/// NAME SUITE.jsonl DOCUMENTS [PASSAGES]
inline int main(std::string_view name, int argc, char** argv, std::size_t passages, const std::function<void(SuiteRun&)>& run) {
  if (const auto code = documents::run_as_worker(argc, argv)) return *code;
  try {
    if (argc < 3) throw Error(ErrorKind::InvalidInput, fmt::format("usage: {} SUITE.jsonl DOCUMENTS [PASSAGES]", name));
    if (argc > 3) std::from_chars(argv[3], argv[3] + std::string_view(argv[3]).size(), passages);
    SuiteRun suite(argv[1], argv[2], passages);
    run(suite);
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}: {}\n", name, error.what());
    return 1;
  }
  return 0;
}

}  // namespace panduan::bench
