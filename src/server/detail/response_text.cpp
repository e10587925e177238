#include "server/detail/response_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace panduan::server {
namespace {

constexpr std::array<std::pair<int, std::string_view>, 20> kReasons{{
    {200, "OK"},
    {400, "Bad Request"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {413, "Content Too Large"},
    {415, "Unsupported Media Type"},
    {422, "Unprocessable Content"},
    {431, "Request Header Fields Too Large"},
    {499, "Client Closed Request"},
    {500, "Internal Server Error"},
    {503, "Service Unavailable"},
    {507, "Insufficient Storage"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {304, "Not Modified"},
    {501, "Not Implemented"},
}};

// Defaults; a route that says otherwise wins.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kHeaders{{
    {"Cache-Control", "no-store"},
    {"X-Content-Type-Options", "nosniff"},
    {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Referrer-Policy", "no-referrer"},
}};

std::string common_head(int status, const Response& response, bool keep_alive) {
  const auto* reason = std::ranges::find(kReasons, status, &std::pair<int, std::string_view>::first);
  std::string head = fmt::format("HTTP/1.1 {} {}\r\n", status, reason == kReasons.end() ? "Status" : reason->second);
  for (const auto& [name, value] : kHeaders) {
    const bool given = std::ranges::any_of(response.headers, [&](const auto& header) { return header.first == name; });
    if (!given) head += fmt::format("{}: {}\r\n", name, value);
  }
  for (const auto& [name, value] : response.headers) head += fmt::format("{}: {}\r\n", name, value);
  head += fmt::format("Connection: {}\r\n", keep_alive ? "keep-alive" : "close");
  return head;
}

}  // namespace

std::string response_text(const Response& response, bool head_only, bool keep_alive) {
  std::string text = common_head(response.status, response, keep_alive);
  if (!response.content_type.empty()) text += fmt::format("Content-Type: {}\r\n", response.content_type);
  text += fmt::format("Content-Length: {}\r\n\r\n", response.body.size());
  if (!head_only) text += response.body;
  return text;
}

std::string stream_head(bool chunked, bool keep_alive) {
  std::string head = common_head(200, {}, keep_alive && chunked);
  head += "Content-Type: text/event-stream; charset=utf-8\r\n";
  // A proxy that collects the answer would keep the first words from the reader.
  head += "X-Accel-Buffering: no\r\n";
  if (chunked) head += "Transfer-Encoding: chunked\r\n";
  return head + "\r\n";
}

std::string stream_piece(std::string_view bytes, bool chunked) { return chunked ? fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes) : std::string(bytes); }

}  // namespace panduan::server
