#include <fmt/format.h>

#include <cstdio>
#include <stop_token>
#include <thread>

#include "app/workbench.h"
#include "base/error.h"
#include "base/log.h"
#include "cli/commands.h"
#include "cli/terminal.h"
#include "server/serve.h"

namespace panduan::cli {
namespace {

/// Where the embedding model was changed, its vectors are made while questions are answered from those of before.
void index_what_is_not(app::Workbench& workbench, const std::stop_token& stop) {
  try {
    const auto summary = workbench.reindex(workbench.local_caller(), {}, stop);
    if (summary.reindexed > 0)
      log::info(fmt::format("[index] {} passages embedded by {}, which is searched now", summary.reindexed, workbench.readiness().embedding_model));
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::Cancelled && error.kind() != ErrorKind::Unavailable) log::warning(fmt::format("[index] {}", error.what()));
  }
}

}  // namespace

int run_serve(const Session& session) {
  const auto workbench = app::open_workbench(session.config);
  server::Server server(*workbench, session.config);
  const auto readiness = workbench->readiness();
  for (const std::string& problem : readiness.problems) fmt::print(stderr, "{} {}\n", styled("!", Style::Yellow), problem);
  fmt::print("panduan serves {} from {}\n", styled(fmt::format("http://{}:{}/", session.config.server_host, server.port()), Style::Bold),
             session.config.data_dir.string());
  fmt::print("Ctrl-C ends it when what runs is done; a second Ctrl-C ends it at once.\n");
  std::fflush(stdout);
  std::jthread indexing([&](const std::stop_token& stop) { index_what_is_not(*workbench, stop); });
  std::jthread jobs([&workbench](const std::stop_token& stop) { workbench->run_jobs(stop); });
  const std::stop_callback on_stop(session.stop, [&] {
    indexing.request_stop();
    jobs.request_stop();
  });
  server.run(session.stop);
  return 0;
}

}  // namespace panduan::cli
