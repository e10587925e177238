#include "server/embedded_files.h"
#include "server/routes/routes.h"

namespace panduan::server {
namespace {

// Nothing but our own files: no inline script or style, no other server, no frame, no form that leaves.
constexpr const char* kPolicy =
    "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'; require-trusted-types-for 'script'";

constexpr std::string_view kPageFolder = "src/server/page/";

std::string_view content_type_of(std::string_view path) {
  if (path.ends_with(".html")) return "text/html; charset=utf-8";
  if (path.ends_with(".js")) return "text/javascript; charset=utf-8";
  if (path.ends_with(".css")) return "text/css; charset=utf-8";
  if (path.ends_with(".svg")) return "image/svg+xml";
  return "application/yaml; charset=utf-8";
}

void add_file(Router& router, const std::string& address, std::string_view content_type, std::string_view bytes) {
  const auto handler = [content_type, bytes](const Request&, Reply& reply, const std::stop_token&) {
    reply.send({.content_type = std::string(content_type),
                .body = std::string(bytes),
                .headers = {{"Content-Security-Policy", kPolicy}, {"Cache-Control", "no-cache"}, {"X-Frame-Options", "DENY"}}});
  };
  router.add({.method = "GET", .pattern = address, .lane = Lane::Inline, .handler = handler});
}

}  // namespace

void add_page_routes(Router& router) {
  for (const auto& [path, bytes] : embedded_files()) {
    if (path.starts_with(kPageFolder)) {
      const std::string name(path.substr(kPageFolder.size()));
      add_file(router, name == "index.html" ? "/" : "/" + name, content_type_of(path), bytes);
    } else {
      add_file(router, "/api/v1/openapi.yaml", content_type_of(path), bytes);
    }
  }
}

}  // namespace panduan::server
