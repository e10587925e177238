#pragma once
#include <cstdint>
#include <string>

#include "store/sqlite/database.h"

namespace panduan::store {

/// Brings the file to the newest schema, one transaction a migration. Throws Error{Unsupported} when a newer panduan wrote it.
void migrate(const Database& database);

/// The schema version this build writes.
std::int64_t newest_schema_version();

/// The full-text table of a workspace. Each workspace has its own, so that its statistics tell nothing of another.
std::string words_table(std::int64_t workspace);
void create_words_table(const Database& database, std::int64_t workspace);

}  // namespace panduan::store
