#include "base/error.h"

#include <algorithm>

namespace panduan {
namespace {

// Exit codes: 1 is any failure a script need not tell apart, 2 is wrong usage (as in grep), the others are worth a branch.
constexpr std::array kMappings{
    ErrorMapping{ErrorKind::InvalidInput, "invalid-input", 2, 400}, ErrorMapping{ErrorKind::NotFound, "not-found", 3, 404},
    ErrorMapping{ErrorKind::Conflict, "conflict", 1, 409},          ErrorMapping{ErrorKind::Busy, "busy", 5, 503},
    ErrorMapping{ErrorKind::Forbidden, "forbidden", 1, 403},        ErrorMapping{ErrorKind::TooLarge, "too-large", 1, 413},
    ErrorMapping{ErrorKind::Unsupported, "unsupported", 1, 415},    ErrorMapping{ErrorKind::Corrupt, "corrupt", 1, 422},
    ErrorMapping{ErrorKind::Unavailable, "unavailable", 4, 503},    ErrorMapping{ErrorKind::Cancelled, "cancelled", 130, 499},
    ErrorMapping{ErrorKind::NoSpace, "no-space", 1, 507},           ErrorMapping{ErrorKind::Internal, "internal", 70, 500},
};

}  // namespace

const ErrorMapping& error_mapping(ErrorKind kind) { return *std::ranges::find(kMappings, kind, &ErrorMapping::kind); }

ErrorKind error_kind_from_slug(std::string_view slug) {
  const auto* found = std::ranges::find(kMappings, slug, &ErrorMapping::slug);
  return found == kMappings.end() ? ErrorKind::Internal : found->kind;
}

}  // namespace panduan
