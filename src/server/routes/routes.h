#pragma once
#include <cstdint>

#include "app/workbench.h"
#include "server/router.h"

/// Every address of the server, one function and file per concern. The workbench must outlive the router.
namespace panduan::server {

void add_page_routes(Router& router);                                  ///< / and what the page loads
void add_health_routes(Router& router, app::Workbench& workbench);     ///< /healthz, /readyz
void add_query_routes(Router& router, app::Workbench& workbench);      ///< /api/v1/query
void add_search_routes(Router& router, app::Workbench& workbench);     ///< /api/v1/search
void add_conversation_routes(Router& router, app::Workbench& workbench);  ///< /api/v1/conversations
void add_workspace_routes(Router& router, app::Workbench& workbench);  ///< /api/v1/workspace
void add_check_routes(Router& router, app::Workbench& workbench);      ///< /api/v1/check
void add_document_routes(Router& router, app::Workbench& workbench);   ///< /api/v1/documents
void add_deletion_routes(Router& router, app::Workbench& workbench);   ///< /api/v1/deletions
void add_upload_routes(Router& router, app::Workbench& workbench, std::uint64_t max_bytes);  ///< /api/v1/upload
void add_job_routes(Router& router, app::Workbench& workbench);        ///< /api/v1/jobs
/// /local: what only the command line of the same user may do, through the Unix socket.
void add_local_routes(Router& router, app::Workbench& workbench, std::uint64_t max_bytes);

/// Bodies of JSON: a question and its conversation fit many times over.
inline constexpr std::uint64_t kMaxJsonBytes = 1U << 20U;

}  // namespace panduan::server
