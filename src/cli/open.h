#pragma once
#include <memory>
#include <string>

#include "app/workbench.h"

namespace panduan::cli {

/// The workbench of the process that serves this data folder, through its socket, or one in this process when none does.
std::unique_ptr<app::Workbench> open(const Config& config);

/// The first of the two; nullptr when no process serves.
std::unique_ptr<app::Workbench> open_serving(const Config& config);

/// Id of the conversation that was last spoken in. Throws Error{NotFound} when there is none.
std::string last_conversation(app::Workbench& workbench);

}  // namespace panduan::cli
