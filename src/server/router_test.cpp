#include "server/router.h"

#include <gtest/gtest.h>

#include "server/detail/host_rules.h"

namespace panduan::server {
namespace {

Router some_routes() {
  Router router;
  router.add({.method = "GET", .pattern = "/"});
  router.add({.method = "GET", .pattern = "/documents/{id}"});
  router.add({.method = "DELETE", .pattern = "/documents/{id}"});
  router.add({.method = "POST", .pattern = "/local/add", .reach = Reach::LocalOnly});
  return router;
}
int status_of(const std::variant<RouteMatch, Response>& found) { return std::holds_alternative<Response>(found) ? std::get<Response>(found).status : 0; }

TEST(Router, AnEscapedSlashStaysInItsPart) {
  const Router router = some_routes();
  const auto found = router.find("GET", "/documents/%2Fhome%2F%E6%96%87.txt", Reach::Public);
  ASSERT_TRUE(std::holds_alternative<RouteMatch>(found));
  EXPECT_EQ(std::get<RouteMatch>(found).parameters.at("id"), "/home/文.txt");
}

TEST(Router, WhatIsNotThereIs404AndAnotherMethodIs405) {
  const Router router = some_routes();
  for (const char* path : {"/documents", "/documents/", "/documents/a/b", "/documents/%zz", "/documents/%00", "documents/a", "//", "/local/add"}) {
    EXPECT_EQ(status_of(router.find("GET", path, Reach::Public)), 404) << path;
  }
  EXPECT_EQ(status_of(router.find("POST", "/local/add", Reach::LocalOnly)), 0);
  EXPECT_EQ(status_of(router.find("HEAD", "/", Reach::Public)), 0);
  const auto found = router.find("PUT", "/documents/a", Reach::Public);
  ASSERT_EQ(status_of(found), 405);
  EXPECT_EQ(std::get<Response>(found).headers[0], (std::pair<std::string, std::string>{"Allow", "DELETE, GET, HEAD"}));
}

TEST(HostRules, OnlyOurOwnNamesWithOurPortMeanUs) {
  const HostRules rules("panduan.lan", 8484);
  for (const char* host : {"localhost:8484", "LOCALHOST:8484", "127.0.0.1:8484", "[::1]:8484", "panduan.lan:8484"}) EXPECT_TRUE(rules.means_us(host)) << host;
  for (const char* host : {"localhost", "localhost:8485", "evil.example:8484", "127.0.0.1.evil.example:8484", "localhost:8484:1", "192.168.0.7:8484", ""}) {
    EXPECT_FALSE(rules.means_us(host)) << host;
  }
}

TEST(HostRules, OnAllAddressesAnyAddressInDigitsMeansUsButNoOtherName) {
  const HostRules rules("0.0.0.0", 8484);
  for (const char* host : {"192.168.0.7:8484", "192.168.0.7", "[fe80::1]:80", "localhost:8484"}) EXPECT_TRUE(rules.means_us(host)) << host;
  for (const char* host : {"evil.example:8484", "192.168.0.7.evil.example:8484", "[fe80::1]x"}) EXPECT_FALSE(rules.means_us(host)) << host;
}

TEST(HostRules, AWriteOfAnotherSiteIsRefused) {
  const HostRules rules("127.0.0.1", 8484);
  const auto refused = [&](const char* method, const char* origin) {
    Request request{.method = method, .path = "/", .query = {}, .headers = {{"host", "localhost:8484"}, {"origin", origin}}, .parameters = {}, .body = {}};
    return rules.refusal(request).has_value();
  };
  EXPECT_FALSE(refused("POST", "http://localhost:8484"));
  EXPECT_TRUE(refused("POST", "http://localhost:9999"));
  EXPECT_TRUE(refused("DELETE", "https://evil.example"));
  EXPECT_TRUE(refused("POST", "null"));
  EXPECT_FALSE(refused("GET", "https://evil.example"));
}

}  // namespace
}  // namespace panduan::server
