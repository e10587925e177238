#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace panduan::cli {

enum class Command {
  Add,
  Sync,
  JobsList,
  JobsShow,
  JobsCancel,
  JobsRetry,
  JobsWait,
  JobsRun,
  List,
  Remove,
  Verify,
  Reindex,
  Search,
  Ask,
  Chat,
  Check,
  ConversationsList,
  ConversationsShow,
  ConversationsRemove,
  WorkspaceShow,
  WorkspaceSet,
  WorkspaceUnset,
  Serve,
  ModelsList,
  ModelsPull,
  ModelsVerify,
  ModelsImport,
  Eval,
  Doctor,
  Completion
};

/// What the user typed, checked as far as its form goes.
struct Arguments {
  Command command = Command::Ask;
  bool json = false;
  std::map<std::string, std::string> settings;      ///< key → value, as the config file would have them
  std::optional<std::filesystem::path> config_file;

  std::vector<std::string> names;      ///< paths, documents, jobs, models, conversations, settings, words of the question
  std::size_t search_limit = 8;
  std::size_t list_limit = 100;        ///< list, jobs, conversations list
  std::string cursor;                  ///< list
  bool in_background = false;          ///< add, sync
  std::string priority = "normal";     ///< add, sync: of the job
  bool watches = false;                ///< sync
  bool retries = false;                ///< sync: as ingest::SyncOptions
  bool empties = false;                ///< sync: as ingest::SyncOptions
  bool lists_folders = false;          ///< sync
  bool unfollows = false;              ///< sync
  std::filesystem::path suite;         ///< eval
  std::filesystem::path documents;     ///< eval
  std::filesystem::path records;        ///< eval: empty, or where the records go
  bool retrieval_only = false;         ///< eval
  bool explain = false;                ///< ask, chat: as rag::Question::explain
  std::optional<double> risk;          ///< ask, chat: as rag::Question::risk
  bool goes_on = false;                ///< ask, chat: from the conversation that was last spoken in
  bool all = false;                    ///< conversations remove
  std::filesystem::path answer;        ///< check: the file, "-" for standard input; empty when `text` is the answer
  std::string text;                    ///< check
  std::vector<std::filesystem::path> sources;  ///< check: empty for the documents
  bool times = false;                  ///< ask: print where the time went
  std::size_t sample = 0;              ///< eval: 0 is all
  std::uint64_t seed = 1;              ///< eval
};

/// Either what to do, or (for --help, --version and wrong usage) that the text was printed and with which code to exit.
struct Parsed {
  std::optional<Arguments> arguments;
  int exit_code = 0;
};
Parsed parse_arguments(int argc, const char* const* argv);

/// The commands and their options, for shell completion: name → options.
std::vector<std::pair<std::string, std::vector<std::string>>> describe_commands();

}  // namespace panduan::cli
