#include <array>

#include "server/detail/json_fields.h"
#include "server/json.h"

namespace panduan::server {
namespace {

// In the order of the enums.
constexpr std::array<std::string_view, 5> kStates{"waiting", "running", "done", "failed", "cancelled"};
constexpr std::array<std::string_view, 3> kPriorities{"low", "normal", "high"};

template <class Enum, std::size_t N>
Enum value_of(const std::array<std::string_view, N>& names, std::string_view name, const char* what) {
  for (std::size_t i = 0; i < N; ++i) {
    if (names.at(i) == name) return static_cast<Enum>(i);
  }
  throw Error(ErrorKind::InvalidInput, fmt::format("'{}' is no {} of a job: expected one of {}", name, what, fmt::join(names, ", ")));
}

/// What the store keeps as text; null where there is none.
Json kept(const std::string& text) {
  Json json = text.empty() ? Json(nullptr) : Json::parse(text, nullptr, false);
  return json.is_discarded() ? Json(nullptr) : json;
}
std::string text_of(const Json& json, const char* name) {
  const auto value = optional_field<Json>(json, name);
  return value ? to_text(*value) : "";
}

Json time(std::int64_t ms) { return ms == 0 ? Json(nullptr) : Json(ms); }
std::int64_t time_of(const Json& json, const char* name) { return optional_field<std::int64_t>(json, name).value_or(0); }

}  // namespace

std::string_view name_of(store::JobState state) { return kStates.at(static_cast<std::size_t>(state)); }
std::string_view name_of(store::JobPriority priority) { return kPriorities.at(static_cast<std::size_t>(priority)); }
store::JobPriority priority_from_name(std::string_view name) { return value_of<store::JobPriority>(kPriorities, name, "priority"); }

Json to_json(const store::Job& job) {
  return {{"id", job.id},
          {"kind", job.kind},
          {"arguments", kept(job.arguments)},
          {"priority", name_of(job.priority)},
          {"state", name_of(job.state)},
          {"attempts", job.attempts},
          {"progress", kept(job.progress)},
          {"result", kept(job.result)},
          {"error", job.error.empty() ? Json(nullptr) : problem_json(Error(error_kind_from_slug(job.error_kind), job.error))},
          {"created_ms", job.created_ms},
          {"started_ms", time(job.started_ms)},
          {"finished_ms", time(job.finished_ms)},
          {"next_attempt_ms", time(job.next_attempt_ms)}};
}

store::Job job_from_json(const Json& json) {
  store::Job job;
  job.id = field<std::string>(json, "id");
  job.kind = field<std::string>(json, "kind");
  job.arguments = text_of(json, "arguments");
  job.priority = priority_from_name(field<std::string>(json, "priority"));
  job.state = value_of<store::JobState>(kStates, field<std::string>(json, "state"), "state");
  job.attempts = field<int>(json, "attempts");
  job.progress = text_of(json, "progress");
  job.result = text_of(json, "result");
  if (const auto problem = optional_field<Json>(json, "error")) {
    const Error error = error_from_problem(*problem);
    job.error = error.what();
    job.error_kind = error_mapping(error.kind()).slug;
  }
  job.created_ms = field<std::int64_t>(json, "created_ms");
  job.started_ms = time_of(json, "started_ms");
  job.finished_ms = time_of(json, "finished_ms");
  job.next_attempt_ms = time_of(json, "next_attempt_ms");
  return job;
}

}  // namespace panduan::server
