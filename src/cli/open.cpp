#include "cli/open.h"

namespace panduan::cli {

std::unique_ptr<app::Workbench> open(const Config& config) { return app::open_workbench(config); }

}  // namespace panduan::cli
