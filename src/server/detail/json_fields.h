#pragma once
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "base/error.h"
#include "documents/document.h"
#include "server/json.h"

namespace panduan::server {

/// A field that must be there and be of this type. Throws Error{InvalidInput} that names it.
template <class T>
T field(const Json& json, const char* name) {
  const auto found = json.is_object() ? json.find(name) : json.end();
  if (!json.is_object() || found == json.end()) throw Error(ErrorKind::InvalidInput, fmt::format("the JSON field '{}' is missing", name));
  // The library would turn true into 1 and -1 into a huge size.
  if constexpr (std::is_arithmetic_v<T> && !std::is_same_v<T, bool>) {
    const bool fits = std::is_floating_point_v<T> ? found->is_number() : (std::is_unsigned_v<T> ? found->is_number_unsigned() : found->is_number_integer());
    if (!fits) throw Error(ErrorKind::InvalidInput, fmt::format("the JSON field '{}' is not a number of the kind that is expected there", name));
  }
  try {
    return found->template get<T>();
  } catch (const Json::exception&) {
    throw Error(ErrorKind::InvalidInput, fmt::format("the JSON field '{}' has the wrong type", name));
  }
}

/// The same for one that may be missing or null.
template <class T>
std::optional<T> optional_field(const Json& json, const char* name) {
  if (!json.is_object() || !json.contains(name) || json.at(name).is_null()) return std::nullopt;
  return field<T>(json, name);
}

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

inline Json range_json(const documents::ByteRange& range) { return {{"begin", range.begin}, {"end", range.end}}; }
inline documents::ByteRange range_from_json(const Json& json, const char* name) {
  const Json range = field<Json>(json, name);
  return {field<std::size_t>(range, "begin"), field<std::size_t>(range, "end")};
}

}  // namespace panduan::server
