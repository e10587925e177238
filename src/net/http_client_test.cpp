#include "net/http_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <cstdlib>
#include <thread>

#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/testing/failure.h"
#include "net/testing/scripted_server.h"

namespace panduan::net {
namespace {

using panduan::testing::Failure;
using panduan::testing::failure_of;
using ::testing::HasSubstr;
using testing::ScriptedServer;
using namespace std::chrono_literals;

HttpRequest request_to(const std::string& url) {
  HttpRequest request;
  request.url = url;
  request.connect_time_limit = 2s;
  request.idle_time_limit = 5s;
  return request;
}

TEST(HttpClient, GetsAnAnswerWithItsHeaders) {
  const ScriptedServer server([](const auto&, auto& connection) { connection.answer(200, "hello", "X-One: a\r\nx-one: b\r\n"); });
  const HttpResponse response = send(request_to(server.url("/path?q=1")));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "hello");
  EXPECT_EQ(response.headers.at("x-one"), "a, b");
  ASSERT_EQ(server.requests().size(), 1U);
  EXPECT_EQ(server.requests()[0].target, "/path?q=1");
  EXPECT_EQ(server.requests()[0].headers.at("host"), server.url("").substr(7));
}

TEST(HttpClient, TalksWithABeastServerInChunks) {
  namespace beast = boost::beast;
  boost::asio::io_context io;
  boost::asio::ip::tcp::acceptor acceptor(io, {boost::asio::ip::make_address("127.0.0.1"), 0});
  const std::string posted(300'000, 'x');
  std::thread server([&] {
    auto socket = acceptor.accept();
    beast::flat_buffer buffer;
    beast::http::request<beast::http::string_body> request;
    beast::http::read(socket, buffer, request);
    beast::http::response<beast::http::string_body> response(beast::http::status::created, 11);
    response.body() = std::string(request.method_string()) + request.body();
    response.chunked(true);
    beast::http::write(socket, response);
  });
  HttpRequest request = request_to("http://127.0.0.1:" + std::to_string(acceptor.local_endpoint().port()) + "/");
  request.method = "POST";
  request.body = posted;
  const HttpResponse response = send(request);
  server.join();
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(response.body, "POST" + posted);
}

TEST(HttpClient, SpeaksThroughAUnixSocket) {
  const TemporaryFolder folder;
  const ScriptedServer server(folder.path() / "s.sock", [](const auto& request, auto& connection) { connection.answer(200, request.target + request.body); });
  HttpRequest request = request_to("unix:" + (folder.path() / "s.sock").string() + ":/v1/ask");
  request.method = "POST";
  request.body = "!";
  EXPECT_EQ(send(request).body, "/v1/ask!");
}

TEST(HttpClient, GivesPiecesToTheSinkAsTheyCome) {
  std::atomic<int> seen = 0;
  const ScriptedServer server([&](const auto&, auto& connection) {
    connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 3; ++i) {
      connection.send("3\r\nabc\r\n");
      for (int wait = 0; wait < 500 && seen <= i; ++wait) std::this_thread::sleep_for(2ms);
    }
    connection.send("0\r\n\r\n");
  });
  std::string text;
  const HttpResponse response = send(request_to(server.url()), {}, [&](std::string_view bytes) {
    text += bytes;
    ++seen;
    return true;
  });
  EXPECT_EQ(text, "abcabcabc");
  EXPECT_EQ(seen, 3);
  EXPECT_EQ(response.body, "");
}

TEST(HttpClient, EndsWhenTheSinkHasEnough) {
  const ScriptedServer server([](const auto&, auto& connection) {
    connection.send("HTTP/1.1 200 OK\r\n\r\n");
    while (connection.send(std::string(10'000, 'x'))) {
    }
  });
  std::size_t count = 0;
  send(request_to(server.url()), {}, [&](std::string_view bytes) { return (count += bytes.size()) < 50'000; });
  EXPECT_GE(count, 50'000U);
}

TEST(HttpClient, LetsTheSinksErrorThrough) {
  const ScriptedServer server([](const auto&, auto& connection) { connection.answer(200, "x"); });
  EXPECT_THROW(send(request_to(server.url()), {}, [](std::string_view) -> bool { throw std::logic_error("mine"); }), std::logic_error);
}

TEST(HttpClient, CollectsTheBodyOfAnErrorEvenWithASink) {
  const ScriptedServer server([](const auto&, auto& connection) { connection.answer(404, "no such page"); });
  const HttpResponse response = send(request_to(server.url()), {}, [](std::string_view) { return true; });
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.body, "no such page");
}

TEST(HttpClient, ShowsTheHeadersBeforeTheBody) {
  const ScriptedServer server([](const auto&, auto& connection) { connection.answer(206, "abc", "Content-Range: bytes 5-7/8\r\n"); });
  std::string order;
  HttpRequest request = request_to(server.url());
  request.on_headers = [&](const HttpResponse& response) {
    order += std::to_string(response.status) + response.headers.at("content-range");
    return true;
  };
  send(request, {}, [&](std::string_view bytes) {
    order += bytes;
    return true;
  });
  EXPECT_EQ(order, "206bytes 5-7/8abc");
  request.on_headers = [](const HttpResponse&) { return false; };
  EXPECT_EQ(send(request).body, "");
}

TEST(HttpClient, ReadsABodyUntilTheConnectionEnds) {
  const ScriptedServer server([](const auto&, auto& connection) { connection.send("HTTP/1.0 200 OK\r\n\r\nold style"); });
  EXPECT_EQ(send(request_to(server.url())).body, "old style");
}

TEST(HttpClient, PassesOverInterimAnswers) {
  const ScriptedServer server([](const auto&, auto& connection) {
    connection.send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n");
    connection.answer(200, "real");
  });
  EXPECT_EQ(send(request_to(server.url())).body, "real");
}

TEST(HttpClient, ExpectsNoBodyAfterHead) {
  const ScriptedServer server([](const auto&, auto& connection) { connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"); });
  HttpRequest request = request_to(server.url());
  request.method = "HEAD";
  EXPECT_EQ(send(request).headers.at("content-length"), "1000");
}

TEST(HttpClient, FollowsRedirectsAndDropsCredentialsOnTheWayToAnotherServer) {
  const ScriptedServer other([](const auto&, auto& connection) { connection.answer(200, "there"); });
  const ScriptedServer server([&](const auto& request, auto& connection) {
    if (request.target == "/a") return connection.answer(302, "moved", "Location: /b\r\n");
    connection.answer(307, "moved", "Location: " + other.url("/c?x=1") + "\r\n");
  });
  HttpRequest request = request_to(server.url("/a"));
  request.headers["Authorization"] = "Bearer secret";
  request.headers["Range"] = "bytes=5-";
  EXPECT_EQ(send(request).body, "there");
  EXPECT_EQ(server.requests()[1].headers.at("authorization"), "Bearer secret");
  EXPECT_FALSE(other.requests()[0].headers.contains("authorization"));
  EXPECT_EQ(other.requests()[0].headers.at("range"), "bytes=5-");
  EXPECT_EQ(other.requests()[0].target, "/c?x=1");
}

TEST(HttpClient, StopsAtTooManyRedirectsAndAtOnesToASocket) {
  const ScriptedServer loop([](const auto&, auto& connection) { connection.answer(301, "", "Location: /again\r\n"); });
  EXPECT_THAT(failure_of([&] { send(request_to(loop.url())); }).message, HasSubstr("redirects more than 5 times"));
  EXPECT_EQ(loop.requests().size(), 6U);
  const ScriptedServer local([](const auto&, auto& connection) { connection.answer(301, "", "Location: unix:/run/docker.sock:/x\r\n"); });
  EXPECT_EQ(failure_of([&] { send(request_to(local.url())); }).kind, ErrorKind::Unavailable);
  HttpRequest none = request_to(loop.url());
  none.max_redirects = 0;
  EXPECT_EQ(send(none).status, 301);
}

TEST(HttpClient, SaysWhenNobodyListens) {
  std::string url;
  {
    const ScriptedServer gone([](const auto&, auto&) {});
    url = gone.url();
  }
  const Failure failure = failure_of([&] { send(request_to(url)); });
  EXPECT_EQ(failure.kind, ErrorKind::Unavailable);
  EXPECT_THAT(failure.message, HasSubstr("Connection refused"));
  EXPECT_EQ(failure_of([] { send(request_to("unix:/nonexistent/socket:/")); }).kind, ErrorKind::Unavailable);
}

TEST(HttpClient, SaysWhenANameDoesNotExist) {
  const Failure failure = failure_of([] { send(request_to("http://no-such-host.invalid/")); });
  EXPECT_EQ(failure.kind, ErrorKind::Unavailable);
  EXPECT_THAT(failure.message, HasSubstr("no-such-host.invalid"));
}

TEST(HttpClient, GivesUpOnASilentServer) {
  const ScriptedServer server([](const auto&, auto& connection) { connection.wait_for_close(); });
  HttpRequest request = request_to(server.url());
  request.idle_time_limit = 200ms;
  const Stopwatch watch;
  EXPECT_EQ(failure_of([&] { send(request); }).kind, ErrorKind::Unavailable);
  EXPECT_LT(watch.elapsed_ms(), 3000);
}

TEST(HttpClient, CanBeStoppedWhileItWaits) {
  const ScriptedServer server([](const auto&, auto& connection) { connection.wait_for_close(); });
  std::stop_source source;
  std::thread stopper([&] {
    std::this_thread::sleep_for(100ms);
    source.request_stop();
  });
  const Stopwatch watch;
  EXPECT_EQ(failure_of([&] { send(request_to(server.url()), source.get_token()); }).kind, ErrorKind::Cancelled);
  stopper.join();
  EXPECT_LT(watch.elapsed_ms(), 3000);
}

TEST(HttpClient, RefusesWhatIsNotHttpAndWhatIsCutShort) {
  const std::map<std::string, std::string> scripts{
      {"SSH-2.0-OpenSSH\r\n\r\n", "does not answer in HTTP"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", "cut short"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n", "cut short"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nabc\r\n", "does not answer in HTTP"},
      {"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", "does not answer in HTTP"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", "does not answer in HTTP"},
      {"HTTP/1.1 200", "cut short"},
      {"", "without an answer"},
  };
  for (const auto& [bytes, expected] : scripts) {
    const ScriptedServer server([&script = bytes](const auto&, auto& connection) { connection.send(script); });
    const Failure failure = failure_of([&] { send(request_to(server.url())); });
    EXPECT_EQ(failure.kind, ErrorKind::Unavailable) << bytes;
    EXPECT_THAT(failure.message, HasSubstr(expected)) << bytes;
  }
}

TEST(HttpClient, LimitsHeadersChunkLinesAndCollectedBodies) {
  const ScriptedServer headers([](const auto&, auto& connection) {
    connection.send("HTTP/1.1 200 OK\r\n");
    while (connection.send("X-More: " + std::string(1000, 'x') + "\r\n")) {
    }
  });
  EXPECT_EQ(failure_of([&] { send(request_to(headers.url())); }).kind, ErrorKind::TooLarge);
  const ScriptedServer chunks([](const auto&, auto& connection) {
    connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;");
    while (connection.send(std::string(10'000, 'x'))) {
    }
  });
  EXPECT_EQ(failure_of([&] { send(request_to(chunks.url())); }).kind, ErrorKind::Unavailable);
  const ScriptedServer interim([](const auto&, auto& connection) {
    while (connection.send("HTTP/1.1 100 Continue\r\n\r\n")) {
    }
  });
  EXPECT_EQ(failure_of([&] { send(request_to(interim.url())); }).kind, ErrorKind::Unavailable);
  const ScriptedServer body([](const auto&, auto& connection) { connection.answer(200, std::string(5000, 'x')); });
  HttpRequest request = request_to(body.url());
  request.max_body_bytes = 4999;
  EXPECT_EQ(failure_of([&] { send(request); }).kind, ErrorKind::TooLarge);
}

TEST(HttpClient, RefusesHeadersThatWouldWriteOthers) {
  HttpRequest request = request_to("http://127.0.0.1:1/");
  request.headers["X-Test"] = "a\r\nX-Other: b";
  EXPECT_EQ(failure_of([&] { send(request); }).kind, ErrorKind::InvalidInput);
  request.headers = {{"X Test", "a"}};
  EXPECT_EQ(failure_of([&] { send(request); }).kind, ErrorKind::InvalidInput);
  request.headers = {};
  request.method = "GET / HTTP/1.1\r\nX:";
  EXPECT_EQ(failure_of([&] { send(request); }).kind, ErrorKind::InvalidInput);
}

TEST(HttpClient, ReadsTheAnswerOfAServerThatRefusesALargeBody) {
  boost::asio::io_context io;
  boost::asio::ip::tcp::acceptor acceptor(io, {boost::asio::ip::make_address("127.0.0.1"), 0});
  std::thread server([&] {
    auto socket = acceptor.accept();
    std::array<char, 1000> some{};
    socket.read_some(boost::asio::buffer(some));
    const std::string answer = "HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig";
    boost::asio::write(socket, boost::asio::buffer(answer));
    socket.shutdown(boost::asio::ip::tcp::socket::shutdown_send);
    // Reading on keeps the kernel from answering with a reset, which would throw our answer away.
    boost::system::error_code error;
    std::vector<char> rest(1U << 20U);
    while (!error) socket.read_some(boost::asio::buffer(rest), error);
  });
  HttpRequest request = request_to("http://127.0.0.1:" + std::to_string(acceptor.local_endpoint().port()) + "/");
  request.method = "POST";
  request.body.assign(8U << 20U, 'x');
  EXPECT_EQ(send(request).status, 413);
  server.join();
}

TEST(HttpClient, AsksAProxyForTheWholeAddressAndForATunnel) {
  const ScriptedServer proxy([](const auto& request, auto& connection) {
    if (request.method == "CONNECT") return connection.answer(403, "");
    connection.answer(200, "through the proxy");
  });
  ::setenv("http_proxy", proxy.url().c_str(), 1);
  ::setenv("https_proxy", proxy.url().c_str(), 1);
  EXPECT_EQ(send(request_to("http://example.test/page?q=1")).body, "through the proxy");
  const Failure failure = failure_of([] { send(request_to("https://example.test/page")); });
  ::unsetenv("http_proxy");
  ::unsetenv("https_proxy");
  EXPECT_EQ(proxy.requests()[0].target, "http://example.test/page?q=1");
  EXPECT_EQ(proxy.requests()[1].target, "example.test:443");
  EXPECT_EQ(failure.kind, ErrorKind::Unavailable);
  EXPECT_THAT(failure.message, HasSubstr("403"));
}

}  // namespace
}  // namespace panduan::net
