#include "net/detail/url.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "base/error.h"
#include "net/detail/proxy.h"

namespace panduan::net {
namespace {

TEST(Url, IsTakenApart) {
  const Url url = parse_url("HTTPS://Example.org:8443/a/b?q=1#part");
  EXPECT_EQ(url.scheme, Url::Scheme::Https);
  EXPECT_EQ(url.host, "example.org");
  EXPECT_EQ(url.port, "8443");
  EXPECT_EQ(url.target, "/a/b?q=1");
  EXPECT_EQ(url.origin(), "https://example.org:8443");
  EXPECT_EQ(parse_url("http://a?x").target, "/?x");
  EXPECT_EQ(parse_url("http://[::1]:80/").host, "::1");
  EXPECT_EQ(parse_url("http://[::1]/").authority(), "[::1]");
}

TEST(Url, OfAUnixSocketHasAPathAndATarget) {
  const Url url = parse_url("unix:/run/p.sock:/v1/ask?at=a:/b");
  EXPECT_EQ(url.socket_path, "/run/p.sock");
  EXPECT_EQ(url.target, "/v1/ask?at=a:/b");
  EXPECT_EQ(parse_url("unix:/run/p.sock").target, "/");
}

TEST(Url, EscapesWhatMayNotStandInARequestLine) { EXPECT_EQ(parse_url("http://a/判 断?q=\"x\"%20").target, "/%E5%88%A4%20%E6%96%AD?q=%22x%22%20"); }

TEST(Url, RefusesWhatIsNone) {
  for (const char* text : {"", "example.org", "ftp://a/", "http://", "http:///x", "http://a b/", "http://a:0/", "http://a:99999/", "http://a:x/",
                           "http://u:p@a/", "http://[::1/", "http://a/\r\nX: y", "unix:relative:/x", "http://a\n"}) {
    EXPECT_THROW(parse_url(text), Error) << text;
  }
}

TEST(Url, ResolvesALocation) {
  const Url base = parse_url("https://a.org/one/two?x=1");
  EXPECT_EQ(resolve(base, "/three").target, "/three");
  EXPECT_EQ(resolve(base, "three?y=2").target, "/one/three?y=2");
  EXPECT_EQ(resolve(base, "?y=2").target, "/one/two?y=2");
  EXPECT_EQ(resolve(base, "//b.org/x").origin(), "https://b.org");
  EXPECT_EQ(resolve(base, "http://c.org/x?u=http://d/").origin(), "http://c.org");
  EXPECT_EQ(resolve(base, "/x?u=http://d/").origin(), "https://a.org");
}

/// Sets an environment variable for one test.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) { ::setenv(name, value, 1); }
  ~Variable() { ::unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
};

TEST(Proxy, ComesFromTheEnvironment) {
  for (const char* name : {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"}) ::unsetenv(name);
  EXPECT_FALSE(proxy_for(parse_url("https://a.org/")));
  const Variable https("HTTPS_PROXY", "http://me:p%40ss@proxy.lan:3128");
  const Variable http("http_proxy", "plain.lan:8080");
  EXPECT_EQ(proxy_for(parse_url("https://a.org/"))->host, "proxy.lan");
  EXPECT_EQ(proxy_for(parse_url("https://a.org/"))->port, "3128");
  EXPECT_EQ(proxy_for(parse_url("https://a.org/"))->authorization, "Basic bWU6cEBzcw==");
  EXPECT_EQ(proxy_for(parse_url("http://a.org/"))->host, "plain.lan");
}

TEST(Proxy, IsNotUsedForThisMachineNorForWhatNoProxyNames) {
  const Variable https("https_proxy", "http://proxy.lan:3128");
  const Variable none("no_proxy", "b.org, .c.org,d.org:8443");
  EXPECT_FALSE(proxy_for(parse_url("https://localhost:1/")));
  EXPECT_FALSE(proxy_for(parse_url("https://127.0.0.1/")));
  EXPECT_TRUE(proxy_for(parse_url("https://127.example.org/")));
  EXPECT_FALSE(proxy_for(parse_url("https://b.org/")));
  EXPECT_FALSE(proxy_for(parse_url("https://x.b.org/")));
  EXPECT_FALSE(proxy_for(parse_url("https://x.c.org/")));
  EXPECT_FALSE(proxy_for(parse_url("https://d.org:8443/")));
  EXPECT_TRUE(proxy_for(parse_url("https://d.org/")));
  EXPECT_TRUE(proxy_for(parse_url("https://notb.org/")));
}

TEST(Proxy, OfAnUnknownKindIsRefused) {
  const Variable https("https_proxy", "socks5://proxy.lan:1080");
  EXPECT_THROW(proxy_for(parse_url("https://a.org/")), Error);
}

}  // namespace
}  // namespace panduan::net
