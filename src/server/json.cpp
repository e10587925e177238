#include "server/json.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/unicode.h"
#include "server/detail/json_fields.h"

namespace panduan::server {
namespace {

constexpr int kMaxDepth = 64;
constexpr std::string_view kProblemPrefix = "urn:panduan:error:";

constexpr std::array<std::pair<ingest::AddOutcome, std::string_view>, 6> kOutcomes{{
    {ingest::AddOutcome::Added, "added"},
    {ingest::AddOutcome::Updated, "updated"},
    {ingest::AddOutcome::Unchanged, "unchanged"},
    {ingest::AddOutcome::Failed, "failed"},
    {ingest::AddOutcome::Moved, "moved"},
    {ingest::AddOutcome::Removed, "removed"},
}};

std::string_view title_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::InvalidInput: return "The request is not valid";
    case ErrorKind::NotFound: return "Not found";
    case ErrorKind::Conflict: return "It contradicts what is stored";
    case ErrorKind::Busy: return "Busy";
    case ErrorKind::Forbidden: return "Not allowed";
    case ErrorKind::TooLarge: return "Too large";
    case ErrorKind::Unsupported: return "Not supported";
    case ErrorKind::Corrupt: return "Damaged";
    case ErrorKind::Unavailable: return "Something that is needed is not there";
    case ErrorKind::Cancelled: return "Cancelled";
    case ErrorKind::NoSpace: return "No space left";
    case ErrorKind::Internal: return "A defect of panduan";
  }
  return "Error";
}

}  // namespace

std::string to_text(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json parse_json(std::string_view text) {
  // The parser does not recurse, but destroying and copying the value does.
  const auto limit_depth = [](int depth, Json::parse_event_t, Json&) {
    if (depth > kMaxDepth) throw Error(ErrorKind::InvalidInput, "the JSON is nested too deeply");
    return true;
  };
  if (const auto bad = first_invalid_utf8(text); bad != std::string_view::npos) {
    throw Error(ErrorKind::InvalidInput, fmt::format("the JSON is not UTF-8: byte {} is wrong", bad));
  }
  try {
    return Json::parse(text, limit_depth);
  } catch (const Json::parse_error& error) {
    throw Error(ErrorKind::InvalidInput, fmt::format("this is not JSON: it breaks off or goes wrong at byte {}", error.byte));
  }
}

std::string string_field(const Json& json, const char* name) { return field<std::string>(json, name); }
std::size_t size_field(const Json& json, const char* name) { return field<std::size_t>(json, name); }

Json to_json(const store::Document& document) {
  return {{"id", document.id},
          {"source", document.source},
          {"title", document.title},
          {"media_type", document.media_type},
          {"bytes", document.stamp.bytes},
          {"modified_ns", document.stamp.modified_ns},
          {"content_sha256", to_hex(document.content_sha256)},
          {"version", document.version},
          {"pages", document.pages},
          {"chunks", document.chunks},
          {"text_bytes", document.text_bytes},
          {"hidden_words", document.hidden_words},
          {"recognised_pages", document.recognised_pages},
          {"read_pictures", document.read_pictures},
          {"unread_pages", document.unread_pages},
          {"added_ms", document.added_ms}};
}

store::Document document_from_json(const Json& json) {
  store::Document document;
  document.id = field<std::string>(json, "id");
  document.source = field<std::string>(json, "source");
  document.title = field<std::string>(json, "title");
  document.media_type = field<std::string>(json, "media_type");
  document.stamp = {.modified_ns = field<std::int64_t>(json, "modified_ns"), .bytes = field<std::uint64_t>(json, "bytes")};
  document.content_sha256 = sha256_from_hex(field<std::string>(json, "content_sha256"));
  document.version = field<std::int64_t>(json, "version");
  document.pages = field<std::size_t>(json, "pages");
  document.chunks = field<std::size_t>(json, "chunks");
  document.text_bytes = field<std::size_t>(json, "text_bytes");
  document.hidden_words = field<std::size_t>(json, "hidden_words");
  document.recognised_pages = field<std::size_t>(json, "recognised_pages");
  document.read_pictures = field<std::size_t>(json, "read_pictures");
  document.unread_pages = field<std::size_t>(json, "unread_pages");
  document.added_ms = field<std::int64_t>(json, "added_ms");
  return document;
}

Json to_json(const store::DocumentList& list) {
  Json documents = Json::array();
  for (const auto& document : list.documents) documents.push_back(to_json(document));
  Json failed = Json::array();
  for (const auto& note : list.failed) failed.push_back({{"source", note.source}, {"reason", note.reason}, {"noted_ms", note.noted_ms}});
  return {{"documents", std::move(documents)}, {"next", list.next.empty() ? Json(nullptr) : Json(list.next)}, {"failed", std::move(failed)}};
}

store::DocumentList document_list_from_json(const Json& json) {
  store::DocumentList list;
  for (const auto& document : field<Json>(json, "documents")) list.documents.push_back(document_from_json(document));
  list.next = optional_field<std::string>(json, "next").value_or("");
  for (const auto& note : field<Json>(json, "failed")) {
    list.failed.push_back({.source = field<std::string>(note, "source"),
                           .stamp = {},
                           .chunking = {},
                           .reason = field<std::string>(note, "reason"),
                           .noted_ms = field<std::int64_t>(note, "noted_ms")});
  }
  return list;
}

Json to_json(const store::IntegrityReport& report) {
  return {{"ok", report.problems.empty()}, {"problems", report.problems}, {"documents", report.documents},
          {"chunks", report.chunks},       {"vectors", report.vectors},   {"bytes_on_disk", report.bytes_on_disk}};
}

store::IntegrityReport integrity_report_from_json(const Json& json) {
  return {.problems = field<std::vector<std::string>>(json, "problems"),
          .documents = field<std::size_t>(json, "documents"),
          .chunks = field<std::size_t>(json, "chunks"),
          .vectors = field<std::size_t>(json, "vectors"),
          .bytes_on_disk = field<std::uint64_t>(json, "bytes_on_disk")};
}

Json to_json(const store::Deletion& deletion) {
  return {{"document_id", deletion.document_id}, {"version", deletion.version}, {"deleted_ms", deletion.deleted_ms}};
}

store::Deletion deletion_from_json(const Json& json) {
  return {.document_id = field<std::string>(json, "document_id"),
          .version = field<std::int64_t>(json, "version"),
          .deleted_ms = field<std::int64_t>(json, "deleted_ms")};
}

Json to_json(const store::DeletionReport& report) {
  Json findings = Json::array();
  for (const store::DeletionFinding& finding : report.findings) {
    Json json = to_json(finding.deletion);
    json.update(
        {{"phrases", finding.phrases}, {"shared", finding.shared}, {"shared_with", finding.shared_with}, {"left", finding.left}, {"gone", finding.is_gone()}});
    findings.push_back(std::move(json));
  }
  return {{"findings", std::move(findings)}, {"files", report.files}, {"bytes", report.bytes}, {"total_ms", report.total_ms}};
}

store::DeletionReport deletion_report_from_json(const Json& json) {
  store::DeletionReport report{
      .findings = {}, .files = field<std::size_t>(json, "files"), .bytes = field<std::uint64_t>(json, "bytes"), .total_ms = field<double>(json, "total_ms")};
  for (const Json& finding : field<Json>(json, "findings")) {
    report.findings.push_back({.deletion = deletion_from_json(finding),
                               .phrases = field<std::size_t>(finding, "phrases"),
                               .shared = field<std::size_t>(finding, "shared"),
                               .shared_with = field<std::vector<std::string>>(finding, "shared_with"),
                               .left = field<std::vector<std::string>>(finding, "left")});
  }
  return report;
}

Json to_json(const app::SearchHit& hit) {
  return {{"document_id", hit.document_id},
          {"source", hit.source},
          {"title", hit.title},
          {"heading_path", hit.heading_path},
          {"page", hit.page},
          {"text", hit.text},
          {"range", range_json(hit.range)},
          {"score", hit.score},
          {"word_rank", or_null(hit.word_rank)},
          {"word_score", hit.word_score},
          {"vector_rank", or_null(hit.vector_rank)},
          {"similarity", hit.similarity}};
}

app::SearchHit search_hit_from_json(const Json& json) {
  app::SearchHit hit;
  hit.document_id = field<std::string>(json, "document_id");
  hit.source = field<std::string>(json, "source");
  hit.title = field<std::string>(json, "title");
  hit.heading_path = field<std::string>(json, "heading_path");
  hit.page = field<std::string>(json, "page");
  hit.text = field<std::string>(json, "text");
  hit.range = range_from_json(json, "range");
  hit.score = field<double>(json, "score");
  hit.word_rank = optional_field<std::size_t>(json, "word_rank");
  hit.word_score = field<double>(json, "word_score");
  hit.vector_rank = optional_field<std::size_t>(json, "vector_rank");
  hit.similarity = field<double>(json, "similarity");
  return hit;
}

Json to_json(const app::Readiness& readiness) {
  return {{"ready", readiness.ready}, {"problems", readiness.problems}, {"chat_model", readiness.chat_model}, {"embedding_model", readiness.embedding_model}};
}

app::Readiness readiness_from_json(const Json& json) {
  return {.ready = field<bool>(json, "ready"),
          .problems = field<std::vector<std::string>>(json, "problems"),
          .chat_model = field<std::string>(json, "chat_model"),
          .embedding_model = field<std::string>(json, "embedding_model")};
}

Json to_json(const ingest::AddProgress& progress) { return app::progress_json(progress); }

ingest::AddProgress add_progress_from_json(const Json& json) {
  return {.files_done = field<std::size_t>(json, "files_done"),
          .files_total = field<std::size_t>(json, "files_total"),
          .bytes_done = field<std::uint64_t>(json, "bytes_done"),
          .bytes_total = field<std::uint64_t>(json, "bytes_total"),
          .file = field<std::string>(json, "file"),
          .step = field<std::string>(json, "step"),
          .chunks_done = field<std::size_t>(json, "chunks_done"),
          .chunks_total = field<std::size_t>(json, "chunks_total"),
          .pages_done = field<std::size_t>(json, "pages_done"),
          .pages_total = field<std::size_t>(json, "pages_total"),
          .tokens_done = field<std::size_t>(json, "tokens_done"),
          .tokens_per_second = field<double>(json, "tokens_per_second"),
          .seconds_left = optional_field<double>(json, "seconds_left").value_or(-1)};
}

Json to_json(const ingest::FileResult& result) {
  const auto* outcome = std::ranges::find(kOutcomes, result.outcome, &std::pair<ingest::AddOutcome, std::string_view>::first);
  const bool has_document = result.outcome != ingest::AddOutcome::Failed && result.outcome != ingest::AddOutcome::Removed;
  return {{"event", "file"},
          {"source", result.source},
          {"outcome", outcome->second},
          {"reason", result.reason},
          {"document", has_document ? to_json(result.document) : Json(nullptr)}};
}

ingest::FileResult file_result_from_json(const Json& json) {
  ingest::FileResult result;
  result.source = field<std::string>(json, "source");
  const auto name = field<std::string>(json, "outcome");
  const auto* outcome = std::ranges::find(kOutcomes, name, &std::pair<ingest::AddOutcome, std::string_view>::second);
  if (outcome == kOutcomes.end()) throw Error(ErrorKind::InvalidInput, fmt::format("'{}' is no outcome of a file", name));
  result.outcome = outcome->first;
  result.reason = field<std::string>(json, "reason");
  if (const auto document = optional_field<Json>(json, "document")) result.document = document_from_json(*document);
  return result;
}

Json to_json(const ingest::AddSummary& summary) { return app::summary_json(summary); }

ingest::AddSummary add_summary_from_json(const Json& json) {
  return {.added = field<std::size_t>(json, "added"),
          .updated = field<std::size_t>(json, "updated"),
          .unchanged = field<std::size_t>(json, "unchanged"),
          .failed = field<std::size_t>(json, "failed"),
          .moved = field<std::size_t>(json, "moved"),
          .removed = field<std::size_t>(json, "removed"),
          .failed_before = field<std::size_t>(json, "failed_before"),
          .chunks = field<std::size_t>(json, "chunks"),
          .tokens = field<std::size_t>(json, "tokens"),
          .reindexed = field<std::size_t>(json, "reindexed"),
          .total_ms = field<double>(json, "total_ms"),
          .embed_ms = field<double>(json, "embed_ms")};
}

Json to_json(const identity::Caller& caller) { return {{"user", caller.user}, {"workspace_id", caller.workspace_id}, {"rights", caller.rights}}; }

identity::Caller caller_from_json(const Json& json) {
  return {.user = field<std::string>(json, "user"), .workspace_id = field<std::int64_t>(json, "workspace_id"), .rights = field<std::uint32_t>(json, "rights")};
}

Json problem_json(const Error& error) {
  const auto& mapping = error_mapping(error.kind());
  return problem_json(mapping.http_status, mapping.slug, title_of(error.kind()), error.what());
}

Json problem_json(int status, std::string_view slug, std::string_view title, std::string_view detail) {
  return {{"type", std::string(kProblemPrefix) + std::string(slug)}, {"title", title}, {"status", status}, {"detail", detail}};
}

Error error_from_problem(const Json& json) {
  const std::string type = optional_field<std::string>(json, "type").value_or("");
  const std::string detail = optional_field<std::string>(json, "detail").value_or("the server gave no reason");
  return Error(type.starts_with(kProblemPrefix) ? error_kind_from_slug(std::string_view(type).substr(kProblemPrefix.size())) : ErrorKind::Internal, detail);
}

}  // namespace panduan::server
