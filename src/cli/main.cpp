#include <fmt/format.h>

#include <cstdio>

#include "base/error.h"
#include "base/log.h"
#include "cli/commands.h"
#include "cli/signals.h"
#include "cli/terminal.h"
#include "documents/worker.h"

namespace {

using namespace panduan;
using namespace panduan::cli;

int run(const Session& session) {
  switch (session.arguments.command) {
    case Command::Add: return run_add(session);
    case Command::Sync: return run_sync(session);
    case Command::JobsList:
    case Command::JobsShow:
    case Command::JobsCancel:
    case Command::JobsRetry:
    case Command::JobsWait:
    case Command::JobsRun: return run_jobs(session);
    case Command::List: return run_list(session);
    case Command::Remove: return run_remove(session);
    case Command::Reindex: return run_reindex(session);
    case Command::Verify: return run_verify(session);
    case Command::Search: return run_search(session);
    case Command::Ask: return run_ask(session);
    case Command::Chat: return run_chat(session);
    case Command::ConversationsList:
    case Command::ConversationsShow:
    case Command::ConversationsRemove: return run_conversations(session);
    case Command::WorkspaceShow:
    case Command::WorkspaceSet:
    case Command::WorkspaceUnset: return run_workspace(session);
    case Command::Check: return run_check(session);
    case Command::Serve: return run_serve(session);
    case Command::ModelsList:
    case Command::ModelsPull:
    case Command::ModelsVerify:
    case Command::ModelsImport: return run_models(session);
    case Command::Eval: return run_eval(session);
    case Command::Doctor: return run_doctor(session);
    case Command::Completion: return run_completion(session);
  }
  return 70;
}

}  // namespace

int main(int argc, char** argv) {
  if (const auto code = documents::run_as_worker(argc, argv)) return *code;
  const Stopwatch running;
  const auto parsed = parse_arguments(argc, argv);
  if (!parsed.arguments) return parsed.exit_code;
  try {
    const Config config = load_config({.flags = parsed.arguments->settings, .file = parsed.arguments->config_file, .environment = {}});
    log::set_level(log::level_from_name(config.log_level));
    const int code = run({*parsed.arguments, config, watch_signals(), running});
    std::fflush(stdout);
    return code;
  } catch (const Error& error) {
    std::fflush(stdout);
    std::fputs(fmt::format("panduan: {}\n", printable(error.what())).c_str(), stderr);
    return error_mapping(error.kind()).exit_code;
  } catch (const std::exception& error) {
    std::fflush(stdout);
    std::fputs(fmt::format("panduan: unexpected: {}; please report it\n", printable(error.what())).c_str(), stderr);
    return error_mapping(ErrorKind::Internal).exit_code;
  }
}
