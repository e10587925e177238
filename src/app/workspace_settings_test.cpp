#include "app/workspace_settings.h"

#include <gmock/gmock.h>

#include "base/testing/failure.h"

namespace panduan::app {
namespace {

using panduan::testing::failure_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Config config_with(std::int64_t chunk_tokens) {
  Config config;
  config.chunk_tokens = chunk_tokens;
  return config;
}

TEST(WorkspaceSettings, AreThoseOfTheConfigurationWhereTheWorkspaceSetsNone) {
  const auto settings = make_workspace_settings({{"tone", "Be brief."}, {"chunk_overlap", "40"}}, config_with(200));
  EXPECT_EQ(settings.voice.role, "");
  EXPECT_EQ(settings.voice.tone, "Be brief.");
  EXPECT_EQ(settings.chunk_tokens, 200);
  EXPECT_EQ(settings.chunk_overlap, 40);
  EXPECT_THAT(settings.own, ElementsAre("chunk_overlap", "tone"));
  EXPECT_EQ(ingest_options(settings, config_with(200)).chunk_overlap, 40U);
}

TEST(WorkspaceSettings, AConfigurationThatCannotCutIsNoReasonNotToAnswer) {
  Config config = config_with(100);
  config.chunk_overlap = 80;
  EXPECT_EQ(make_workspace_settings({{"tone", "Be brief."}}, config).voice.tone, "Be brief.");
  EXPECT_EQ(failure_of([&] { ingest_options(make_workspace_settings({}, config), config); }).kind, ErrorKind::InvalidInput);
}

TEST(WorkspaceSettings, SayInOneLineWhatMakesNoSense) {
  const std::string emoji = "\xf0\x9f\x98\x80";
  std::string long_role;
  for (int i = 0; i < 301; ++i) long_role += emoji;
  for (const auto& [key, value, reason] : std::vector<std::tuple<std::string, std::string, std::string>>{{"colour", "red", "no setting 'colour'"},
                                                                                                         {"chunk_tokens", "many", "from 32 to 400"},
                                                                                                         {"chunk_tokens", "4000", "from 32 to 400"},
                                                                                                         {"chunk_overlap", "-1", "from 0 to 200"},
                                                                                                         {"chunk_overlap", "150", "at most half"},
                                                                                                         {"role", "a\nb", "one line"},
                                                                                                         {"role", long_role, "301 characters"},
                                                                                                         {"tone", "\xff", "UTF-8"}}) {
    const auto failure = failure_of([&] { ingest_options(make_workspace_settings({{key, value}}, config_with(256)), config_with(256)); });
    EXPECT_EQ(failure.kind, ErrorKind::InvalidInput);
    EXPECT_THAT(failure.message, HasSubstr(reason));
  }
  EXPECT_EQ(make_workspace_settings({{"role", emoji}}, config_with(256)).voice.role, emoji);
}

TEST(WorkspaceSettings, WhichPicturesAreReadIsOneOfThreeAndPartOfHowADocumentIsCut) {
  Config config = config_with(256);
  const auto settings = make_workspace_settings({}, config);
  const std::string usual = ingest::chunking_of(ingest_options(settings, config));
  for (const auto& [name, expected] : {std::pair{"pages", documents::Pictures::Pages}, std::pair{"none", documents::Pictures::None}}) {
    config.pictures = name;
    EXPECT_EQ(ingest_options(settings, config).pictures, expected);
    EXPECT_NE(ingest::chunking_of(ingest_options(settings, config)), usual) << "what was added is read anew";
  }
}

}  // namespace
}  // namespace panduan::app
