#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "server/json.h"
#include "server/testing/running_server.h"

namespace panduan::server {
namespace {

using testing::FakeWorkbench;
using ::testing::HasSubstr;
using testing::RunningServer;
using ::testing::StartsWith;

Json body_of(const net::HttpResponse& response) { return parse_json(response.body); }
/// The status, when the answer is the problem+json that belongs to it.
int problem_status(const net::HttpResponse& response) {
  EXPECT_EQ(response.headers.at("content-type"), "application/problem+json");
  const Json json = body_of(response);
  EXPECT_EQ(json.at("status"), response.status);
  EXPECT_THAT(json.at("type").get<std::string>(), StartsWith("urn:panduan:error:"));
  EXPECT_FALSE(json.at("detail").get<std::string>().empty());
  return response.status;
}

std::string form(const std::vector<std::pair<std::string, std::string>>& files) {
  std::string body;
  for (const auto& [name, bytes] : files) body += "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + name + "\"\r\n\r\n" + bytes + "\r\n";
  return body + "--b--\r\n";
}
const std::map<std::string, std::string> kForm{{"content-type", "multipart/form-data; boundary=b"}};

TEST(Routes, HealthSaysThatItRunsAndReadinessWhatIsMissing) {
  RunningServer server;
  EXPECT_EQ(server.get("/healthz").body, R"({"status":"ok"})");
  EXPECT_EQ(server.get("/readyz").status, 200);
  server.fake.ready = {.ready = false, .problems = {"run 'panduan models pull'"}, .chat_model = {}, .embedding_model = {}};
  const auto response = server.get("/readyz");
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(body_of(response)["problems"][0], "run 'panduan models pull'");
}

TEST(Routes, WhatWasDeletedIsListedAndLookedFor) {
  RunningServer server;
  EXPECT_EQ(body_of(server.get("/api/v1/deletions"))["deletions"][0], (Json{{"document_id", "doc_gone"}, {"version", 2}, {"deleted_ms", 5}}));
  const auto response = server.post_json("/api/v1/deletions/verify", "{}");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(body_of(response)["findings"][0]["left"], Json{"a file"});
  EXPECT_EQ(body_of(response)["findings"][0]["gone"], false);
  EXPECT_EQ(problem_status(server.post_json("/api/v1/deletions/verify", R"({"document_ids":["doc_there"]})")), 404);
  EXPECT_EQ(problem_status(server.post_json("/api/v1/deletions/verify", R"({"document_ids":7})")), 400);
}

TEST(Routes, AQuestionIsAnsweredAsJson) {
  RunningServer server;
  rag::Question seen;
  server.fake.on_ask = [&](const rag::Question& question, const rag::EventSink& sink, const std::stop_token&) {
    seen = question;
    for (const auto& event : FakeWorkbench::an_answer()) sink(event);
  };
  const auto response = server.post_json("/api/v1/query", R"({"question":"几天？","risk":0.2,"chat_history":[{"role":"user","content":"before"}]})");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.headers.at("content-type"), "application/json");
  EXPECT_EQ(response.headers.at("x-content-type-options"), "nosniff");
  EXPECT_EQ(body_of(response), answer_json(FakeWorkbench::an_answer()));
  EXPECT_EQ(seen.text, "几天？");
  ASSERT_EQ(seen.history.size(), 1U);
  EXPECT_EQ(seen.risk, 0.2);
}

TEST(Routes, AWorkspaceIsShownAndChanged) {
  RunningServer server;
  const auto shown = body_of(server.get("/api/v1/workspace"));
  EXPECT_EQ(shown, to_json(server.fake.settings));
  EXPECT_TRUE(shown.at("tone").is_null());
  EXPECT_EQ(shown.at("own"), Json({"chunk_tokens", "role"}));
  const auto patch = [&](const std::string& body) {
    return server.request("PATCH", server.url("/api/v1/workspace"), body, {{"content-type", "application/merge-patch+json"}});
  };
  EXPECT_EQ(patch(R"({"tone":"请简短。","chunk_tokens":200,"role":null})").status, 200);
  EXPECT_EQ(server.fake.setting_changes, (app::SettingChanges{{"tone", "请简短。"}, {"chunk_tokens", "200"}, {"role", std::nullopt}}));
  EXPECT_EQ(problem_status(patch(R"({"tone":["x"]})")), 400);
}

TEST(Routes, AStreamHasTheEventsInTheirOrder) {
  RunningServer server;
  for (const auto& [body, headers] : std::vector<std::pair<std::string, std::map<std::string, std::string>>>{
           {R"({"question":"q","stream":true})", {}}, {R"({"question":"q"})", {{"accept", "text/event-stream"}}}}) {
    const auto response = server.post_json("/api/v1/query", body, headers);
    EXPECT_EQ(response.status, 200);
    EXPECT_THAT(response.headers.at("content-type"), StartsWith("text/event-stream"));
    EXPECT_THAT(response.body, StartsWith(": panduan protocol 1\n\nevent: searching\ndata: {"));
    std::vector<Json> seen;
    net::EventStreamParser parser([&](const auto& event) {
      seen.push_back(parse_json(event.data));
      EXPECT_EQ(seen.back().at("event"), event.type);
      return true;
    });
    parser.feed(response.body);
    std::vector<Json> expected;
    for (const auto& event : FakeWorkbench::an_answer()) expected.push_back(to_json(event));
    EXPECT_EQ(seen, expected);
  }
}

TEST(Routes, AnErrorInTheMiddleOfAStreamIsItsLastEvent) {
  RunningServer server;
  server.fake.on_ask = [](const auto&, const rag::EventSink& sink, const auto&) {
    sink(rag::Searching{.question = "q", .query = "q"});
    throw Error(ErrorKind::Unavailable, "no model");
  };
  const auto response = server.post_json("/api/v1/query", R"({"question":"q","stream":true})");
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.body, HasSubstr("\n\nevent: error\ndata: {\"detail\":\"no model\",\"event\":\"error\",\"status\":503"));
}

TEST(Routes, AnErrorBeforeTheAnswerHasItsStatus) {
  RunningServer server;
  server.fake.on_ask = [](const auto&, const auto&, const auto&) { throw Error(ErrorKind::Unavailable, "no model"); };
  EXPECT_EQ(problem_status(server.post_json("/api/v1/query", R"({"question":"q"})")), 503);
  server.fake.on_ask = [](const auto&, const auto&, const auto&) { throw std::logic_error("a secret"); };
  const auto response = server.post_json("/api/v1/query", R"({"question":"q"})");
  EXPECT_EQ(problem_status(response), 500);
  EXPECT_THAT(response.body, ::testing::Not(HasSubstr("secret")));
}

TEST(Routes, ABadQuestionIsRefused) {
  RunningServer server;
  EXPECT_EQ(problem_status(server.post_json("/api/v1/query", "{")), 400);
  EXPECT_EQ(problem_status(server.post_json("/api/v1/query", "[]")), 400);
  EXPECT_EQ(problem_status(server.post_json("/api/v1/query", "{\"question\":\"\xFF\"}")), 400);
  EXPECT_EQ(problem_status(server.post_json("/api/v1/query", R"({"question":" \n"})")), 400);
  EXPECT_EQ(problem_status(server.post_json("/api/v1/query", R"({"question":")" + std::string(app::kMaxQuestionBytes + 1, 'a') + "\"}")), 413);
  const std::string history = R"([{"role":"user","content":")" + std::string(app::kMaxHistoryBytes + 1, 'a') + R"("}])";
  EXPECT_EQ(problem_status(server.post_json("/api/v1/query", R"({"question":"q","chat_history":)" + history + "}")), 413);
  EXPECT_EQ(problem_status(server.post_json("/api/v1/query", R"({"question":"q","stream":"yes"})")), 400);
  EXPECT_EQ(problem_status(server.post_json("/api/v1/query", R"({"question":"q","risk":1.5})")), 400);
  EXPECT_EQ(problem_status(server.post_json("/api/v1/query", R"({"question":"q","conversation_id":"new","chat_history":[{"role":"user","content":"a"}]})")),
            400);
  EXPECT_EQ(problem_status(server.post_json("/api/v1/query", R"({"question":"q"})", {{"content-type", "text/plain"}})), 415);
  EXPECT_EQ(problem_status(server.post_json("/api/v1/query", std::string((1U << 20U) + 1, ' '))), 413);
  EXPECT_EQ(server.fake.asked, 0);
}

TEST(Routes, SearchGivesHits) {
  RunningServer server;
  std::size_t limit = 0;
  server.fake.on_search = [&](const std::string& question, std::size_t wanted, const auto&) {
    limit = wanted;
    return std::vector<app::SearchHit>{{.document_id = "doc_1", .text = question}};
  };
  const auto response = server.post_json("/api/v1/search", R"({"question":"问","limit":3})");
  EXPECT_EQ(body_of(response)["hits"][0]["text"], "问");
  EXPECT_EQ(limit, 3U);
  server.post_json("/api/v1/search", R"({"question":"q"})");
  EXPECT_EQ(limit, 8U);
  for (const char* bad : {R"({"question":"q","limit":0})", R"({"question":"q","limit":101})", R"({"question":"q","limit":1.5})", R"({"limit":1})"}) {
    EXPECT_EQ(problem_status(server.post_json("/api/v1/search", bad)), 400) << bad;
  }
}

TEST(Routes, AnAnswerIsCheckedAgainstTheSourcesThatComeWithIt) {
  RunningServer server;
  rag::AnswerToCheck seen;
  server.fake.on_check_answer = [&](const rag::AnswerToCheck& answer) {
    seen = answer;
    return FakeWorkbench::a_checked_answer();
  };
  const auto response = server.post_json("/api/v1/check", R"({"answer":"九十天。","sources":[{"name":"a.txt","text":"九十天"}]})");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(body_of(response), to_json(FakeWorkbench::a_checked_answer()));
  EXPECT_EQ(seen.text, "九十天。");
  ASSERT_TRUE(seen.sources);
  EXPECT_EQ(seen.sources->front().document.text, "九十天");
  server.post_json("/api/v1/check", R"({"answer":"a"})");
  EXPECT_FALSE(seen.sources);
}

TEST(Routes, AnAnswerThatCannotBeCheckedIsRefused) {
  RunningServer server;
  for (const char* bad :
       {"{", "[]", R"({"answer":7})", R"({"answer":" \n"})", R"({"sources":[]})", R"({"answer":"a","sources":[]})", R"({"answer":"a","sources":"b"})",
        R"({"answer":"a","sources":[{"name":"b"}]})", R"({"answer":"a","sources":[{"name":"b","text":" "}]})"}) {
    EXPECT_EQ(problem_status(server.post_json("/api/v1/check", bad)), 400) << bad;
  }
  EXPECT_EQ(problem_status(server.post_json("/api/v1/check", R"({"answer":")" + std::string(app::kMaxCheckedAnswerBytes + 1, 'a') + "\"}")), 413);
  const std::string source(app::kMaxSourcesBytes / 2 + 1, 'a');
  EXPECT_EQ(problem_status(server.post_json("/api/v1/check",
                                            R"({"answer":"a","sources":[{"name":"1","text":")" + source + R"("},{"name":"2","text":")" + source + R"("}]})")),
            413);
  EXPECT_EQ(problem_status(server.post_json("/api/v1/check", R"({"answer":"a"})", {{"content-type", "text/plain"}})), 415);
  server.fake.on_check_answer = [](const auto&) -> rag::CheckedAnswer { throw Error(ErrorKind::NotFound, "there is nothing to check it against"); };
  EXPECT_EQ(problem_status(server.post_json("/api/v1/check", R"({"answer":"a"})")), 404);
}

TEST(Routes, DocumentsAreListedPageByPageFoundAndRemoved) {
  RunningServer server;
  for (const char* name : {"a.txt", "b.txt", "/home/me/文.txt"}) server.fake.documents.push_back(FakeWorkbench::document(name, 10));
  const Json first = body_of(server.get("/api/v1/documents?limit=2"));
  EXPECT_EQ(first["documents"].size(), 2U);
  const Json second = body_of(server.get("/api/v1/documents?limit=2&cursor=" + first["next"].get<std::string>()));
  EXPECT_EQ(second["documents"][0]["source"], "/home/me/文.txt");
  EXPECT_TRUE(second["next"].is_null());
  for (const char* bad : {"0", "201", "x", "", "-1"}) EXPECT_EQ(problem_status(server.get(std::string("/api/v1/documents?limit=") + bad)), 400) << bad;

  EXPECT_EQ(body_of(server.get("/api/v1/documents/%2Fhome%2Fme%2F%E6%96%87.txt")), to_json(server.fake.documents[2]));
  const std::string id = server.fake.documents[0].id;
  EXPECT_EQ(body_of(RunningServer::request("DELETE", server.url("/api/v1/documents/" + id)))["id"], id);
  EXPECT_EQ(problem_status(server.get("/api/v1/documents/" + id)), 404);
  EXPECT_EQ(problem_status(RunningServer::request("DELETE", server.url("/api/v1/documents/" + id))), 404);
}

TEST(Routes, AFormsFilesAreAddedEachWithItsResult) {
  RunningServer server;
  server.fake.on_upload = [](const std::string& name, const std::string& bytes) -> ingest::FileResult {
    if (name == "bad.bin") throw Error(ErrorKind::Unsupported, "no known format");
    return {.source = name, .outcome = ingest::AddOutcome::Updated, .reason = {}, .document = FakeWorkbench::document(name, bytes.size())};
  };
  const auto response = server.post_json("/api/v1/upload", form({{"../../文.txt", "text\r\n"}, {"bad.bin", "?"}}), kForm);
  EXPECT_EQ(response.status, 200);
  const Json files = body_of(response)["files"];
  EXPECT_EQ(files[0]["source"], "文.txt");
  EXPECT_EQ(files[0]["outcome"], "updated");
  EXPECT_EQ(files[0]["document"]["bytes"], 6);
  EXPECT_EQ(files[1]["outcome"], "failed");
  EXPECT_EQ(files[1]["reason"], "no known format");
  EXPECT_EQ(files[1]["problem"]["status"], 415);
}

TEST(Routes, ARawBodyIsAddedUnderItsName) {
  RunningServer server;
  const std::map<std::string, std::string> headers{{"content-type", "text/plain"}};
  const auto response = server.post_json("/api/v1/upload?name=%E6%96%87+1.txt", "text", headers);
  EXPECT_EQ(body_of(response)["files"][0]["source"], "文 1.txt");
  EXPECT_EQ(problem_status(server.post_json("/api/v1/upload", "text", headers)), 400);
  EXPECT_EQ(problem_status(server.post_json("/api/v1/upload?name=%FF", "text", headers)), 400);
  EXPECT_EQ(problem_status(server.post_json("/api/v1/upload", "no form", kForm)), 400);
  EXPECT_EQ(problem_status(server.post_json("/api/v1/upload", form({}), kForm)), 400);
  EXPECT_EQ(problem_status(server.post_json("/api/v1/upload?name=a.txt", std::string((2U << 20U) + 1, 'a'), headers)), 413);
}

TEST(Routes, AnUploadWithAKeyIsDoneOnce) {
  RunningServer server;
  auto headers = kForm;
  headers["idempotency-key"] = "key-1";
  const auto first = server.post_json("/api/v1/upload", form({{"a.txt", "one"}}), headers);
  const auto second = server.post_json("/api/v1/upload", form({{"a.txt", "one"}}), headers);
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(second.body, first.body);
  EXPECT_EQ(second.headers.at("idempotent-replay"), "true");
  EXPECT_EQ(server.fake.uploaded, 1);
  EXPECT_EQ(problem_status(server.post_json("/api/v1/upload", form({{"a.txt", "two"}}), headers)), 409);
  headers["idempotency-key"] = std::string(256, 'k');
  EXPECT_EQ(problem_status(server.post_json("/api/v1/upload", form({{"a.txt", "two"}}), headers)), 400);
}

TEST(Routes, ThePageLoadsNothingFromElsewhere) {
  RunningServer server;
  const auto page = server.get("/");
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.headers.at("content-security-policy"), StartsWith("default-src 'self'; "));
  EXPECT_THAT(page.body, HasSubstr("判断"));
  for (const char* path : {"/app.js", "/ask.js", "/documents.js", "/dom.js", "/jobs.js", "/text.js", "/style.css", "/icon.svg", "/api/v1/openapi.yaml"}) {
    const auto file = server.get(path);
    EXPECT_EQ(file.status, 200) << path;
    EXPECT_FALSE(file.body.empty());
    EXPECT_THAT(file.body, ::testing::Not(HasSubstr("innerHTML"))) << path;
  }
  EXPECT_EQ(page.body.find("<script>"), std::string::npos);
  EXPECT_EQ(page.body.find("style=\""), std::string::npos);
}

TEST(Routes, WhatIsNotThereIs404AndTheWrongMethodIs405) {
  RunningServer server;
  EXPECT_EQ(problem_status(server.get("/nothing")), 404);
  EXPECT_EQ(problem_status(server.get("/../etc/passwd")), 404);
  const auto response = server.get("/api/v1/query");
  EXPECT_EQ(problem_status(response), 405);
  EXPECT_EQ(response.headers.at("allow"), "POST");
}

TEST(Routes, TheCommandLinesRoutesAreOnlyOnTheUnixSocket) {
  RunningServer server;
  for (const char* path : {"/local/add", "/local/remove", "/local/check", "/local/find", "/local/upload?name=a.txt"}) {
    EXPECT_EQ(server.post_json(path, "{}").status, 404) << path;
  }
  const auto check = RunningServer::request("POST", server.local_url("/local/check"), "{}", {{"content-type", "application/json"}});
  EXPECT_EQ(check.status, 200);
  EXPECT_EQ(RunningServer::request("GET", server.local_url("/healthz")).status, 200);
}

TEST(Routes, JobsAreListedShownCancelledAndTriedAgain) {
  RunningServer server;
  server.fake.kept_jobs = {
      {.id = "job_1", .kind = "sync", .arguments = R"({"folder":"/a"})", .state = store::JobState::Failed, .error = "no", .error_kind = "busy"}};
  const auto listed = body_of(server.get("/api/v1/jobs"));
  ASSERT_EQ(listed["jobs"].size(), 1U);
  EXPECT_EQ(listed["jobs"][0]["arguments"]["folder"], "/a");
  EXPECT_EQ(listed["jobs"][0]["error"]["type"], "urn:panduan:error:busy");
  EXPECT_EQ(body_of(server.get("/api/v1/jobs/job_1"))["state"], "failed");
  EXPECT_EQ(body_of(server.post_json("/api/v1/jobs/job_1/retry", ""))["state"], "waiting");
  EXPECT_EQ(body_of(server.post_json("/api/v1/jobs/job_1/cancel", ""))["state"], "cancelled");
  EXPECT_EQ(problem_status(server.get("/api/v1/jobs/job_2")), 404);
  EXPECT_EQ(problem_status(server.post_json("/api/v1/jobs/job_2/cancel", "")), 404);
  EXPECT_EQ(problem_status(server.get("/api/v1/jobs?limit=0")), 400);
}

TEST(Routes, AnUploadThatPrefersNotToWaitIsAJob) {
  RunningServer server;
  auto headers = kForm;
  headers["prefer"] = "wait=5;foo, Respond-Async";
  headers["idempotency-key"] = "k";
  const auto send = [&] { return RunningServer::request("POST", server.url("/api/v1/upload?priority=high"), form({{"a.txt", "apples"}}), headers); };
  const auto accepted = send();
  EXPECT_EQ(accepted.status, 202);
  EXPECT_EQ(accepted.headers.at("location"), "/api/v1/jobs/job_1");
  EXPECT_EQ(accepted.headers.at("preference-applied"), "respond-async");
  EXPECT_EQ(body_of(accepted)["jobs"][0]["priority"], "high");
  EXPECT_EQ(std::get<app::UploadWork>(server.fake.submitted.at(0)).bytes, "apples");
  EXPECT_EQ(server.fake.uploaded, 0);
  const auto again = send();
  EXPECT_EQ(again.status, 202);
  EXPECT_EQ(again.headers.at("location"), "/api/v1/jobs/job_1");
  EXPECT_EQ(again.headers.at("idempotent-replay"), "true");
  EXPECT_EQ(server.fake.submitted.size(), 1U);
  headers.erase("idempotency-key");
  const auto several = RunningServer::request("POST", server.url("/api/v1/upload"), form({{"b.txt", "b"}, {"c.txt", "c"}}), headers);
  EXPECT_EQ(several.headers.at("location"), "/api/v1/jobs");
  EXPECT_EQ(body_of(several)["jobs"].size(), 2U);
  EXPECT_EQ(problem_status(RunningServer::request("POST", server.url("/api/v1/upload?priority=now"), form({{"a.txt", "a"}}), headers)), 400);
  headers["prefer"] = "return=minimal";
  EXPECT_EQ(RunningServer::request("POST", server.url("/api/v1/upload"), form({{"a.txt", "a"}}), headers).status, 200);
}

TEST(Routes, OfSeveralUploadsThatPreferNotToWaitAllAreTakenOrNone) {
  RunningServer server;
  server.fake.on_submit = [](const app::LongWork& work) {
    if (std::get<app::UploadWork>(work).name == "b.txt") throw Error(ErrorKind::NoSpace, "full");
  };
  auto headers = kForm;
  headers["prefer"] = "respond-async";
  EXPECT_EQ(problem_status(RunningServer::request("POST", server.url("/api/v1/upload"), form({{"a.txt", "a"}, {"b.txt", "b"}}), headers)), 507);
  ASSERT_EQ(server.fake.kept_jobs.size(), 1U);
  EXPECT_EQ(server.fake.kept_jobs[0].state, store::JobState::Cancelled);
}

TEST(Routes, PathsOfThisMachineAreSubmittedThroughTheSocketAlone) {
  RunningServer server;
  const std::string job = R"({"kind":"add","arguments":{"paths":["/a"]},"priority":"low"})";
  EXPECT_EQ(problem_status(server.post_json("/local/jobs", job)), 404);
  EXPECT_EQ(problem_status(server.post_json("/api/v1/jobs", job)), 405);
  const RunningServer::Headers headers{{"content-type", "application/json"}};
  EXPECT_EQ(body_of(RunningServer::request("POST", server.local_url("/local/jobs"), job, headers))["kind"], "add");
  for (const char* bad : {R"({"kind":"mow","arguments":{},"priority":"low"})", R"({"kind":"upload","arguments":{"name":"a"},"priority":"low"})",
                          R"({"kind":"add","arguments":{"paths":["a"]},"priority":"low"})", R"({"kind":"add","arguments":{"paths":["/a"]},"priority":"x"})"}) {
    EXPECT_EQ(problem_status(RunningServer::request("POST", server.local_url("/local/jobs"), bad, headers)), 400) << bad;
  }
}

}  // namespace
}  // namespace panduan::server
