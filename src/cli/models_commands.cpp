#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "app/models.h"
#include "base/clock.h"
#include "base/error.h"
#include "cli/commands.h"
#include "cli/print_json.h"
#include "cli/terminal.h"
#include "llm/model_store.h"

// models list, pull, verify, import
namespace panduan::cli {
namespace {

const llm::ModelEntry& require_entry(const std::string& name) {
  if (const auto* entry = llm::find_model(name)) return *entry;
  throw Error(
      ErrorKind::NotFound,
      fmt::format("the catalogue has no model '{}': 'panduan models list' shows what it has; a file of your own comes in with 'panduan models import FILE'",
                  name));
}

/// Shows a pull on the status line, with the rate and the time left; on a plain output a line for each step.
class PullPrinter {
 public:
  explicit PullPrinter(std::string name) : name_(std::move(name)) {}
  void operator()(const llm::PullProgress& p) {
    if (p.step != step_) {
      step_ = p.step;
      watch_.restart();
      first_bytes_ = p.bytes;
    }
    std::string text = fmt::format("{}: {}", name_, p.step);
    if (p.total_bytes > 0) text += fmt::format("  {} of {}", human_bytes(p.bytes), human_bytes(p.total_bytes));
    const double seconds = watch_.elapsed_ms() / 1000;
    if (seconds > 1 && p.bytes > first_bytes_) {
      const double rate = static_cast<double>(p.bytes - first_bytes_) / seconds;
      text += fmt::format(", {}/s, {} left", human_bytes(static_cast<std::uint64_t>(rate)),
                          human_duration(static_cast<double>(p.total_bytes - p.bytes) / rate * 1000));
    }
    status_.set(text);
  }

 private:
  std::string name_;
  std::string step_;
  Stopwatch watch_;
  std::uint64_t first_bytes_ = 0;
  StatusLine status_;
};

std::string task_name(llm::ModelTask task) { return task == llm::ModelTask::Chat ? "chat" : "embedding"; }

int list_models(const Session& session) {
  const llm::ModelStore store(session.config.models_dir);
  const app::Models models(session.config);
  const std::string chat = models.chat_name();
  const std::string embedding = models.embedding_name();
  for (const auto& model : llm::model_catalogue()) {
    const bool installed = store.find(model.name).has_value();
    const bool in_use = llm::find_model(chat) == &model || llm::find_model(embedding) == &model;
    if (session.arguments.json) {
      print_json({{"name", model.name},
                  {"task", task_name(model.task)},
                  {"licence", model.licence},
                  {"bytes", model.bytes},
                  {"sha256", model.sha256},
                  {"installed", installed},
                  {"in_use", in_use},
                  {"description", model.description}});
      continue;
    }
    fmt::print("{} {:<40} {:<10} {:>8}  {:<11} {}\n", installed ? styled("●", Style::Green) : styled("○", Style::Dim), model.name, task_name(model.task),
               human_bytes(model.bytes), model.licence, styled(model.description + (in_use ? " (in use)" : ""), Style::Dim));
  }
  for (const auto& model : store.list()) {
    if (model.in_catalogue) continue;
    if (session.arguments.json) print_json({{"name", model.name}, {"bytes", model.bytes}, {"installed", true}, {"path", model.path.string()}});
    else fmt::print("{} {:<40} {:<10} {:>8}\n", styled("●", Style::Green), model.name, "own", human_bytes(model.bytes));
  }
  if (!session.arguments.json)
    fmt::print("{} installed  {} not installed; 'panduan models pull NAME' fetches one\n", styled("●", Style::Green), styled("○", Style::Dim));
  return 0;
}

int pull_models(const Session& session) {
  std::vector<std::string> names = session.arguments.names;
  if (names.empty()) names = {session.config.embedding_model, app::Models(session.config).chat_name_to_pull()};
  llm::ModelStore store(session.config.models_dir);
  for (const std::string& name : names) {
    const auto& entry = require_entry(name);
    const bool was_there = store.find(entry.name).has_value();
    {
      PullPrinter printer(entry.name);
      store.pull(entry, std::ref(printer), session.stop);
    }
    fmt::print("{} {} ({}, SHA-256 {}…)\n", styled(was_there ? "there  " : "fetched", Style::Green), entry.name, human_bytes(entry.bytes),
               entry.sha256.substr(0, 12));
    std::fflush(stdout);
  }
  return 0;
}

int verify_models(const Session& session) {
  const llm::ModelStore store(session.config.models_dir);
  std::vector<std::string> names = session.arguments.names;
  if (names.empty()) {
    for (const auto& model : store.list()) {
      if (model.in_catalogue) names.push_back(model.name);
    }
  }
  if (names.empty()) fmt::print("No model of the catalogue is installed: 'panduan models pull' fetches the default ones.\n");
  for (const std::string& name : names) {
    const auto& entry = require_entry(name);
    {
      PullPrinter printer(entry.name);
      store.verify(entry, std::ref(printer), session.stop);
    }
    fmt::print("{} {} {}\n", styled("good", Style::Green), entry.name, entry.sha256);
  }
  return 0;
}

int import_models(const Session& session) {
  llm::ModelStore store(session.config.models_dir);
  for (const std::string& file : session.arguments.names) {
    llm::InstalledModel model;
    {
      PullPrinter printer(file);
      model = store.import(file, std::ref(printer), session.stop);
    }
    fmt::print("{} {} ({})\n", styled("imported", Style::Green), model.name, human_bytes(model.bytes));
  }
  return 0;
}

}  // namespace

int run_models(const Session& session) {
  switch (session.arguments.command) {
    case Command::ModelsPull: return pull_models(session);
    case Command::ModelsVerify: return verify_models(session);
    case Command::ModelsImport: return import_models(session);
    default: return list_models(session);
  }
}

}  // namespace panduan::cli
