#pragma once
#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace panduan::store {

inline std::span<const unsigned char> as_blob(std::string_view bytes) { return {reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()}; }

/// A prepared statement, reset and unbound when the object goes. Columns and parameters are typed by the call.
class Statement {
 public:
  Statement(sqlite3* database, std::string_view sql);

  Statement& bind(std::int64_t value);
  Statement& bind(std::string_view text);
  Statement& bind(const std::string& text) { return bind(std::string_view(text)); }
  Statement& bind(const char* text) { return bind(std::string_view(text)); }
  Statement& bind(double value);
  Statement& bind_blob(std::span<const unsigned char> bytes);
  Statement& bind_null();

  bool step();  ///< true while there is a row
  void run();   ///< to the end, rows dropped, ready to be bound again

  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string text(int column) const;
  std::span<const unsigned char> blob(int column) const;  ///< valid until the next step
  std::string_view view(int column) const;                ///< as blob
  bool is_null(int column) const;
  int columns() const;
  std::string_view name(int column) const;

 private:
  struct Finalizer {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  int next_parameter();

  std::unique_ptr<sqlite3_stmt, Finalizer> statement_;
  int parameter_ = 0;
};

/// One connection. Not for two threads at once.
class Database {
 public:
  enum class Access { ReadWrite, ReadOnly };
  Database(const std::filesystem::path& file, Access access);

  Statement prepare(std::string_view sql) const { return Statement(database_.get(), sql); }
  void execute(const std::string& sql) const;
  std::int64_t last_insert_id() const { return sqlite3_last_insert_rowid(database_.get()); }
  std::int64_t changes() const { return sqlite3_changes64(database_.get()); }
  /// Part of a stored blob, without reading the rest; nullopt when the row is not there or the range is not inside it.
  std::optional<std::string> blob_range(const char* table, const char* column, std::int64_t row, std::size_t begin, std::size_t size) const;
  /// A stored blob from its beginning in pieces, each of which begins with the last `overlap` bytes of the one before it; nothing when the row is
  /// not there.
  void each_piece(const char* table, const char* column, std::int64_t row, std::size_t overlap, const std::function<void(std::string_view)>& sink) const;

 private:
  using Blob = std::unique_ptr<sqlite3_blob, int (*)(sqlite3_blob*)>;
  Blob open_blob(const char* table, const char* column, std::int64_t row) const;  ///< null when there is no such row
  void read_blob(const Blob& blob, std::size_t begin, std::span<char> bytes) const;

  struct Closer {
    void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
  };
  std::unique_ptr<sqlite3, Closer> database_;
};

/// Rolled back unless `commit` was reached.
class Transaction {
 public:
  explicit Transaction(const Database& database);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  const Database& database_;
  bool open_ = true;
};

}  // namespace panduan::store
