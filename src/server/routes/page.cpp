#include "server/embedded_files.h"
#include "server/routes/routes.h"

namespace panduan::server {
namespace {

// Nothing but our own files: no inline script or style, no other server, no frame, no form that leaves.
constexpr const char* kPolicy =
    "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'; require-trusted-types-for 'script'";

void add_file(Router& router, const char* path, const char* content_type, std::string_view bytes) {
  router.add({.method = "GET", .pattern = path, .lane = Lane::Inline, .handler = [content_type, bytes](const Request&, Reply& reply, const std::stop_token&) {
                reply.send({.content_type = content_type,
                            .body = std::string(bytes),
                            .headers = {{"Content-Security-Policy", kPolicy}, {"Cache-Control", "no-cache"}, {"X-Frame-Options", "DENY"}}});
              }});
}

}  // namespace

void add_page_routes(Router& router) {
  add_file(router, "/", "text/html; charset=utf-8", src_server_page_index_html);
  add_file(router, "/app.js", "text/javascript; charset=utf-8", src_server_page_app_js);
  add_file(router, "/text.js", "text/javascript; charset=utf-8", src_server_page_text_js);
  add_file(router, "/style.css", "text/css; charset=utf-8", src_server_page_style_css);
  add_file(router, "/icon.svg", "image/svg+xml", src_server_page_icon_svg);
  add_file(router, "/api/v1/openapi.yaml", "application/yaml; charset=utf-8", api_openapi_yaml);
}

}  // namespace panduan::server
