#include "server/multipart.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace panduan::server {
namespace {

constexpr const char* kType = "multipart/form-data; boundary=\"xyz\"";

TEST(Multipart, PartsComeWithTheirNamesAndExactBytes) {
  const std::string body =
      "--xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"报告 %22final%22.txt\"\r\nContent-Type: text/plain\r\n\r\n"
      "one\r\n--xy not a boundary\r\n\r\n--xyz  \r\ncontent-disposition: form-data; name=note\r\n\r\n\r\n--xyz--\r\n";
  const auto parts = parse_form(kType, body);
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_EQ(parts[0].name, "file");
  EXPECT_EQ(parts[0].file_name, "报告 \"final\".txt");
  EXPECT_EQ(parts[0].bytes, "one\r\n--xy not a boundary\r\n");
  EXPECT_EQ(parts[1].name, "note");
  EXPECT_EQ(parts[1].file_name, "");
  EXPECT_EQ(parts[1].bytes, "");
}

TEST(Multipart, QuotesMayBeEscapedWithABackslash) {
  const auto parts = parse_form(kType, "preamble\r\n--xyz\r\nContent-Disposition: form-data; filename=\"a\\\"b;c.txt\"; name=\"f\"\r\n\r\nx\r\n--xyz--");
  ASSERT_EQ(parts.size(), 1U);
  EXPECT_EQ(parts[0].file_name, "a\"b;c.txt");
  EXPECT_EQ(parts[0].name, "f");
}

TEST(Multipart, ABrokenBodyIsRefused) {
  const std::string header = "Content-Disposition: form-data; name=\"f\"; filename=\"a\"\r\n\r\n";
  for (const std::string& body :
       {std::string(), std::string("hello"), std::string("--xyz"), "--xyz\r\n" + header + "x", "--xyz\r\n" + header + "x\r\n--xyz",
        "--xyz junk\r\n" + header + "x\r\n--xyz--", std::string("--xyz\r\n\r\n--xyz--"), std::string("--xyz\r\nno header end\r\n--xyz--")}) {
    EXPECT_THROW(parse_form(kType, body), Error) << body;
  }
  EXPECT_THROW(parse_form("multipart/form-data", "--xyz--"), Error);
  std::string many;
  for (int i = 0; i < 1001; ++i) many += "--xyz\r\n" + header + "\r\n";
  EXPECT_THROW(parse_form(kType, many + "--xyz--"), Error);
}

TEST(Multipart, ADocumentsNameIsTheLastPartOfItsPath) {
  EXPECT_EQ(document_name("/etc/passwd"), "passwd");
  EXPECT_EQ(document_name("C:\\files\\报告.pdf"), "报告.pdf");
  for (const std::string& name : {std::string(), std::string("folder/"), std::string("a\nb"), std::string("a\xFF"), std::string(256, 'a')}) {
    EXPECT_THROW(document_name(name), Error) << name;
  }
}

}  // namespace
}  // namespace panduan::server
