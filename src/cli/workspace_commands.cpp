#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/open.h"
#include "cli/print_json.h"
#include "cli/terminal.h"
#include "server/json.h"

// workspace show, set, unset
namespace panduan::cli {
namespace {

void print_setting(const std::string& key, const std::string& value, const app::WorkspaceSettings& settings) {
  fmt::print("{} {}{}\n", styled(fmt::format("{:<14}", key), Style::Cyan), value.empty() ? "–" : printable(value),
             settings.own.contains(key) ? styled(" (set here)", Style::Dim) : "");
}

}  // namespace

int run_workspace(const Session& session) {
  const auto workbench = open(session.config);
  const auto caller = workbench->local_caller();
  const auto& names = session.arguments.names;
  app::SettingChanges changes;
  if (session.arguments.command == Command::WorkspaceSet) changes[names.at(0)] = names.at(1);
  if (session.arguments.command == Command::WorkspaceUnset) {
    for (const auto& name : names) changes[name] = std::nullopt;
  }
  const auto settings = changes.empty() ? workbench->workspace_settings(caller) : workbench->change_workspace_settings(caller, changes);
  if (session.arguments.json) {
    print_json(server::to_json(settings));
    return 0;
  }
  print_setting("role", settings.voice.role, settings);
  print_setting("tone", settings.voice.tone, settings);
  print_setting("chunk_tokens", std::to_string(settings.chunk_tokens), settings);
  print_setting("chunk_overlap", std::to_string(settings.chunk_overlap), settings);
  if (settings.cut_otherwise > 0) {
    fmt::print("{}\n", styled(fmt::format("{} {} cut in another way: add {} again to cut {} like this.", settings.cut_otherwise,
                                          settings.cut_otherwise == 1 ? "document was" : "documents were", settings.cut_otherwise == 1 ? "it" : "them",
                                          settings.cut_otherwise == 1 ? "it" : "them"),
                              Style::Dim));
  }
  return 0;
}

}  // namespace panduan::cli
