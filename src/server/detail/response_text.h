#pragma once
#include <string>
#include <string_view>

#include "server/http.h"

namespace panduan::server {

/// Head and body as they go over the wire, with the headers that every answer has. For a HEAD request only the head.
std::string response_text(const Response& response, bool head_only, bool keep_alive);
/// The head of a stream of server-sent events; without chunks (HTTP/1.0) the connection's end is the stream's.
std::string stream_head(bool chunked, bool keep_alive);
std::string stream_piece(std::string_view bytes, bool chunked);

}  // namespace panduan::server
