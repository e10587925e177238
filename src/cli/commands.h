#pragma once
#include <stop_token>

#include "base/clock.h"
#include "base/config.h"
#include "cli/arguments.h"

namespace panduan::cli {

/// One function a command: prints, and gives the exit code. Each throws Error for main to print.
struct Session {
  const Arguments& arguments;
  const Config& config;
  std::stop_token stop;
  Stopwatch running;  ///< since the program began
};

int run_add(const Session& session);
int run_sync(const Session& session);
int run_jobs(const Session& session);
int run_list(const Session& session);
int run_remove(const Session& session);
int run_reindex(const Session& session);
int run_verify(const Session& session);
int run_search(const Session& session);
int run_ask(const Session& session);
int run_chat(const Session& session);
int run_conversations(const Session& session);
int run_workspace(const Session& session);
int run_check(const Session& session);
int run_serve(const Session& session);
int run_models(const Session& session);
int run_eval(const Session& session);
int run_doctor(const Session& session);
int run_completion(const Session& session);

}  // namespace panduan::cli
