#include "llm/remote/openai_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/error.h"
#include "base/testing/failure.h"
#include "net/testing/scripted_server.h"

namespace panduan::llm {
namespace {

using net::testing::ScriptedServer;
using nlohmann::json;
using panduan::testing::Failure;
using panduan::testing::failure_of;
using ::testing::HasSubstr;

const std::vector<ChatMessage> kQuestion{{Role::System, "Be short."}, {Role::User, "判断是什么？"}};

std::string event(const json& data) { return "data: " + data.dump() + "\n\n"; }
std::string piece(const std::string& text) { return event({{"choices", {{{"index", 0}, {"delta", {{"content", text}}}, {"finish_reason", nullptr}}}}}); }
std::string ending(const std::string& reason) {
  return event({{"choices", {{{"index", 0}, {"delta", json::object()}, {"finish_reason", reason}}}}}) +
         event({{"choices", json::array()}, {"usage", {{"prompt_tokens", 21}, {"completion_tokens", 3}, {"prompt_tokens_details", {{"cached_tokens", 5}}}}}}) +
         "data: [DONE]\n\n";
}
void stream(ScriptedServer::Connection& connection, const std::string& body) {
  connection.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n" + body);
}

std::unique_ptr<ChatModel> connect(const ScriptedServer& server) {
  return connect_remote_chat_model({.base_url = server.url("/v1/"), .model = "test", .api_key = "key-1", .context_tokens = 4096});
}

TEST(RemoteChatModel, StreamsAnAnswerAndItsCost) {
  const ScriptedServer server(
      [](const auto&, auto& connection) { stream(connection, piece("判断") + ": keep-alive\n\n" + piece(" is judgement") + ending("stop")); });
  std::vector<std::string> pieces;
  const auto model = connect(server);
  const Generation generation = model->generate(kQuestion, {.max_tokens = 50, .temperature = 0.5F, .seed = 7, .stop = {"\n\n"}},
                                                [&](std::string_view text) {
                                                  pieces.emplace_back(text);
                                                  return true;
                                                },
                                                {});
  EXPECT_EQ(generation.text, "判断 is judgement");
  EXPECT_EQ(pieces, (std::vector<std::string>{"判断", " is judgement"}));
  EXPECT_EQ(generation.finish, FinishReason::Stop);
  EXPECT_EQ(generation.usage.prompt_tokens, 21);
  EXPECT_EQ(generation.usage.reused_tokens, 5);
  EXPECT_EQ(generation.usage.completion_tokens, 3);
  ASSERT_EQ(server.requests().size(), 1U);
  const auto asked = server.requests()[0];
  EXPECT_EQ(asked.target, "/v1/chat/completions");
  EXPECT_EQ(asked.headers.at("authorization"), "Bearer key-1");
  const json body = json::parse(asked.body);
  EXPECT_EQ(body["messages"][1]["role"], "user");
  EXPECT_EQ(body["messages"][1]["content"], "判断是什么？");
  EXPECT_EQ(body["seed"], 7);
  EXPECT_EQ(body["max_tokens"], 50);
  EXPECT_EQ(body["stop"], json({"\n\n"}));
  EXPECT_EQ(body["stream_options"]["include_usage"], true);
}

TEST(RemoteChatModel, SaysWhenTheLengthEndedIt) {
  const ScriptedServer server([](const auto&, auto& connection) { stream(connection, piece("a") + ending("length")); });
  EXPECT_EQ(connect(server)->generate(kQuestion, {}, {}, {}).finish, FinishReason::Length);
}

TEST(RemoteChatModel, StopsBeforeAStopTextThatTheServerLetThrough) {
  const ScriptedServer server([](const auto&, auto& connection) { stream(connection, piece("one EN") + piece("D two") + ending("stop")); });
  std::string shown;
  const Generation generation = connect(server)->generate(kQuestion, {.stop = {"1", "2", "3", "4", "END"}},
                                                          [&](std::string_view text) {
                                                            shown += text;
                                                            return true;
                                                          },
                                                          {});
  EXPECT_EQ(generation.text, "one ");
  EXPECT_EQ(shown, "one ");
  EXPECT_EQ(json::parse(server.requests()[0].body)["stop"].size(), 4U);
}

TEST(RemoteChatModel, EndsWhenTheSinkHasEnough) {
  const ScriptedServer server([](const auto&, auto& connection) {
    stream(connection, "");
    while (connection.send(piece("more "))) {
    }
  });
  int calls = 0;
  const Generation generation = connect(server)->generate(kQuestion, {}, [&](std::string_view) { return ++calls < 3; }, {});
  EXPECT_EQ(generation.text, "more more more ");
  EXPECT_EQ(generation.finish, FinishReason::Stop);
}

TEST(RemoteChatModel, GivesWhatThereIsWhenItIsStopped) {
  std::stop_source source;
  const ScriptedServer server([&](const auto&, auto& connection) {
    stream(connection, piece("half"));
    connection.wait_for_close();
  });
  const Generation generation = connect(server)->generate(
      kQuestion, {},
      [&](std::string_view) {
        source.request_stop();
        return true;
      },
      source.get_token());
  EXPECT_EQ(generation.finish, FinishReason::Cancelled);
  EXPECT_EQ(generation.text, "half");
}

TEST(RemoteChatModel, ExplainsWhatTheServerRefuses) {
  struct Case {
    int status;
    std::string body;
    ErrorKind kind;
    std::string words;
  };
  const std::vector<Case> cases{{401, R"({"error":{"message":"bad key"}})", ErrorKind::Unavailable, "remote.key_variable"},
                                {404, R"({"error":"model 'test' not found"})", ErrorKind::Unavailable, "knows no model 'test'"},
                                {429, "{}", ErrorKind::Busy, "too much to do"},
                                {400, R"({"error":{"code":"context_length_exceeded","message":"too long"}})", ErrorKind::TooLarge, "too long"},
                                {500, "<html>\noops</html>", ErrorKind::Unavailable, "status 500"}};
  for (const auto& expected : cases) {
    const ScriptedServer server([&](const auto&, auto& connection) { connection.answer(expected.status, expected.body); });
    const Failure failure = failure_of([&] { connect(server)->generate(kQuestion, {}, {}, {}); });
    EXPECT_EQ(failure.kind, expected.kind) << expected.status;
    EXPECT_THAT(failure.message, HasSubstr(expected.words));
    EXPECT_EQ(failure.message.find('\n'), std::string::npos);
    EXPECT_EQ(failure.message.find("key-1"), std::string::npos);
  }
}

TEST(RemoteChatModel, ExplainsAnAnswerThatIsNoStreamOrIsCutShort) {
  for (const std::string& body : {std::string("data: <html>\n\n"), piece("half an answer"), std::string("data: {\"choices\":[7]}\n\n"),
                                  std::string("data: {\"error\":{\"message\":\"out of memory\"}}\n\n"), std::string()}) {
    const ScriptedServer server([&](const auto&, auto& connection) { stream(connection, body); });
    EXPECT_EQ(failure_of([&] { connect(server)->generate(kQuestion, {}, {}, {}); }).kind, ErrorKind::Unavailable) << body;
  }
}

TEST(RemoteChatModel, SaysWhenNobodyListens) {
  const auto model = connect_remote_chat_model({.base_url = "http://127.0.0.1:1/v1", .model = "test", .api_key = "", .context_tokens = 10});
  EXPECT_EQ(failure_of([&] { model->generate(kQuestion, {}, {}, {}); }).kind, ErrorKind::Unavailable);
}

TEST(RemoteChatModel, EstimatesTokensNotBelowWhatIsUsual) {
  const auto model = connect_remote_chat_model({.base_url = "http://127.0.0.1:1/v1", .model = "test", .api_key = "", .context_tokens = 10});
  EXPECT_EQ(model->count_tokens(""), 0U);
  EXPECT_EQ(model->count_tokens("判断"), 2U);
  EXPECT_GE(model->count_tokens("The quick brown fox jumps over the lazy dog."), 10U);
}

/// Vectors whose first number is the text's length, in reverse order, not normalised.
void answer_embeddings(const ScriptedServer::Request& request, ScriptedServer::Connection& connection) {
  const json body = json::parse(request.body);
  json data = json::array();
  for (std::size_t i = body["input"].size(); i-- > 0;) {
    data.push_back({{"index", i}, {"embedding", {static_cast<double>(body["input"][i].get<std::string>().size()), 1.0, 0.0}}});
  }
  connection.answer(200, json{{"data", data}}.dump());
}

TEST(RemoteEmbedder, AsksInBatchesAndNormalises) {
  const ScriptedServer server(answer_embeddings);
  const auto embedder = connect_remote_embedder({.base_url = server.url("/v1"), .model = "vectors", .api_key = "", .context_tokens = 4096});
  EXPECT_EQ(embedder->dims(), 3U);
  std::vector<std::string> texts;
  for (std::size_t i = 1; i <= 130; ++i) texts.emplace_back(i, 'x');
  const Embeddings embeddings = embedder->embed(texts, EmbedAs::Passage, {});
  ASSERT_EQ(embeddings.rows(), 130U);
  EXPECT_EQ(server.requests().size(), 1U + 3U);
  for (std::size_t i = 0; i < 130; ++i) {
    const double length = static_cast<double>(i + 1);
    EXPECT_NEAR(embeddings.row(i)[0], length / std::sqrt(length * length + 1), 1e-5);
  }
}

TEST(RemoteEmbedder, GivesAnE5ModelItsWords) {
  const ScriptedServer server(answer_embeddings);
  const auto embedder =
      connect_remote_embedder({.base_url = server.url("/v1"), .model = "intfloat/multilingual-E5-small", .api_key = "", .context_tokens = 4096});
  const std::vector<std::string> texts{"text"};
  embedder->embed(texts, EmbedAs::Passage, {});
  EXPECT_EQ(json::parse(server.requests().back().body)["input"][0], "passage: text");
}

TEST(RemoteEmbedder, CutsATextThatIsTooLong) {
  const ScriptedServer server(answer_embeddings);
  const auto embedder = connect_remote_embedder({.base_url = server.url("/v1"), .model = "vectors", .api_key = "", .context_tokens = 10});
  std::string text;
  for (int i = 0; i < 20; ++i) text += "断";
  const std::vector<std::string> texts{text};
  embedder->embed(texts, EmbedAs::Passage, {});
  EXPECT_EQ(json::parse(server.requests().back().body)["input"][0].get<std::string>(), text.substr(0, 30));
}

TEST(RemoteEmbedder, RefusesVectorsThatDoNotFit) {
  std::atomic<int> calls = 0;
  std::string later;
  const ScriptedServer server([&](const auto&, auto& connection) { connection.answer(200, ++calls == 1 ? R"({"data":[{"embedding":[1,2]}]})" : later); });
  const auto embedder = connect_remote_embedder({.base_url = server.url("/v1"), .model = "vectors", .api_key = "", .context_tokens = 100});
  const std::vector<std::string> texts{"text"};
  const std::map<std::string, ErrorKind> cases{{R"({"data":[{"embedding":[1,2,3]}]})", ErrorKind::Conflict},
                                               {R"({"data":[{"embedding":[0,0]}]})", ErrorKind::Unavailable},
                                               {R"({"data":[]})", ErrorKind::Unavailable},
                                               {R"({"data":[{"embedding":"base64"}]})", ErrorKind::Unavailable},
                                               {R"({"data":[{"index":4,"embedding":[1,2]}]})", ErrorKind::Unavailable},
                                               {"<html>", ErrorKind::Unavailable}};
  for (const auto& [body, kind] : cases) {
    later = body;
    EXPECT_EQ(failure_of([&] { embedder->embed(texts, EmbedAs::Query, {}); }).kind, kind) << body;
  }
}

}  // namespace
}  // namespace panduan::llm
