#include "base/config.h"

#include <gtest/gtest.h>

#include "base/file.h"
#include "base/testing/failure.h"

namespace panduan {
namespace {

namespace fs = std::filesystem;
using panduan::testing::Failure;
using panduan::testing::failure_of;

/// A machine of its own: nothing of the one that runs the test is seen.
class ConfigTest : public ::testing::Test {
 protected:
  ConfigTest() { environment_["HOME"] = home_.path().string(); }

  Config load() const {
    return load_config({.flags = flags_, .file = file_, .environment = [this](const std::string& name) -> std::optional<std::string> {
                          const auto found = environment_.find(name);
                          return found == environment_.end() ? std::nullopt : std::optional(found->second);
                        }});
  }
  void write(const fs::path& path, std::string_view text) {
    fs::create_directories(path.parent_path());
    write_file_atomically(path, text);
  }
  /// A file that is named by --config.
  void give_file(std::string_view text) {
    file_ = home_.path() / "given.toml";
    write(*file_, text);
  }
  /// What loading says, which is one about the input whatever is wrong in a file, a variable or a flag.
  std::string complaint() const {
    const Failure failure = failure_of([this] { load(); });
    EXPECT_EQ(failure.kind, ErrorKind::InvalidInput) << failure.message;
    EXPECT_EQ(failure.message.find('\n'), std::string::npos) << failure.message;
    return failure.message;
  }

  TemporaryFolder home_;
  std::map<std::string, std::string> environment_;
  std::map<std::string, std::string> flags_;
  std::optional<fs::path> file_;
};

bool holds(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST_F(ConfigTest, HasDefaultsWhenNothingIsSaid) {
  const Config config = load();
  EXPECT_EQ(config.chat_model, "auto");
  EXPECT_EQ(config.embedding_model, "multilingual-e5-small");
  EXPECT_EQ(config.passages, 3);
  EXPECT_EQ(config.server_host, "127.0.0.1");
  for (const SettingDescription& setting : describe_settings()) EXPECT_EQ(config.origins.at(std::string(setting.key)), "default") << setting.key;
  EXPECT_EQ(config.origins.size(), describe_settings().size());
}

TEST_F(ConfigTest, AFlagBeatsTheEnvironmentAndThatTheFileAndThatTheDefault) {
  const auto told = [this] {
    const Config config = load();
    return std::pair(config.threads, config.origins.at("engine.threads"));
  };
  EXPECT_EQ(told(), std::pair(std::int64_t{0}, std::string("default")));
  give_file("[engine]\nthreads = 3\n");
  EXPECT_EQ(told(), std::pair(std::int64_t{3}, std::string("file")));
  environment_["PANDUAN_ENGINE_THREADS"] = "4";
  EXPECT_EQ(told(), std::pair(std::int64_t{4}, std::string("environment")));
  flags_["engine.threads"] = "5";
  EXPECT_EQ(told(), std::pair(std::int64_t{5}, std::string("flag")));
}

TEST_F(ConfigTest, OriginsAreKeptApartForEachSetting) {
  give_file("[data]\ndir = \"/from/file\"\n[models]\nchat = \"from-file\"\n");
  environment_["PANDUAN_MODELS_CHAT"] = "from-environment";
  flags_["server.port"] = "0";
  const Config config = load();
  EXPECT_EQ(config.data_dir, "/from/file");
  EXPECT_EQ(config.chat_model, "from-environment");
  EXPECT_EQ(config.server_port, 0);
  EXPECT_EQ(config.origins.at("data.dir"), "file");
  EXPECT_EQ(config.origins.at("models.chat"), "environment");
  EXPECT_EQ(config.origins.at("server.port"), "flag");
  EXPECT_EQ(config.origins.at("log.level"), "default");
}

TEST_F(ConfigTest, EverySettingCanBeSetAndIsShownAsItWasWritten) {
  for (const SettingDescription& setting : describe_settings()) {
    EXPECT_FALSE(setting.meaning.empty()) << setting.key;
    flags_[std::string(setting.key)] = setting.key == "engine.context_tokens" ? "1000"
                                       : setting.key == "answer.risk"         ? "0.25"
                                       : setting.key == "documents.pictures"  ? "none"
                                                                              : "40";  // in the range of every other
  }
  const Config config = load();
  for (const auto& [key, value] : flags_) EXPECT_EQ(setting_value(config, key), value) << key;
}

TEST_F(ConfigTest, TheValueOfAnUnknownSettingIsNotFound) {
  EXPECT_EQ(failure_of([this] { setting_value(load(), "engine.turbo"); }).kind, ErrorKind::NotFound);
}

TEST_F(ConfigTest, AnUnknownKeyIsNamed) {
  give_file("[engine]\nturbo = 1\n");
  EXPECT_TRUE(holds(complaint(), "given.toml") && holds(complaint(), "'engine.turbo'")) << complaint();
  give_file("threads = 1\n");
  EXPECT_TRUE(holds(complaint(), "'threads' must stand in a section")) << complaint();
  give_file("[models.more]\nchat = \"a\"\n");
  EXPECT_TRUE(holds(complaint(), "'models.more'")) << complaint();
  file_.reset();
  flags_["engine.turbo"] = "1";
  EXPECT_TRUE(holds(complaint(), "'engine.turbo'")) << complaint();
}

TEST_F(ConfigTest, AVariableThatIsNoSettingIsLeftAlone) {
  environment_["PANDUAN_ENGINE_TURBO"] = "1";
  EXPECT_NO_THROW(load());
}

TEST_F(ConfigTest, AWrongTypeIsNamedWithItsPlace) {
  for (const std::string_view value : {"true", "1.5", "[1]", "{ a = 1 }", "2026-01-01"}) {
    give_file("[engine]\nthreads = " + std::string(value) + "\n");
    EXPECT_TRUE(holds(complaint(), "given.toml") && holds(complaint(), "engine.threads")) << complaint();
  }
  give_file("[engine]\nthreads = \"four\"\n");
  EXPECT_TRUE(holds(complaint(), "engine.threads is 'four', expected a whole number from 0 to 1024")) << complaint();
  file_.reset();
  for (const std::string value : {"", " 4", "4 ", "4.0", "0x4", "four", "99999999999999999999"}) {
    environment_["PANDUAN_ENGINE_THREADS"] = value;
    EXPECT_TRUE(complaint().starts_with("PANDUAN_ENGINE_THREADS: engine.threads is '" + value + "'")) << complaint();
  }
}

TEST_F(ConfigTest, AFractionIsReadAndItsRangeIsKept) {
  give_file("[answer]\nrisk = 0.1\n");
  EXPECT_DOUBLE_EQ(load().risk, 0.1);
  give_file("[answer]\nrisk = 1\n");
  EXPECT_DOUBLE_EQ(load().risk, 1);
  for (const std::string value : {"1.5", "-0.1", "nan", "0.1x", "a tenth", ""}) {
    environment_["PANDUAN_ANSWER_RISK"] = value;
    EXPECT_EQ(complaint(), "PANDUAN_ANSWER_RISK: answer.risk is '" + value + "', expected a number from 0 to 1");
  }
}

TEST_F(ConfigTest, AChoiceIsOneOfThose) {
  give_file("[documents]\npictures = \"pages\"\n");
  EXPECT_EQ(load().pictures, "pages");
  environment_["PANDUAN_DOCUMENTS_PICTURES"] = "some";
  EXPECT_EQ(complaint(), "PANDUAN_DOCUMENTS_PICTURES: documents.pictures is 'some', expected one of all, pages, none");
}

TEST_F(ConfigTest, ANumberMayStandInQuotes) {
  give_file("[server]\nport = \"9000\"\n");
  EXPECT_EQ(load().server_port, 9000);
}

TEST_F(ConfigTest, ANumberOutOfItsRangeIsRefusedAndItsEndsAreNot) {
  for (const std::string value : {"-1", "65536"}) {
    flags_["server.port"] = value;
    EXPECT_TRUE(holds(complaint(), "server.port is '" + value + "', expected a whole number from 0 to 65535")) << complaint();
  }
  for (const std::string value : {"0", "65535"}) {
    flags_["server.port"] = value;
    EXPECT_EQ(std::to_string(load().server_port), value);
  }
}

TEST_F(ConfigTest, AFileThatIsNamedMustBeThere) {
  file_ = home_.path() / "none.toml";
  const Failure failure = failure_of([this] { load(); });
  EXPECT_EQ(failure.kind, ErrorKind::NotFound);
  EXPECT_TRUE(holds(failure.message, file_->string())) << failure.message;
}

TEST_F(ConfigTest, AFolderIsNoConfigFile) {
  file_ = home_.path();
  EXPECT_TRUE(holds(complaint(), home_.path().string())) << complaint();
}

TEST_F(ConfigTest, AConfigFolderThatCannotBeLookedAtIsAnErrorOfOurs) {
  environment_["XDG_CONFIG_HOME"] = (home_.path() / std::string(300, 'x')).string();
  EXPECT_TRUE(holds(complaint(), "cannot read the config file")) << complaint();
}

TEST_F(ConfigTest, BrokenTomlNamesTheFileAndTheLine) {
  give_file("[engine]\nthreads = 2\n[server\n");
  EXPECT_TRUE(complaint().starts_with(file_->string() + ":3: ")) << complaint();
  give_file("[engine]\nthreads = 1\nthreads = 2\n");
  EXPECT_TRUE(complaint().starts_with(file_->string() + ":3: ")) << complaint();
}

TEST_F(ConfigTest, FoldersAreBelowHomeByDefault) {
  const Config config = load();
  EXPECT_EQ(config.data_dir, home_.path() / ".local/share/panduan");
  EXPECT_EQ(config.models_dir, home_.path() / ".cache/panduan/models");
}

TEST_F(ConfigTest, FoldersFollowTheXdgVariables) {
  environment_["XDG_DATA_HOME"] = "/xdg/data";
  environment_["XDG_CACHE_HOME"] = "/xdg/cache";
  const Config config = load();
  EXPECT_EQ(config.data_dir, "/xdg/data/panduan");
  EXPECT_EQ(config.models_dir, "/xdg/cache/panduan/models");
  environment_["PANDUAN_CACHE"] = "/cache";
  EXPECT_EQ(load().models_dir, "/cache/models");
}

TEST_F(ConfigTest, AnEmptyFolderVariableIsAsNone) {
  for (const std::string name : {"XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "PANDUAN_CACHE"}) environment_[name] = "";
  const Config config = load();
  EXPECT_EQ(config.data_dir, home_.path() / ".local/share/panduan");
  EXPECT_EQ(config.models_dir, home_.path() / ".cache/panduan/models");
}

TEST_F(ConfigTest, TheFileInTheConfigFolderIsReadWhenItIsThere) {
  write(home_.path() / ".config/panduan/config.toml", "[answer]\npassages = 7\n");
  EXPECT_EQ(load().passages, 7);
  environment_["XDG_CONFIG_HOME"] = (home_.path() / "xdg").string();
  EXPECT_EQ(load().passages, 3);
  write(home_.path() / "xdg/panduan/config.toml", "[answer]\npassages = 8\n");
  EXPECT_EQ(load().passages, 8);
}

TEST_F(ConfigTest, AFileThatIsNamedIsReadInsteadOfTheOneInTheConfigFolder) {
  write(home_.path() / ".config/panduan/config.toml", "[answer]\npassages = 7\nmax_tokens = 99\n");
  give_file("[answer]\npassages = 8\n");
  const Config config = load();
  EXPECT_EQ(config.passages, 8);
  EXPECT_EQ(config.origins.at("answer.max_tokens"), "default");
}

}  // namespace
}  // namespace panduan
