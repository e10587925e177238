#pragma once
#include <string>
#include <string_view>

namespace panduan {

/// A new public id: a prefix, an underscore and a ULID (48 bits of milliseconds, 80 random bits, Crockford base 32), so ids of
/// one kind sort by the time they were made: "doc_01HZX…".
std::string new_id(std::string_view prefix);

}  // namespace panduan
