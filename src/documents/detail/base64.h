#pragma once
#include <string>
#include <string_view>

namespace panduan::documents::detail {

/// What Base64 stands for (RFC 4648, both alphabets). Anything else in it is passed over, as mail programs do (RFC 2045, 6.8).
std::string from_base64(std::string_view text);

}  // namespace panduan::documents::detail
