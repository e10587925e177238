#pragma once
#include "server/detail/json_fields.h"
#include "server/http.h"
#include "server/json.h"

namespace panduan::server {

inline void reply_json(Reply& reply, const Json& json, int status = 200) {
  reply.send({.status = status, .content_type = "application/json", .body = to_text(json)});
}

/// The body, which has to be an object.
inline Json json_body(const Request& request) {
  Json json = parse_json(request.body);
  if (!json.is_object()) throw Error(ErrorKind::InvalidInput, "the JSON body is not an object");
  return json;
}

/// A limit from 1 to `most`; `otherwise` when there is none. Throws Error{InvalidInput}.
std::size_t limit_of(const Json& json, std::size_t otherwise, std::size_t most);
std::size_t limit_of(const Request& request, std::size_t otherwise, std::size_t most);

}  // namespace panduan::server
