#pragma once
#include <memory>

#include "app/workbench.h"

namespace panduan::cli {

/// The workbench of the process that serves this data folder, through its socket, or one in this process when none does.
std::unique_ptr<app::Workbench> open(const Config& config);

}  // namespace panduan::cli
