#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <thread>

#include "base/file.h"
#include "base/testing/failure.h"
#include "net/http_client.h"

namespace panduan::net {
namespace {

namespace asio = boost::asio;
using ::testing::HasSubstr;

/// Writes a key and a self-signed certificate for `name` into one PEM file.
std::filesystem::path make_certificate(const std::filesystem::path& folder, const std::string& name) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), X509_free);
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
  X509_set_pubkey(certificate.get(), key.get());
  X509_NAME* subject = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("panduan test"), -1, -1, 0);
  X509_set_issuer_name(certificate.get(), subject);
  const std::string names = "DNS:" + name;
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str());
  X509_add_ext(certificate.get(), extension, -1);
  X509_EXTENSION_free(extension);
  X509_sign(certificate.get(), key.get(), EVP_sha256());

  const auto path = folder / "server.pem";
  std::FILE* file = std::fopen(path.c_str(), "w");
  PEM_write_PrivateKey(file, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  PEM_write_X509(file, certificate.get());
  std::fclose(file);
  return path;
}

/// Answers one connection over TLS.
class TlsServer {
 public:
  explicit TlsServer(const std::filesystem::path& certificate)
      : acceptor_(io_, {asio::ip::make_address("127.0.0.1"), 0}), context_(asio::ssl::context::tls_server) {
    context_.use_certificate_chain_file(certificate.string());
    context_.use_private_key_file(certificate.string(), asio::ssl::context::pem);
    thread_ = std::thread([this] { serve(); });
  }
  ~TlsServer() { thread_.join(); }
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;
  std::string url(const std::string& host) const { return "https://" + host + ":" + std::to_string(acceptor_.local_endpoint().port()) + "/"; }
  std::string server_name() const { return server_name_; }

 private:
  void serve() {
    asio::ssl::stream<asio::ip::tcp::socket> stream(acceptor_.accept(), context_);
    boost::system::error_code error;
    stream.handshake(asio::ssl::stream_base::server, error);
    if (const char* name = SSL_get_servername(stream.native_handle(), TLSEXT_NAMETYPE_host_name)) server_name_ = name;
    if (error) return;
    std::array<char, 4096> request{};
    stream.read_some(asio::buffer(request), error);
    const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret";
    if (!error) asio::write(stream, asio::buffer(answer), error);
  }

  asio::io_context io_;
  asio::ip::tcp::acceptor acceptor_;
  asio::ssl::context context_;
  std::string server_name_;
  std::thread thread_;
};

std::string message_of_failure(const std::string& url) {
  HttpRequest request;
  request.url = url;
  const auto failure = panduan::testing::failure_of([&] { send(request); });
  EXPECT_EQ(failure.kind, ErrorKind::Unavailable);
  return failure.message;
}

TEST(Tls, RefusesACertificateThatNobodyTrusts) {
  const TemporaryFolder folder;
  const TlsServer server(make_certificate(folder.path(), "localhost"));
  EXPECT_THAT(message_of_failure(server.url("localhost")), HasSubstr("not trusted: self-signed certificate"));
}

TEST(Tls, SpeaksWithAServerThatTheSystemTrustsAndNamesIt) {
  const TemporaryFolder folder;
  const auto certificate = make_certificate(folder.path(), "localhost");
  ::setenv("SSL_CERT_FILE", certificate.c_str(), 1);
  std::string body;
  std::string name;
  {
    TlsServer server(certificate);
    HttpRequest request;
    request.url = server.url("localhost");
    body = send(request).body;
    name = server.server_name();
  }
  ::unsetenv("SSL_CERT_FILE");
  EXPECT_EQ(body, "secret");
  EXPECT_EQ(name, "localhost");
}

TEST(Tls, RefusesATrustedCertificateOfAnotherHost) {
  const TemporaryFolder folder;
  const auto certificate = make_certificate(folder.path(), "elsewhere.test");
  ::setenv("SSL_CERT_FILE", certificate.c_str(), 1);
  std::string message;
  {
    const TlsServer server(certificate);
    message = message_of_failure(server.url("localhost"));
  }
  ::unsetenv("SSL_CERT_FILE");
  EXPECT_THAT(message, HasSubstr("not trusted"));
}

}  // namespace
}  // namespace panduan::net
