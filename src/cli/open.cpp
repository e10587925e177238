#include "cli/open.h"

#include "base/error.h"
#include "base/log.h"
#include "server/remote_workbench.h"

namespace panduan::cli {

std::unique_ptr<app::Workbench> open(const Config& config) {
  if (auto serving = open_serving(config)) return serving;
  return app::open_workbench(config);
}

std::unique_ptr<app::Workbench> open_serving(const Config& config) {
  if (!std::filesystem::exists(app::socket_path(config))) return nullptr;
  try {
    auto workbench = server::connect_workbench(config);
    workbench->readiness();  // the socket of a server that was killed is still there, and nobody answers
    return workbench;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::Unavailable) throw;
    log::debug(error.what());
    return nullptr;
  }
}

}  // namespace panduan::cli
