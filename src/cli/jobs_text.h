#pragma once
#include <string>
#include <vector>

#include "app/workbench.h"
#include "cli/commands.h"

namespace panduan::cli {

/// What it is done with: "/papers", "/a.pdf and 2 more".
std::string what_of(const store::Job& job);
/// How it stands: how far it is, what came of it, or why it failed or waits.
std::string standing_of(const store::Job& job);
/// One line for a person.
std::string line_of(const store::Job& job);

/// Exit code of one that is over, as of the same work done at once.
int exit_code_of(const store::Job& job);

/// Gives them to the process that serves, and says how to look at them. Throws Error{Unavailable} when none does.
int submit_jobs(const Session& session, const std::vector<app::LongWork>& works);

}  // namespace panduan::cli
