#include "cli/arguments.h"

#include <gmock/gmock.h>

#include <fstream>

#include "base/config.h"
#include "base/file.h"

namespace panduan::cli {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

struct Outcome {
  std::optional<Arguments> arguments;
  int exit_code = 0;
  std::string output, errors;
};

Outcome parse(std::vector<const char*> words) {
  words.insert(words.begin(), "panduan");
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  Parsed parsed = parse_arguments(static_cast<int>(words.size()), words.data());
  return {std::move(parsed.arguments), parsed.exit_code, ::testing::internal::GetCapturedStdout(), ::testing::internal::GetCapturedStderr()};
}

/// What is understood; the test fails when the usage is wrong.
Arguments arguments_of(const std::vector<const char*>& words) {
  Outcome outcome = parse(words);
  EXPECT_TRUE(outcome.arguments) << outcome.errors;
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.output + outcome.errors, "");
  return outcome.arguments.value_or(Arguments{});
}

void expect_wrong(const std::vector<const char*>& words, const std::string& complaint) {
  const Outcome outcome = parse(words);
  EXPECT_FALSE(outcome.arguments) << complaint;
  EXPECT_EQ(outcome.exit_code, 2) << complaint;
  EXPECT_EQ(outcome.output, "");
  EXPECT_THAT(outcome.errors, HasSubstr(complaint));
}

TEST(ParseArguments, AnAnswerToCheckIsAFileOrAText) {
  const Arguments arguments = arguments_of({"check", "--answer", "-", "--sources", "a.pdf", "folder"});
  EXPECT_EQ(arguments.answer, "-");
  EXPECT_THAT(arguments.sources, ElementsAre("a.pdf", "folder"));
  expect_wrong({"check"}, "Exactly 1 option");
  expect_wrong({"check", "--answer", "a", "--text", "b"}, "Exactly 1 option");
}

TEST(ParseArguments, EachCommandIsKnown) {
  EXPECT_EQ(arguments_of({"add", "a.txt"}).command, Command::Add);
  EXPECT_EQ(arguments_of({"list"}).command, Command::List);
  EXPECT_EQ(arguments_of({"remove", "doc_1"}).command, Command::Remove);
  EXPECT_EQ(arguments_of({"verify", "--deleted"}).command, Command::Verify);
  EXPECT_EQ(arguments_of({"reindex"}).command, Command::Reindex);
  EXPECT_EQ(arguments_of({"search", "words"}).command, Command::Search);
  EXPECT_EQ(arguments_of({"ask", "What?"}).command, Command::Ask);
  EXPECT_EQ(arguments_of({"chat"}).command, Command::Chat);
  EXPECT_EQ(arguments_of({"conversations", "list"}).command, Command::ConversationsList);
  EXPECT_EQ(arguments_of({"conversations", "show"}).command, Command::ConversationsShow);
  EXPECT_EQ(arguments_of({"conversations", "remove", "conv_1"}).command, Command::ConversationsRemove);
  EXPECT_EQ(arguments_of({"check", "--text", "It is old."}).command, Command::Check);
  EXPECT_EQ(arguments_of({"serve"}).command, Command::Serve);
  EXPECT_EQ(arguments_of({"models", "list"}).command, Command::ModelsList);
  EXPECT_EQ(arguments_of({"models", "pull"}).command, Command::ModelsPull);
  EXPECT_EQ(arguments_of({"models", "verify"}).command, Command::ModelsVerify);
  EXPECT_EQ(arguments_of({"models", "import", "m.gguf"}).command, Command::ModelsImport);
  EXPECT_EQ(arguments_of({"doctor"}).command, Command::Doctor);
  EXPECT_EQ(arguments_of({"completion", "bash"}).command, Command::Completion);
}

TEST(ParseArguments, NamesComeInTheirOrder) {
  EXPECT_THAT(arguments_of({"add", "b.txt", "a.txt"}).names, ElementsAre("b.txt", "a.txt"));
  EXPECT_THAT(arguments_of({"remove", "doc_1", "/a b.txt"}).names, ElementsAre("doc_1", "/a b.txt"));
  EXPECT_THAT(arguments_of({"verify", "--deleted", "doc_1", "doc_2"}).names, ElementsAre("doc_1", "doc_2"));
  EXPECT_THAT(arguments_of({"verify", "--deleted"}).names, IsEmpty());
  expect_wrong({"verify"}, "--deleted");
  EXPECT_THAT(arguments_of({"ask", "What", "is", "it?"}).names, ElementsAre("What", "is", "it?"));
  EXPECT_THAT(arguments_of({"models", "pull", "qwen", "e5"}).names, ElementsAre("qwen", "e5"));
  EXPECT_THAT(arguments_of({"models", "verify"}).names, IsEmpty());
}

TEST(ParseArguments, AHyphenAloneIsAQuestionFromStandardInput) { EXPECT_THAT(arguments_of({"ask", "-"}).names, ElementsAre("-")); }

TEST(ParseArguments, BehindTwoHyphensNothingIsAnOption) {
  EXPECT_THAT(arguments_of({"ask", "--", "--json", "means", "what?"}).names, ElementsAre("--json", "means", "what?"));
  EXPECT_THAT(arguments_of({"add", "--", "-notes.txt"}).names, ElementsAre("-notes.txt"));
}

TEST(ParseArguments, AQuestionMayBeginWithTheNameOfACommand) {
  EXPECT_THAT(arguments_of({"ask", "list", "all", "packages"}).names, ElementsAre("list", "all", "packages"));
  EXPECT_EQ(arguments_of({"ask", "add", "what?"}).command, Command::Ask);
}

TEST(ParseArguments, TheLimitsOfListAndSearchAreTheirOwn) {
  EXPECT_EQ(arguments_of({"list"}).list_limit, 100U);
  EXPECT_EQ(arguments_of({"list", "--limit", "10000"}).list_limit, 10'000U);
  EXPECT_EQ(arguments_of({"search", "x"}).search_limit, 8U);
  EXPECT_EQ(arguments_of({"search", "--limit", "100", "x"}).search_limit, 100U);
  EXPECT_EQ(arguments_of({"list", "--cursor", "17"}).cursor, "17");
  for (const char* limit : {"0", "101", "-1", "many", ""}) expect_wrong({"search", "x", "--limit", limit}, "--limit");
  for (const char* limit : {"0", "10001"}) expect_wrong({"list", "--limit", limit}, "--limit");
}

TEST(ParseArguments, OptionsOfTheProgramMayStandBeforeAndBehindTheCommand) {
  EXPECT_FALSE(arguments_of({"list"}).json);
  EXPECT_TRUE(arguments_of({"--json", "list"}).json);
  EXPECT_TRUE(arguments_of({"list", "--json"}).json);
  EXPECT_TRUE(arguments_of({"models", "list", "--json"}).json);
  const Arguments ask = arguments_of({"ask", "What", "--json", "is it?"});
  EXPECT_TRUE(ask.json);
  EXPECT_THAT(ask.names, ElementsAre("What", "is it?"));
}

TEST(ParseArguments, AskAndChatGoOnFromTheLastConversation) {
  EXPECT_FALSE(arguments_of({"ask", "What?"}).goes_on);
  EXPECT_TRUE(arguments_of({"ask", "-c", "What?"}).goes_on);
  EXPECT_TRUE(arguments_of({"ask", "--continue", "What?"}).goes_on);
  EXPECT_TRUE(arguments_of({"chat", "-c"}).goes_on);
  EXPECT_EQ(arguments_of({"chat", "--risk", "0.5"}).risk, 0.5);
}

TEST(ParseArguments, RemovingConversationsNamesThemOrSaysAll) {
  EXPECT_TRUE(arguments_of({"conversations", "remove", "--all"}).all);
  expect_wrong({"conversations", "remove"}, "--all");
  expect_wrong({"conversations", "remove", "--all", "conv_1"}, "--all");
  expect_wrong({"conversations"}, "subcommand");
}

TEST(ParseArguments, FlagsOfSettingsAreSettings) {
  const Arguments arguments = arguments_of({"--data", "/d", "--model", "small", "--threads", "2", "serve", "--host", "::1", "--port", "0"});
  EXPECT_THAT(arguments.settings, UnorderedElementsAre(Pair("data.dir", "/d"), Pair("models.chat", "small"), Pair("engine.threads", "2"),
                                                       Pair("server.host", "::1"), Pair("server.port", "0")));
  EXPECT_FALSE(arguments.config_file);
  EXPECT_EQ(arguments_of({"list", "--config", "/c.toml"}).config_file, "/c.toml");
}

TEST(ParseArguments, EverySettingOfAFlagIsOneThatThereIs) {
  const Arguments arguments = arguments_of({"--data", "/d", "--model", "small", "--threads", "2", "serve", "--host", "::1", "--port", "0"});
  EXPECT_NO_THROW(load_config({.flags = arguments.settings, .file = {}, .environment = [](const std::string&) { return std::nullopt; }}));
}

TEST(ParseArguments, SetTakesAnySettingAndMoreThanOne) {
  EXPECT_THAT(arguments_of({"list", "--set", "log.level=debug", "--set", "answer.passages=5"}).settings,
              UnorderedElementsAre(Pair("log.level", "debug"), Pair("answer.passages", "5")));
  EXPECT_THAT(arguments_of({"--set", "remote.url=http://host/?a=b", "list"}).settings, ElementsAre(Pair("remote.url", "http://host/?a=b")));
  EXPECT_THAT(arguments_of({"--set", "remote.url=", "list"}).settings, ElementsAre(Pair("remote.url", "")));
  EXPECT_THAT(arguments_of({"--set=log.level=debug", "list"}).settings, ElementsAre(Pair("log.level", "debug")));
}

TEST(ParseArguments, SetLeavesWhatFollowsToTheCommand) {
  const Arguments behind = arguments_of({"ask", "--set", "answer.passages=5", "What is a=b?"});
  EXPECT_THAT(behind.settings, ElementsAre(Pair("answer.passages", "5")));
  EXPECT_THAT(behind.names, ElementsAre("What is a=b?"));
  EXPECT_THAT(arguments_of({"--set", "answer.passages=5", "ask", "What?"}).names, ElementsAre("What?"));
}

TEST(ParseArguments, SetWithoutAValueIsWrong) {
  expect_wrong({"list", "--set", "log.level"}, "expected KEY=VALUE, got 'log.level'");
  expect_wrong({"list", "--set"}, "--set");
}

TEST(ParseArguments, AnEvaluationNamesItsSuiteAndItsDocuments) {
  const TemporaryFolder folder;
  const std::string suite = folder.path() / "suite.jsonl";
  std::ofstream(suite) << "{}\n";
  const Arguments arguments = arguments_of({"eval", suite.c_str(), "--documents", folder.path().c_str(), "--sample", "20", "--seed", "7", "--retrieval-only"});
  EXPECT_EQ(arguments.command, Command::Eval);
  EXPECT_EQ(arguments.suite, suite);
  EXPECT_EQ(arguments.documents, folder.path());
  EXPECT_EQ(arguments.sample, 20U);
  EXPECT_EQ(arguments.seed, 7U);
  EXPECT_TRUE(arguments.retrieval_only);
  expect_wrong({"eval", suite.c_str()}, "--documents");
  expect_wrong({"eval", "/nonexistent/suite.jsonl", "--documents", folder.path().c_str()}, "/nonexistent/suite.jsonl");
  expect_wrong({"eval", suite.c_str(), "--documents", suite.c_str()}, "--documents");
  expect_wrong({"eval", suite.c_str(), "--documents", folder.path().c_str(), "--sample", "-1"}, "--sample");
}

TEST(ParseArguments, WrongUsageEndsWithTwoAndSaysWhatIsWrong) {
  expect_wrong({}, "subcommand");
  expect_wrong({"models"}, "subcommand");
  expect_wrong({"models", "applaud"}, "applaud");
  expect_wrong({"applaud"}, "applaud");
  expect_wrong({"list", "--applaud"}, "--applaud");
  expect_wrong({"list", "more"}, "more");
  expect_wrong({"add"}, "PATH");
  expect_wrong({"remove"}, "DOCUMENT");
  expect_wrong({"search"}, "QUESTION");
  expect_wrong({"ask"}, "QUESTION");
  expect_wrong({"models", "import"}, "FILE");
  expect_wrong({"completion", "fish"}, "fish");
  expect_wrong({"list", "--data"}, "--data");
  expect_wrong({"list", "doctor"}, "doctor");
}

TEST(ParseArguments, HelpAndVersionGoToStandardOutputAndEndWithNought) {
  for (const std::vector<const char*>& words : std::vector<std::vector<const char*>>{{"--help"}, {"-h"}, {"ask", "--help"}, {"models", "pull", "--help"}}) {
    const Outcome outcome = parse(words);
    EXPECT_FALSE(outcome.arguments);
    EXPECT_EQ(outcome.exit_code, 0);
    EXPECT_THAT(outcome.output, HasSubstr("panduan"));
    EXPECT_EQ(outcome.errors, "");
  }
  const Outcome version = parse({"--version"});
  EXPECT_FALSE(version.arguments);
  EXPECT_EQ(version.exit_code, 0);
  EXPECT_THAT(version.output, ::testing::MatchesRegex("panduan [0-9]+\\.[0-9]+\\.[0-9]+\n"));
}

TEST(DescribeCommands, HasEveryCommandWithItsOptions) {
  const auto described = describe_commands();
  const std::map<std::string, std::vector<std::string>> commands(described.begin(), described.end());
  ASSERT_TRUE(commands.contains(""));
  for (const char* name : {"add", "list", "remove", "verify", "search", "ask", "chat", "conversations", "serve", "models", "eval", "doctor", "completion"}) {
    EXPECT_THAT(commands.at(""), Contains(name));
    EXPECT_TRUE(commands.contains(name)) << name;
  }
  for (const char* option : {"--data", "--set", "--json", "--config", "--help", "--version"}) EXPECT_THAT(commands.at(""), Contains(option));
  for (const char* name : {"list", "pull", "verify", "import"}) EXPECT_THAT(commands.at("models"), Contains(name));
  for (const char* name : {"list", "show", "remove"}) EXPECT_THAT(commands.at("conversations"), Contains(name));
  EXPECT_THAT(commands.at("ask"), Contains("--continue"));
  EXPECT_THAT(commands.at("serve"), Contains("--port"));
  EXPECT_THAT(commands.at("eval"), Contains("--retrieval-only"));
}

TEST(ParseArguments, JobsAreListedOrOneThingIsDoneWithThem) {
  EXPECT_EQ(arguments_of({"jobs"}).command, Command::JobsList);
  EXPECT_EQ(arguments_of({"jobs", "--json", "--limit", "3"}).list_limit, 3U);
  const Arguments cancel = arguments_of({"jobs", "cancel", "job_1", "job_2"});
  EXPECT_EQ(cancel.command, Command::JobsCancel);
  EXPECT_THAT(cancel.names, ElementsAre("job_1", "job_2"));
  EXPECT_EQ(arguments_of({"jobs", "show", "job_1"}).command, Command::JobsShow);
  EXPECT_EQ(arguments_of({"jobs", "retry", "job_1"}).command, Command::JobsRetry);
  EXPECT_EQ(arguments_of({"jobs", "wait", "job_1", "--json"}).command, Command::JobsWait);
  EXPECT_EQ(arguments_of({"jobs", "run"}).command, Command::JobsRun);
  expect_wrong({"jobs", "cancel"}, "JOB");
  expect_wrong({"jobs", "mow"}, "mow");
}

TEST(ParseArguments, AddAndSyncMayBeLeftToTheServer) {
  EXPECT_FALSE(arguments_of({"add", "a.txt"}).in_background);
  const Arguments add = arguments_of({"add", "--background", "--priority", "high", "a.txt", "b.txt"});
  EXPECT_TRUE(add.in_background);
  EXPECT_EQ(add.priority, "high");
  EXPECT_THAT(add.names, ElementsAre("a.txt", "b.txt"));
  EXPECT_EQ(arguments_of({"sync", "--background"}).priority, "normal");
  expect_wrong({"add", "a.txt", "--priority", "high"}, "--background");
  expect_wrong({"add", "a.txt", "--background", "--priority", "urgent"}, "urgent");
  expect_wrong({"sync", "--background", "--watch", "a"}, "--watch");
  expect_wrong({"sync", "--background", "--list"}, "--list");
}

}  // namespace
}  // namespace panduan::cli
