#pragma once
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "app/workbench.h"
#include "base/error.h"
#include "identity/caller.h"
#include "ingest/progress.h"
#include "rag/answer_check.h"
#include "rag/events.h"
#include "rag/question.h"
#include "store/records.h"

/// The JSON of everything that leaves or enters the program: HTTP, the Unix socket and the command line's --json. Described in
/// api/openapi.yaml. Reading throws Error{InvalidInput} that names the field.
namespace panduan::server {

using Json = nlohmann::json;

/// One line. Bytes that are not UTF-8 (a file's name may have such) become U+FFFD.
std::string to_text(const Json& json);
/// Throws Error{InvalidInput} when it is not JSON, not UTF-8, or nested deeper than 64.
Json parse_json(std::string_view text);

// An answer's events: one object each, its name in "event".
Json to_json(const rag::Event& event);
/// nullopt for an event that this version does not know.
std::optional<rag::Event> event_from_json(const Json& json);
std::string_view name_of(const rag::Event& event);

// What events and a checked answer both have.
Json quote_json(const rag::Quote& quote);
rag::Quote quote_from_json(const Json& json);
Json timings_json(const rag::Done& done);
rag::Done timings_from_json(const Json& json);
std::vector<rag::Asked> asked_from_json(const Json& json);

/// The events of one answer as one object, as POST /api/v1/query gives it.
Json answer_json(const std::vector<rag::Event>& events);

// A question: {"question", "chat_history": [{"role": "user"|"assistant", "content"}], "risk"?, "conversation_id"?}
Json to_json(const rag::Question& question);
rag::Question question_from_json(const Json& json);

// A workspace's settings as they hold: {"role": null, "tone": null, "chunk_tokens", "chunk_overlap", "own": [keys], "cut_otherwise"}; and
// changes to them, as in JSON Merge Patch (RFC 7396): {"role": "…", "chunk_tokens": 200, "tone": null}
Json to_json(const app::WorkspaceSettings& settings);
app::WorkspaceSettings workspace_settings_from_json(const Json& json);
Json to_json(const app::SettingChanges& changes);
app::SettingChanges setting_changes_from_json(const Json& json);

Json to_json(const store::Conversation& conversation);
store::Conversation conversation_from_json(const Json& json);
/// The conversation with its "chat_history".
Json to_json(const app::KeptConversation& conversation);
app::KeptConversation kept_conversation_from_json(const Json& json);
// An answer to check: {"answer", "sources"?: [{"name", "text", "title"?, "pages"?: [{"label", "range"}], "headings"?: [{"level", "range"}]}]}
Json to_json(const rag::AnswerToCheck& answer);
rag::AnswerToCheck answer_to_check_from_json(const Json& json);
Json to_json(const rag::CheckedAnswer& checked);
rag::CheckedAnswer checked_answer_from_json(const Json& json);

Json to_json(const store::Document& document);
store::Document document_from_json(const Json& json);
Json to_json(const store::DocumentList& list);
store::DocumentList document_list_from_json(const Json& json);
Json to_json(const store::Deletion& deletion);
store::Deletion deletion_from_json(const Json& json);
Json to_json(const store::DeletionReport& report);
store::DeletionReport deletion_report_from_json(const Json& json);
Json to_json(const store::IntegrityReport& report);
store::IntegrityReport integrity_report_from_json(const Json& json);

Json to_json(const app::SearchHit& hit);
app::SearchHit search_hit_from_json(const Json& json);
Json to_json(const app::Readiness& readiness);
app::Readiness readiness_from_json(const Json& json);

// What an `add` reports; "event" is "progress", "file" or "summary".
Json to_json(const ingest::AddProgress& progress);
ingest::AddProgress add_progress_from_json(const Json& json);
Json to_json(const ingest::FileResult& result);
ingest::FileResult file_result_from_json(const Json& json);
Json to_json(const ingest::AddSummary& summary);
ingest::AddSummary add_summary_from_json(const Json& json);

// A job: {"id", "kind", "arguments": {…}, "priority": "low"|"normal"|"high", "state": "waiting"|"running"|"done"|"failed"|"cancelled", "attempts", "progress":
// {…}|null, "result": {…}|null, "error": problem|null, "created_ms", "started_ms"|null, "finished_ms"|null, "next_attempt_ms"|null}
Json to_json(const store::Job& job);
store::Job job_from_json(const Json& json);
std::string_view name_of(store::JobState state);
std::string_view name_of(store::JobPriority priority);
store::JobPriority priority_from_name(std::string_view name);

Json to_json(const identity::Caller& caller);
identity::Caller caller_from_json(const Json& json);

// problem+json (RFC 9457): type "urn:panduan:error:<slug>", title, status, detail.
Json problem_json(const Error& error);
Json problem_json(int status, std::string_view slug, std::string_view title, std::string_view detail);
Error error_from_problem(const Json& json);

// Fields of an object that must be there and be of this type; otherwise Error{InvalidInput}.
std::string string_field(const Json& json, const char* name);
std::size_t size_field(const Json& json, const char* name);

}  // namespace panduan::server
