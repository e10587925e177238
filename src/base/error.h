#pragma once
#include <array>
#include <stdexcept>
#include <string>
#include <string_view>

namespace panduan {

/// What went wrong, as a caller needs to know it. `error_mapping` gives each kind its exit code and HTTP status.
enum class ErrorKind {
  InvalidInput,  ///< the request is wrong and stays wrong
  NotFound,
  Conflict,      ///< it contradicts what is stored (a key used twice, another embedding model)
  Busy,          ///< someone else holds it now; later it may work
  Forbidden,
  TooLarge,
  Unsupported,   ///< a format, CPU or feature that this build does not know
  Corrupt,       ///< stored or given bytes are not what they claim to be
  Unavailable,   ///< a model, program or server that is needed is not there
  Cancelled,
  NoSpace,
  Internal,      ///< a defect of panduan
};

/// The one exception type. The message says what was wrong, with what input, and what to do about it, in one line.
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
  ErrorKind kind() const { return kind_; }

 private:
  ErrorKind kind_;
};

struct ErrorMapping {
  ErrorKind kind;
  std::string_view slug;  ///< stable name, as in problem+json's `type`
  int exit_code;
  int http_status;
};

/// The one table from kinds to exit codes and HTTP statuses.
const ErrorMapping& error_mapping(ErrorKind kind);

/// The kind with this slug, Internal when there is none: for errors that come back over the wire.
ErrorKind error_kind_from_slug(std::string_view slug);

}  // namespace panduan
