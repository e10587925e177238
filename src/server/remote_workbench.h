#pragma once
#include <memory>

#include "app/workbench.h"
#include "base/config.h"

namespace panduan::server {

/// The workbench of the process that owns the data folder and serves on its Unix socket. Calls throw the Error that was thrown
/// there; Error{Unavailable} when that process goes away. What a Caller may do is checked here, and done there as the local user.
/// Throws Error{Unavailable} when nobody serves there.
std::unique_ptr<app::Workbench> connect_workbench(const Config& config);

}  // namespace panduan::server
