#include "base/hash.h"

#include <gtest/gtest.h>

#include <cctype>

#include "base/file.h"
#include "base/testing/failure.h"

namespace panduan {
namespace {

using testing::failure_of;

constexpr std::size_t kReadAtOnce = 8U << 20U;

std::string bytes_of(std::size_t count) {
  std::string bytes(count, '\0');
  std::uint32_t state = 1;
  for (char& byte : bytes) byte = static_cast<char>((state = state * 1664525U + 1013904223U) >> 24U);
  return bytes;
}

TEST(Sha256, AgreesWithTheVectorsOfFips180) {
  EXPECT_EQ(to_hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(to_hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(to_hex(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")), "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(to_hex(sha256(std::string(1'000'000, 'a'))), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, IsTheSameInPieces) {
  const std::string bytes = bytes_of(1000);
  Sha256Hasher hasher;
  hasher.update("");
  hasher.update(std::string_view(bytes).substr(0, 63));
  hasher.update(std::string_view(bytes).substr(63, 66));
  hasher.update(std::string_view(bytes).substr(129));
  EXPECT_EQ(hasher.finish(), sha256(bytes));
}

TEST(Hex, ComesBackAsItWasInEitherCase) {
  const Sha256 digest = sha256("round trip");
  std::string hex = to_hex(digest);
  EXPECT_EQ(hex.size(), 64U);
  EXPECT_EQ(sha256_from_hex(hex), digest);
  for (char& digit : hex) digit = static_cast<char>(std::toupper(static_cast<unsigned char>(digit)));
  EXPECT_EQ(sha256_from_hex(hex), digest);
}

TEST(Hex, WritesEveryByteAsTwoDigits) {
  EXPECT_EQ(to_hex(std::array<unsigned char, 4>{0x00, 0x0F, 0xA0, 0xFF}), "000fa0ff");
  EXPECT_EQ(to_hex({}), "");
}

TEST(Hex, RefusesWhatIsNotSixtyFourDigitsAndSaysWhat) {
  const std::string digits(64, 'a');
  for (const std::string& wrong : {std::string(), digits.substr(1), digits + "a", digits + "aa", digits.substr(1) + "g", "0x" + digits.substr(2),
                                   digits.substr(1) + " ", digits.substr(2) + "\xC3\xA9", digits.substr(0, 32) + ":" + digits.substr(33)}) {
    const auto failure = failure_of([&] { sha256_from_hex(wrong); });
    EXPECT_EQ(failure.kind, ErrorKind::InvalidInput) << wrong;
    EXPECT_NE(failure.message.find("64 hexadecimal digits"), std::string::npos) << failure.message;
  }
}

TEST(HashOfAFile, IsTheHashOfItsBytes) {
  const TemporaryFolder folder;
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, kReadAtOnce - 1, kReadAtOnce, kReadAtOnce + 1}) {
    const std::string bytes = bytes_of(size);
    write_file_atomically(folder.path() / "file", bytes);
    EXPECT_EQ(sha256_of_file(folder.path() / "file"), sha256(bytes)) << size;
  }
}

TEST(HashOfAFile, TellsHowFarItIs) {
  const TemporaryFolder folder;
  const std::size_t size = 2 * kReadAtOnce + 1000;
  write_file_atomically(folder.path() / "file", bytes_of(size));
  std::vector<std::size_t> told;
  sha256_of_file(folder.path() / "file", [&](std::size_t bytes) { told.push_back(bytes); });
  EXPECT_EQ(told, (std::vector<std::size_t>{kReadAtOnce, 2 * kReadAtOnce, size}));
}

TEST(HashOfAFile, SaysWhichFileIsMissing) {
  const auto failure = failure_of([] { sha256_of_file("/nonexistent/model.gguf"); });
  EXPECT_EQ(failure.kind, ErrorKind::NotFound);
  EXPECT_NE(failure.message.find("/nonexistent/model.gguf"), std::string::npos);
}

TEST(HashOfAFile, OfAFolderIsNotTheHashOfNothing) {
  const TemporaryFolder folder;
  EXPECT_EQ(failure_of([&] { sha256_of_file(folder.path()); }).kind, ErrorKind::Internal);
}

TEST(HashOfAFile, StopsBetweenTwoReads) {
  const TemporaryFolder folder;
  write_file_atomically(folder.path() / "file", bytes_of(3 * kReadAtOnce));
  std::stop_source source;
  std::size_t last = 0;
  const auto failure = failure_of([&] {
    sha256_of_file(
        folder.path() / "file",
        [&](std::size_t bytes) {
          last = bytes;
          source.request_stop();
        },
        source.get_token());
  });
  EXPECT_EQ(failure.kind, ErrorKind::Cancelled);
  EXPECT_EQ(last, kReadAtOnce);
}

}  // namespace
}  // namespace panduan
