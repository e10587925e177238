#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "app/models.h"
#include "base/error.h"
#include "base/file.h"
#include "base/sandbox.h"
#include "cli/commands.h"
#include "cli/open.h"
#include "cli/print_json.h"
#include "cli/terminal.h"
#include "documents/worker.h"

namespace panduan::cli {
namespace {

struct Finding {
  enum class Grade { Good, Warning, Bad } grade = Grade::Good;
  std::string what;
  std::string text;
};

using Grade = Finding::Grade;

void look_at_machine(const Config& config, std::vector<Finding>& findings) {
  const std::string missing = app::missing_cpu_feature();
  findings.push_back(missing.empty() ? Finding{Grade::Good, "cpu", fmt::format("has all that this build uses; embeddings by {}", app::bert_engine())}
                                     : Finding{Grade::Bad, "cpu", fmt::format("has no {}: use the portable build", missing)});
  const std::uint64_t memory = app::available_memory_bytes();
  findings.push_back(memory < 1'500'000'000 ? Finding{Grade::Warning, "memory",
                                                      fmt::format("{} free: close other programs, or choose the 0.5B model with --model", human_bytes(memory))}
                                            : Finding{Grade::Good, "memory", fmt::format("{} free", human_bytes(memory))});
  std::error_code ignored;
  std::filesystem::create_directories(config.data_dir, ignored);
  const std::uint64_t space = free_bytes(std::filesystem::exists(config.data_dir) ? config.data_dir : std::filesystem::path("/"));
  findings.push_back(space < 500'000'000 ? Finding{Grade::Warning, "disk",
                                                   fmt::format("{} free at {}: adding documents may fail", human_bytes(space), config.data_dir.string())}
                                         : Finding{Grade::Good, "disk", fmt::format("{} free at {}", human_bytes(space), config.data_dir.string())});
  const SandboxLayers sandbox = sandbox_support();
  findings.push_back(
      sandbox.system_calls
          ? Finding{sandbox.landlock > 0 ? Grade::Good : Grade::Warning, "sandbox", fmt::format("parsers of documents are confined by {}", sandbox.text())}
          : Finding{Grade::Bad, "sandbox", "this kernel cannot filter system calls, no document is read: use one with seccomp"});
  const std::string unread = documents::missing_for_pictures();
  findings.push_back(unread.empty() ? Finding{Grade::Good, "pictures", "scans and images are read by tesseract, in English and Chinese"}
                                    : Finding{Grade::Warning, "pictures", unread});
}

void look_at_models(const Config& config, std::vector<Finding>& findings) {
  const app::Models models(config);
  const auto missing = models.missing();
  for (const std::string& problem : missing) findings.push_back({Grade::Bad, "models", problem});
  if (missing.empty()) findings.push_back({Grade::Good, "models", fmt::format("{} and {}", models.chat_name(), models.embedding_name())});
}

void look_at_store(const Config& config, std::vector<Finding>& findings) {
  try {
    const auto workbench = open(config);
    const auto report = workbench->check(workbench->local_caller());
    for (const std::string& problem : report.problems) findings.push_back({Grade::Bad, "store", problem});
    if (report.problems.empty()) {
      findings.push_back({Grade::Good, "store",
                          fmt::format("is sound: {} documents, {} passages, {} vectors, {}", report.documents, report.chunks, report.vectors,
                                      human_bytes(report.bytes_on_disk))});
    }
  } catch (const Error& error) {
    findings.push_back({Grade::Bad, "store", error.what()});
  }
}

}  // namespace

int run_doctor(const Session& session) {
  std::vector<Finding> findings;
  look_at_machine(session.config, findings);
  look_at_models(session.config, findings);
  look_at_store(session.config, findings);
  bool well = true;
  for (const Finding& finding : findings) well = well && finding.grade != Grade::Bad;
  if (session.arguments.json) {
    nlohmann::ordered_json object{{"well", well}, {"findings", nlohmann::ordered_json::array()}, {"settings", nlohmann::ordered_json::object()}};
    for (const Finding& f : findings)
      object["findings"].push_back({{"what", f.what},
                                    {"grade", f.grade == Grade::Good      ? "good"
                                              : f.grade == Grade::Warning ? "warning"
                                                                          : "bad"},
                                    {"text", f.text}});
    for (const auto& setting : describe_settings()) {
      object["settings"][std::string(setting.key)] = {{"value", setting_value(session.config, setting.key)},
                                                      {"from", session.config.origins.at(std::string(setting.key))}};
    }
    print_json(object);
    return well ? 0 : 1;
  }
  for (const Finding& f : findings) {
    const std::string mark = f.grade == Grade::Good      ? styled("✓", Style::Green)
                             : f.grade == Grade::Warning ? styled("!", Style::Yellow)
                                                         : styled("✗", Style::Red);
    fmt::print("{} {:<10} {}\n", mark, f.what, printable(f.text));
  }
  fmt::print("\nSettings (flag, then PANDUAN_… in the environment, then the config file, then the default):\n");
  for (const auto& setting : describe_settings()) {
    const std::string key(setting.key);
    fmt::print("  {:<26} {}  {}\n", key, printable(setting_value(session.config, key)),
               styled(fmt::format("{} — {}", session.config.origins.at(key), setting.meaning), Style::Dim));
  }
  return well ? 0 : 1;
}

}  // namespace panduan::cli
