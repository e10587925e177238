#include "base/zip.h"

#include <gtest/gtest.h>
#include <zip.h>

#include <fstream>
#include <string>

#include "base/file.h"
#include "base/testing/failure.h"

namespace panduan {
namespace {

using testing::failure_of;

std::string varied_text(std::size_t bytes) {
  std::string text;
  for (std::uint32_t state = 1; text.size() < bytes; state = state * 1664525U + 1013904223U) text += std::to_string(state >> 12U) + "\n";
  text.resize(bytes);
  return text;
}

std::filesystem::path make_archive(const std::filesystem::path& folder, const std::string& member, const std::string& content,
                                   zip_int32_t method = ZIP_CM_DEFLATE) {
  const auto path = folder / "archive.zip";
  zip_t* archive = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, nullptr);
  const zip_int64_t index = zip_file_add(archive, member.c_str(), zip_source_buffer(archive, content.data(), content.size(), 0), ZIP_FL_ENC_UTF_8);
  zip_set_file_compression(archive, static_cast<zip_uint64_t>(index), method, 1);
  EXPECT_EQ(zip_close(archive), 0);
  return path;
}

TEST(Zip, ExtractsAMemberOfSeveralPieces) {
  const TemporaryFolder folder;
  const std::string content = varied_text(3'500'000);
  const auto archive = make_archive(folder.path(), "data/part01.bin", content);
  std::uint64_t last = 0;
  int calls = 0;
  const auto count = extract_zip_member(archive, "data/part01.bin", folder.path() / "out.bin", {.on_progress = [&](std::uint64_t bytes) {
                                          EXPECT_GT(bytes, last);
                                          last = bytes;
                                          ++calls;
                                        }});
  EXPECT_EQ(count, content.size());
  EXPECT_EQ(last, content.size());
  EXPECT_GT(calls, 2);
  EXPECT_EQ(read_file(folder.path() / "out.bin", 1U << 30U), content);
}

TEST(Zip, ReadsAnEmptyMember) {
  const TemporaryFolder folder;
  const auto archive = make_archive(folder.path(), "empty", "");
  EXPECT_EQ(extract_zip_member(archive, "empty", folder.path() / "out.bin"), 0U);
  EXPECT_TRUE(std::filesystem::exists(folder.path() / "out.bin"));
}

TEST(Zip, SaysWhetherTheArchiveOrTheMemberIsMissing) {
  const TemporaryFolder folder;
  const auto archive = make_archive(folder.path(), "a", "b");
  EXPECT_EQ(failure_of([&] { extract_zip_member(archive, "other", folder.path() / "out.bin"); }).kind, ErrorKind::NotFound);
  EXPECT_EQ(failure_of([&] { extract_zip_member(folder.path() / "none.zip", "a", folder.path() / "out.bin"); }).kind, ErrorKind::NotFound);
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "out.bin"));
}

TEST(Zip, RefusesWhatIsNoArchive) {
  const TemporaryFolder folder;
  std::ofstream(folder.path() / "text.zip") << "this is not an archive";
  EXPECT_EQ(failure_of([&] { extract_zip_member(folder.path() / "text.zip", "a", folder.path() / "out.bin"); }).kind, ErrorKind::Corrupt);
}

TEST(Zip, RefusesATruncatedArchive) {
  const TemporaryFolder folder;
  const auto archive = make_archive(folder.path(), "a", varied_text(100'000));
  std::filesystem::resize_file(archive, std::filesystem::file_size(archive) / 2);
  EXPECT_EQ(failure_of([&] { extract_zip_member(archive, "a", folder.path() / "out.bin"); }).kind, ErrorKind::Corrupt);
}

TEST(Zip, NoticesAChangedByteByTheChecksum) {
  const TemporaryFolder folder;
  const auto archive = make_archive(folder.path(), "a", varied_text(100'000), ZIP_CM_STORE);
  std::fstream file(archive, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(50'000);
  file.put('#');
  file.close();
  EXPECT_EQ(failure_of([&] { extract_zip_member(archive, "a", folder.path() / "out.bin"); }).kind, ErrorKind::Corrupt);
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "out.bin"));
}

TEST(Zip, StopsAtTheSizeLimit) {
  const TemporaryFolder folder;
  const auto archive = make_archive(folder.path(), "zeros", std::string(5'000'000, '\0'));
  EXPECT_EQ(failure_of([&] { extract_zip_member(archive, "zeros", folder.path() / "out.bin", {.max_bytes = 1'000'000}); }).kind, ErrorKind::TooLarge);
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "out.bin"));
}

TEST(Zip, CanBeStopped) {
  const TemporaryFolder folder;
  const auto archive = make_archive(folder.path(), "a", varied_text(3'000'000));
  std::stop_source source;
  const ZipReadOptions options{.on_progress = [&](std::uint64_t) { source.request_stop(); }};
  EXPECT_EQ(failure_of([&] { extract_zip_member(archive, "a", folder.path() / "out.bin", options, source.get_token()); }).kind, ErrorKind::Cancelled);
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "out.bin"));
}

}  // namespace
}  // namespace panduan
