#include <fmt/format.h>

#include <cstdio>
#include <thread>

#include "app/workbench.h"
#include "cli/commands.h"
#include "cli/terminal.h"
#include "server/serve.h"

namespace panduan::cli {
int run_serve(const Session& session) {
  const auto workbench = app::open_workbench(session.config);
  server::Server server(*workbench, session.config);
  const auto readiness = workbench->readiness();
  for (const std::string& problem : readiness.problems) fmt::print(stderr, "{} {}\n", styled("!", Style::Yellow), problem);
  fmt::print("panduan serves {} from {}\n", styled(fmt::format("http://{}:{}/", session.config.server_host, server.port()), Style::Bold),
             session.config.data_dir.string());
  fmt::print("Ctrl-C ends it when what runs is done; a second Ctrl-C ends it at once.\n");
  std::fflush(stdout);
  std::jthread jobs([&workbench](const std::stop_token& stop) { workbench->run_jobs(stop); });
  const std::stop_callback on_stop(session.stop, [&jobs] { jobs.request_stop(); });
  server.run(session.stop);
  return 0;
}

}  // namespace panduan::cli
