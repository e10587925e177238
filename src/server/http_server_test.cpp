#include "server/http_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <atomic>
#include <filesystem>
#include <list>

#include "base/clock.h"
#include "server/testing/running_server.h"

namespace panduan::server {
namespace {

using testing::eventually;
using ::testing::HasSubstr;
using testing::RawConnection;
using testing::RunningServer;
using ::testing::StartsWith;
using namespace std::chrono_literals;

std::string query_head(const RunningServer& server, std::size_t length) {
  return "POST /api/v1/query HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server.port()) +
         "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(length) + "\r\n\r\n";
}
std::string query(const RunningServer& server, const std::string& body) { return query_head(server, body.size()) + body; }
std::string get(const RunningServer& server, const std::string& target) {
  return "GET " + target + " HTTP/1.1\r\nHost: localhost:" + std::to_string(server.port()) + "\r\n\r\n";
}

/// Asks, and does not end until it is told to stop.
struct EndlessAnswer {
  std::atomic<bool> began = false, stopped = false;
  void install(testing::FakeWorkbench& fake) {
    fake.on_ask = [this](const auto&, const rag::EventSink& sink, const std::stop_token& stop) {
      sink(rag::Searching{.question = "q", .query = "q"});
      began = true;
      while (!stop.stop_requested()) std::this_thread::sleep_for(5ms);
      stopped = true;
      throw Error(ErrorKind::Cancelled, "cancelled");
    };
  }
};

TEST(HttpServer, AConnectionServesOneRequestAfterAnother) {
  RunningServer server;
  RawConnection connection(server.port());
  connection.send(get(server, "/healthz") + get(server, "/readyz"));
  EXPECT_THAT(connection.read_until("\"ready\":true}"), HasSubstr("{\"status\":\"ok\"}HTTP/1.1 200 OK"));
  connection.send("HEAD /healthz HTTP/1.1\r\nHost: localhost:" + std::to_string(server.port()) + "\r\nConnection: close\r\n\r\n");
  const std::string all = connection.read_to_end();
  EXPECT_THAT(all.substr(all.rfind("HTTP/1.1")), HasSubstr("Content-Length: 15"));
  EXPECT_TRUE(all.ends_with("\r\n\r\n"));
}

TEST(HttpServer, WorkIsAskedToStopWhenTheClientGoesAway) {
  EndlessAnswer answer;
  RunningServer server;
  answer.install(server.fake);
  for (const char* stream : {"true", "false"}) {
    answer.began = answer.stopped = false;
    RawConnection connection(server.port());
    connection.send(query(server, std::string(R"({"question":"q","stream":)") + stream + "}"));
    ASSERT_TRUE(eventually([&] { return answer.began.load(); }));
    connection.close();
    EXPECT_TRUE(eventually([&] { return answer.stopped.load(); })) << "stream: " << stream;
  }
}

TEST(HttpServer, AQuietStreamSaysThatItIsAlive) {
  EndlessAnswer answer;
  RunningServer server({.heartbeat_interval = 30ms});
  answer.install(server.fake);
  RawConnection connection(server.port());
  connection.send(query(server, R"({"question":"q","stream":true})"));
  EXPECT_THAT(connection.read_until(": still here\n\n"), HasSubstr("event: searching"));
}

TEST(HttpServer, AClientThatDoesNotReadHoldsNoWorker) {
  std::atomic<bool> ended = false;
  RunningServer server({.write_time_limit = 300ms, .worker_patience = 10s});
  server.fake.on_ask = [&](const auto&, const rag::EventSink& sink, const auto&) {
    try {
      for (int i = 0; i < 10'000; ++i) sink(rag::AnswerText{.text = std::string(16 << 10, 'x')});
    } catch (const Error&) {
      ended = true;
      throw;
    }
  };
  RawConnection connection(server.port());
  connection.send(query(server, R"({"question":"q","stream":true})"));
  EXPECT_TRUE(eventually([&] { return ended.load(); }));
}

TEST(HttpServer, ASlowHeaderAndASlowBodyRunOutOfTime) {
  RunningServer server({.read_time_limit = 200ms});
  RawConnection header(server.port());
  header.send("GET /healthz HT");
  EXPECT_THAT(header.read_to_end(), StartsWith("HTTP/1.1 408 "));
  RawConnection body(server.port());
  body.send(query_head(server, 100) + "{");
  EXPECT_THAT(body.read_to_end(), StartsWith("HTTP/1.1 408 "));
  RawConnection idle(server.port());
  EXPECT_EQ(idle.read_to_end(), "");
}

TEST(HttpServer, WhatIsTooLargeIsRefusedBeforeItIsRead) {
  RunningServer server;
  RawConnection header(server.port());
  header.send("GET /healthz HTTP/1.1\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n");
  EXPECT_THAT(header.read_to_end(), StartsWith("HTTP/1.1 431 "));
  RawConnection length(server.port());
  length.send(query_head(server, 1U << 30U));
  EXPECT_THAT(length.read_until("}"), StartsWith("HTTP/1.1 413 "));
  RawConnection chunks(server.port());
  chunks.send("POST /api/v1/query HTTP/1.1\r\nHost: localhost:" + std::to_string(server.port()) +
              "\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n200000\r\n" + std::string(0x200000, ' ') + "\r\n0\r\n\r\n");
  EXPECT_THAT(chunks.read_until("}"), StartsWith("HTTP/1.1 413 "));
  EXPECT_EQ(server.fake.asked, 0);
}

TEST(HttpServer, ABodyCountsOnlyWhileItsClientIsThere) {
  RunningServer server({.max_buffered_body_bytes = 1}, 1);  // room for two uploads of 1 MB, the least there is
  const std::string body = R"({"question":"q"})" + std::string(900'000, ' ');
  auto status = [&] {
    RawConnection connection(server.port());
    connection.send(query(server, body));
    return connection.read_until("\r\n").substr(0, sizeof("HTTP/1.1 200") - 1);
  };
  EXPECT_EQ(status(), "HTTP/1.1 200");
  {
    RawConnection first(server.port());
    RawConnection second(server.port());
    for (RawConnection* waiting : {&first, &second}) waiting->send(query_head(server, 1'000'000) + "{");
    EXPECT_TRUE(eventually([&] { return status() == "HTTP/1.1 503"; }));
  }
  EXPECT_TRUE(eventually([&] { return status() == "HTTP/1.1 200"; })) << "what never came is not waited for";
}

TEST(HttpServer, WhatIsNotHttpIsRefused) {
  RunningServer server;
  for (const char* bytes :
       {"hello\r\n\r\n", "GET / HTTP/3.0\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "POST /api/v1/query HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"}) {
    RawConnection connection(server.port());
    connection.send(bytes);
    EXPECT_THAT(connection.read_until("}"), StartsWith("HTTP/1.1 400 ")) << bytes;
  }
}

TEST(HttpServer, ALargeBodyMayWaitToBeAskedFor) {
  RunningServer server;
  const std::string body = R"({"question":"q"})";
  RawConnection connection(server.port());
  std::string head = query_head(server, body.size());
  head.insert(head.size() - 2, "Expect: 100-continue\r\n");
  connection.send(head);
  EXPECT_EQ(connection.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  connection.send(body);
  EXPECT_THAT(connection.read_until("\"total_ms\""), HasSubstr("HTTP/1.1 200 OK"));
}

TEST(HttpServer, AnotherNameAndAnotherSitesWritesAreRefused) {
  RunningServer server;
  EXPECT_EQ(server.get("/api/v1/documents", {{"host", "evil.example:" + std::to_string(server.port())}}).status, 403);
  EXPECT_EQ(server.get("/healthz", {{"host", "localhost:1"}}).status, 403);
  EXPECT_EQ(server.post_json("/api/v1/query", R"({"question":"q"})", {{"origin", "https://evil.example"}}).status, 403);
  EXPECT_EQ(server.fake.asked, 0);
  EXPECT_EQ(server.post_json("/api/v1/query", R"({"question":"q"})", {{"origin", "http://127.0.0.1:" + std::to_string(server.port())}}).status, 200);
}

TEST(HttpServer, TooManyConnectionsAreToldToComeBack) {
  RunningServer server({.max_connections = 2});
  std::list<RawConnection> connections;
  for (int i = 0; i < 2; ++i) connections.emplace_back(server.port()).send(get(server, "/healthz"));
  for (auto& connection : connections) EXPECT_THAT(connection.read_until("}"), StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(server.get("/healthz").status, 503);
  EXPECT_EQ(RunningServer::request("GET", server.local_url("/healthz")).status, 200);
  connections.clear();
  EXPECT_TRUE(eventually([&] { return server.get("/healthz").status == 200; }));
}

TEST(HttpServer, TooManyQuestionsAreToldToComeBackWhileTheRestGoesOn) {
  EndlessAnswer answer;
  RunningServer server({.long_workers = 1, .max_waiting = 1});
  answer.install(server.fake);
  std::list<RawConnection> connections;
  connections.emplace_back(server.port()).send(query(server, R"({"question":"q","stream":true})"));
  ASSERT_TRUE(eventually([&] { return answer.began.load(); }));
  connections.emplace_back(server.port()).send(query(server, R"({"question":"q","stream":true})"));
  ASSERT_TRUE(eventually([&] { return server.post_json("/api/v1/search", R"({"question":"q"})").status == 503; }));
  EXPECT_EQ(server.get("/api/v1/documents").status, 200);
}

TEST(HttpServer, StoppingLetsARunningRequestEnd) {
  std::atomic<bool> began = false, go_on = false;
  RunningServer server;
  server.fake.on_ask = [&](const auto&, const rag::EventSink& sink, const auto&) {
    began = true;
    while (!go_on) std::this_thread::sleep_for(5ms);
    for (const auto& event : testing::FakeWorkbench::an_answer()) sink(event);
  };
  RawConnection idle(server.port());
  idle.send(get(server, "/healthz"));
  idle.read_until("}");
  RawConnection busy(server.port());
  busy.send(query(server, R"({"question":"q"})"));
  ASSERT_TRUE(eventually([&] { return began.load(); }));
  const auto socket = app::socket_path(server.config);
  EXPECT_TRUE(std::filesystem::exists(socket));
  server.request_stop();
  EXPECT_THAT(idle.read_to_end(), StartsWith("HTTP/1.1 200"));
  EXPECT_FALSE(std::filesystem::exists(socket));
  EXPECT_ANY_THROW(server.get("/healthz"));
  go_on = true;
  EXPECT_THAT(busy.read_to_end(), HasSubstr("Ninety days"));
  server.stop();
}

TEST(HttpServer, StoppingAsksAnEndlessRequestToEndAndSaysSo) {
  EndlessAnswer answer;
  RunningServer server({.drain_time_limit = 50ms});
  answer.install(server.fake);
  RawConnection connection(server.port());
  connection.send(query(server, R"({"question":"q","stream":true})"));
  ASSERT_TRUE(eventually([&] { return answer.began.load(); }));
  const Stopwatch watch;
  server.stop();
  EXPECT_LT(watch.elapsed_ms(), 3000);
  EXPECT_TRUE(answer.stopped);
  EXPECT_THAT(connection.read_to_end(), HasSubstr("the server is shutting down"));
}

TEST(HttpServer, AnAddressInUseIsSaidInOneLine) {
  RunningServer server;
  const Router router;
  try {
    const HttpServer second(router, {.port = server.port()});
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::Busy);
    EXPECT_THAT(error.what(), HasSubstr(std::to_string(server.port()) + " is in use"));
  }
  EXPECT_THROW(HttpServer(router, {.host = "256.0.0.1"}), Error);
}

TEST(HttpServer, TheUnixSocketIsForThisUserOnlyAndAStaleOneIsReplaced) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "socket";
  const Router router;
  {
    const HttpServer first(router, {.socket_path = path});
    struct stat info{};
    ASSERT_EQ(::stat(path.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777U, 0600U);
    EXPECT_THROW(HttpServer(router, {.socket_path = path}), Error);
    EXPECT_TRUE(std::filesystem::exists(path));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
  const int dead = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.native().copy(address.sun_path, sizeof(address.sun_path) - 1);
  ASSERT_EQ(::bind(dead, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  ::close(dead);
  EXPECT_NO_THROW(HttpServer(router, {.socket_path = path}));
  write_file_atomically(path, "mine");
  EXPECT_THROW(HttpServer(router, {.socket_path = path}), Error);
  EXPECT_THROW(HttpServer(router, {.socket_path = folder.path() / std::string(120, 'x')}), Error);
}

}  // namespace
}  // namespace panduan::server
