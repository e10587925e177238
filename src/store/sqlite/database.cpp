#include "store/sqlite/database.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"

namespace panduan::store {
namespace {

[[noreturn]] void fail(sqlite3* database, int code, std::string_view doing) {
  const std::string reason = database == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(database);
  switch (code & 0xFF) {
    case SQLITE_FULL: throw Error(ErrorKind::NoSpace, "the disk is full: nothing of this step was stored; free some space and run the command again");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      throw Error(ErrorKind::Corrupt,
                  fmt::format("the store is damaged ({}): run 'panduan doctor', and restore it from a backup or add the documents again", reason));
    case SQLITE_BUSY:
    case SQLITE_LOCKED: throw Error(ErrorKind::Busy, "another process holds the store: try again when it is done");
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_READONLY: throw Error(ErrorKind::Forbidden, fmt::format("the store cannot be opened for writing ({}): check the rights of its folder", reason));
    case SQLITE_IOERR:
      throw Error(ErrorKind::NoSpace, fmt::format("the disk refused ({}): nothing of this step was stored; check its space and health", reason));
    case SQLITE_TOOBIG: throw Error(ErrorKind::TooLarge, "the document is too large to be stored (SQLite takes 1,000,000,000 bytes at once)");
    default: throw Error(ErrorKind::Internal, fmt::format("[store] {}: {} ({})", doing, reason, code));
  }
}

}  // namespace

Statement::Statement(sqlite3* database, std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v2(database, sql.data(), static_cast<int>(sql.size()), &statement, nullptr);
  if (code != SQLITE_OK) fail(database, code, sql);
  statement_.reset(statement);
}

int Statement::next_parameter() { return ++parameter_; }

Statement& Statement::bind(std::int64_t value) {
  sqlite3_bind_int64(statement_.get(), next_parameter(), value);
  return *this;
}

Statement& Statement::bind(std::string_view text) {
  // An empty view may have no data; SQLite would bind NULL.
  sqlite3_bind_text64(statement_.get(), next_parameter(), text.empty() ? "" : text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  return *this;
}

Statement& Statement::bind(double value) {
  sqlite3_bind_double(statement_.get(), next_parameter(), value);
  return *this;
}

Statement& Statement::bind_blob(std::span<const unsigned char> bytes) {
  sqlite3_bind_blob64(statement_.get(), next_parameter(), bytes.empty() ? reinterpret_cast<const unsigned char*>("") : bytes.data(), bytes.size(),
                      SQLITE_TRANSIENT);
  return *this;
}

Statement& Statement::bind_null() {
  sqlite3_bind_null(statement_.get(), next_parameter());
  return *this;
}

bool Statement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) fail(sqlite3_db_handle(statement_.get()), code, sqlite3_sql(statement_.get()));
  return false;
}

void Statement::run() {
  while (step()) {
  }
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
  parameter_ = 0;
}

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_.get(), column); }
double Statement::real(int column) const { return sqlite3_column_double(statement_.get(), column); }

std::string Statement::text(int column) const { return std::string(view(column)); }

std::string_view Statement::view(int column) const {
  const auto bytes = blob(column);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

int Statement::columns() const { return sqlite3_column_count(statement_.get()); }
std::string_view Statement::name(int column) const { return sqlite3_column_name(statement_.get(), column); }

std::span<const unsigned char> Statement::blob(int column) const {
  const auto* data = static_cast<const unsigned char*>(sqlite3_column_blob(statement_.get(), column));
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

bool Statement::is_null(int column) const { return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL; }

Database::Database(const std::filesystem::path& file, Access access) {
  sqlite3* database = nullptr;
  const int flags = (access == Access::ReadWrite ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY) | SQLITE_OPEN_NOMUTEX;
  const int code = sqlite3_open_v2(file.c_str(), &database, flags, nullptr);
  database_.reset(database);
  if (code != SQLITE_OK) fail(database, code, fmt::format("opening '{}'", file.string()));
  sqlite3_extended_result_codes(database, 1);
  sqlite3_busy_timeout(database, 5000);
  execute("PRAGMA foreign_keys = ON; PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF; PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY");
}

void Database::execute(const std::string& sql) const {
  const int code = sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(database_.get(), code, sql);
}

Database::Blob Database::open_blob(const char* table, const char* column, std::int64_t row) const {
  sqlite3_blob* handle = nullptr;
  const int opened = sqlite3_blob_open(database_.get(), "main", table, column, row, 0, &handle);
  Blob blob(handle, &sqlite3_blob_close);
  if (opened != SQLITE_OK && opened != SQLITE_ERROR) fail(database_.get(), opened, "opening a blob");  // SQLITE_ERROR: no such row
  return opened == SQLITE_OK ? std::move(blob) : Blob(nullptr, &sqlite3_blob_close);
}

void Database::read_blob(const Blob& blob, std::size_t begin, std::span<char> bytes) const {
  const int read = sqlite3_blob_read(blob.get(), bytes.data(), static_cast<int>(bytes.size()), static_cast<int>(begin));
  if (read != SQLITE_OK) fail(database_.get(), read, "reading a blob");
}

std::optional<std::string> Database::blob_range(const char* table, const char* column, std::int64_t row, std::size_t begin, std::size_t size) const {
  const Blob blob = open_blob(table, column, row);
  if (!blob) return std::nullopt;
  const auto total = static_cast<std::size_t>(sqlite3_blob_bytes(blob.get()));
  if (begin > total || size > total - begin) return std::nullopt;
  std::string bytes(size, '\0');
  read_blob(blob, begin, bytes);
  return bytes;
}

void Database::each_piece(const char* table, const char* column, std::int64_t row, std::size_t overlap,
                          const std::function<void(std::string_view)>& sink) const {
  constexpr std::size_t kPieceBytes = 4U << 20U;
  const Blob blob = open_blob(table, column, row);
  if (!blob) return;
  const auto total = static_cast<std::size_t>(sqlite3_blob_bytes(blob.get()));
  std::string piece;
  for (std::size_t begin = 0; begin < total;) {
    const std::size_t again = std::min(overlap, piece.size());
    const std::size_t size = std::min(kPieceBytes, total - begin);
    piece = piece.substr(piece.size() - again) + std::string(size, '\0');
    read_blob(blob, begin, std::span(piece).subspan(again));
    begin += size;
    sink(piece);
  }
}

Transaction::Transaction(const Database& database) : database_(database) { database_.execute("BEGIN IMMEDIATE"); }

Transaction::~Transaction() {
  if (!open_) return;
  try {
    database_.execute("ROLLBACK");
  } catch (const Error&) {
    // SQLite has already rolled back by itself (disk full, I/O error).
  }
}

void Transaction::commit() {
  database_.execute("COMMIT");
  open_ = false;
}

}  // namespace panduan::store
