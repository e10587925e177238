#include "cli/arguments.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "cli/version.h"
#include "documents/loader.h"

namespace panduan::cli {
namespace {

/// The parser and where its values go.
class Parser {
 public:
  Parser() : app_("Answers questions from your own documents, with quotes that stand word for word in the source.", "panduan") {
    app_.set_version_flag("--version", "panduan " PANDUAN_VERSION);
    app_.require_subcommand(1);
    app_.fallthrough();
    app_.failure_message(CLI::FailureMessage::simple);
    app_.footer(
        "Start with:\n  panduan models pull\n  panduan add ~/papers\n  panduan ask \"What does it say about …?\"\nSettings may also stand in a config file or the environment; 'panduan doctor' lists them.");
    setting("--data", "data.dir", "DIR", "Folder of the store");
    setting("--model", "models.chat", "NAME", "Chat model: a catalogue name, a GGUF file, or auto");
    setting("--threads", "engine.threads", "N", "Threads of the engine");
    app_.add_option("--config", arguments_.config_file, "Config file (TOML)")->type_name("FILE");
    app_.add_option_function<std::vector<std::string>>(
            "--set",
            [this](const std::vector<std::string>& pairs) {
              for (const std::string& pair : pairs) {
                const std::size_t equals = pair.find('=');
                if (equals == std::string::npos) throw CLI::ValidationError("--set", "expected KEY=VALUE, got '" + pair + "'");
                arguments_.settings[pair.substr(0, equals)] = pair.substr(equals + 1);
              }
            },
            "Any setting")
        ->type_name("KEY=VALUE")
        ->allow_extra_args(false);  // one value each: what follows belongs to the command
    app_.add_flag("--json", arguments_.json, "Output for scripts");
    add_document_commands();
    add_job_commands();
    add_question_commands();
    add_conversation_commands();
    add_workspace_commands();
    add_model_commands();
    add_other_commands();
  }

  Parsed parse(int argc, const char* const* argv) {
    try {
      app_.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
      const auto unknown = app_.remaining();
      // CLI11 asks for a command without saying that the word which was given is none.
      const bool is_no_command = error.get_exit_code() == static_cast<int>(CLI::ExitCodes::RequiredError) && !unknown.empty();
      const int code = is_no_command ? app_.exit(CLI::ParseError("'" + unknown.front() + "' is not known", CLI::ExitCodes::ExtrasError)) : app_.exit(error);
      return {std::nullopt, code == 0 ? 0 : 2};
    }
    return {arguments_, 0};
  }

  const CLI::App& app() const { return app_; }

 private:
  void setting(const std::string& flag, const std::string& key, const std::string& type, const std::string& help) {
    app_.add_option_function<std::string>(flag, [this, key](const std::string& value) { arguments_.settings[key] = value; }, help)->type_name(type);
  }

  CLI::App* command(CLI::App& parent, const std::string& name, const std::string& help, Command which) {
    CLI::App* sub = parent.add_subcommand(name, help);
    sub->fallthrough();
    sub->callback([this, which] { arguments_.command = which; });
    return sub;
  }

  void add_document_commands() {
    CLI::App* add = command(app_, "add", "Add files and folders; what has not changed is skipped", Command::Add);
    add->add_option("PATH", arguments_.names, fmt::format("Files and folders ({})", documents::readable_formats()))->required();
    background_options(*add);
    CLI::App* sync = command(app_, "sync", "Keep the documents in step with folders: add, update, move and remove what changed there", Command::Sync);
    sync->add_option("DIR", arguments_.names, "Folders (default: all that were synced before)");
    CLI::Option* watch = sync->add_flag("--watch", arguments_.watches, "Go on, and follow each change until Ctrl-C");
    sync->add_flag("--retry", arguments_.retries, "Try files again that could not be read before");
    sync->add_flag("--empties", arguments_.empties, "Remove all documents of a folder that has become empty");
    CLI::Option* lists = sync->add_flag("--list", arguments_.lists_folders, "List the folders that are followed")->excludes(watch);
    CLI::Option* unfollows =
        sync->add_flag("--unfollow", arguments_.unfollows, "Follow these folders no longer; their documents stay")->excludes(watch)->excludes(lists);
    background_options(*sync)->excludes(watch)->excludes(lists)->excludes(unfollows);
    CLI::App* list = command(app_, "list", "List the documents, newest first", Command::List);
    list->add_option("--limit", arguments_.list_limit, "At most this many")->type_name("N")->capture_default_str()->check(CLI::Range(1, 10000));
    list->add_option("--cursor", arguments_.cursor, "Go on where a list ended")->type_name("CURSOR");
    command(app_, "remove", "Remove documents, with all that was derived from them", Command::Remove)
        ->add_option("DOCUMENT", arguments_.names, "Ids or paths; of a folder or an archive, all that came from it")
        ->required();
    command(app_, "reindex", "Embed what the present embedding model has not embedded yet", Command::Reindex);
    CLI::App* verify = command(app_, "verify", "Show that what was deleted is nowhere any more", Command::Verify);
    verify->add_flag_callback("--deleted", [] {}, "Look everywhere for its rarest phrases")->required();
    verify->add_option("DOCUMENT", arguments_.names, "Ids of documents that were removed (default: all, former versions too)");
  }

  CLI::Option* background_options(CLI::App& command) {
    CLI::Option* background = command.add_flag("--background", arguments_.in_background, "Let the panduan that serves do it, and do not wait");
    command.add_option("--priority", arguments_.priority, "Before which others it is done")
        ->type_name("low|normal|high")
        ->capture_default_str()
        ->check(CLI::IsMember({"low", "normal", "high"}))
        ->needs(background);
    return background;
  }

  void add_job_commands() {
    CLI::App* jobs = app_.add_subcommand("jobs", "List what is done in the background, what waits and what is over");
    jobs->require_subcommand(0, 1);
    jobs->fallthrough();
    jobs->callback([this, jobs] {
      if (jobs->get_subcommands().empty()) arguments_.command = Command::JobsList;
    });
    jobs->add_option("--limit", arguments_.list_limit, "At most this many")->type_name("N")->capture_default_str()->check(CLI::Range(1, 1000));
    command(*jobs, "show", "All that is known of jobs", Command::JobsShow)->add_option("JOB", arguments_.names, "Ids")->required();
    command(*jobs, "cancel", "Cancel jobs; what was added stays", Command::JobsCancel)->add_option("JOB", arguments_.names, "Ids")->required();
    command(*jobs, "retry", "Try jobs again that failed or were cancelled", Command::JobsRetry)->add_option("JOB", arguments_.names, "Ids")->required();
    command(*jobs, "wait", "Follow a job until it is over, and end as it does", Command::JobsWait)
        ->add_option("JOB", arguments_.names, "Id")
        ->required()
        ->expected(1);
    command(*jobs, "run", "Do what waits, where no panduan serves", Command::JobsRun);
  }

  void add_question_commands() {
    CLI::App* search = command(app_, "search", "Find passages", Command::Search);
    search->add_option("QUESTION", arguments_.names, "What to look for")->required();
    search->add_option("--limit", arguments_.search_limit, "At most this many")->type_name("N")->capture_default_str()->check(CLI::Range(1, 100));
    CLI::App* ask = command(app_, "ask", "Ask a question; '-' reads it from standard input", Command::Ask);
    ask->add_option("QUESTION", arguments_.names, "The question")->required();
    CLI::App* chat = command(app_, "chat", "Ask one question after the other, a line each; /new starts over, Ctrl-D ends", Command::Chat);
    for (CLI::App* asking : {ask, chat}) {
      asking->add_option("--risk", arguments_.risk, "Show no answer that is wrong with more than this probability")
          ->type_name("0…1")
          ->check(CLI::Range(0.0, 1.0));
      asking->add_flag("--explain", arguments_.explain, "Show what the model was asked, word for word, and what came back");
      asking->add_flag("-c,--continue", arguments_.goes_on, "Go on from the last conversation");
    }
    ask->add_flag("--times", arguments_.times, "Say where the time went");
    CLI::App* check = command(app_, "check", "Check whether sources bear out what an answer states", Command::Check);
    CLI::Option_group* answer = check->add_option_group("ANSWER");
    answer->add_option("--answer", arguments_.answer, "The answer's file; '-' reads it from standard input")->type_name("FILE");
    answer->add_option("--text", arguments_.text, "The answer itself")->type_name("TEXT");
    answer->require_option(1);
    check->add_option("--sources", arguments_.sources, "Files and folders to check against (default: the documents that were added)")->type_name("PATH");
    CLI::App* eval = command(app_, "eval", "Measure answers against a suite of questions", Command::Eval);
    eval->add_option("SUITE", arguments_.suite, "JSON Lines: question, answers, document?, unanswerable?, without?")->required()->check(CLI::ExistingFile);
    eval->add_option("--documents", arguments_.documents, "Folder of the documents")->type_name("DIR")->required()->check(CLI::ExistingDirectory);
    eval->add_flag("--retrieval-only", arguments_.retrieval_only, "Measure the search, ask no model");
    eval->add_option("--sample", arguments_.sample, "Take this many of the questions")->type_name("N")->check(CLI::NonNegativeNumber);
    eval->add_option("--records", arguments_.records, "Write what came of each question to this file, JSON Lines")->type_name("FILE");
    eval->add_option("--seed", arguments_.seed, "Seed of the sample")->type_name("S")->check(CLI::NonNegativeNumber);
  }

  void add_conversation_commands() {
    CLI::App* conversations = app_.add_subcommand("conversations", "List, show and remove what was asked and answered");
    conversations->require_subcommand(1);
    conversations->fallthrough();
    CLI::App* list = command(*conversations, "list", "The last one first", Command::ConversationsList);
    list->add_option("--limit", arguments_.list_limit, "At most this many")->type_name("N")->capture_default_str()->check(CLI::Range(1, 1000));
    command(*conversations, "show", "What was said (default: in the last one)", Command::ConversationsShow)
        ->add_option("CONVERSATION", arguments_.names, "Ids");
    CLI::App* remove = command(*conversations, "remove", "Erase conversations", Command::ConversationsRemove);
    CLI::Option* ids = remove->add_option("CONVERSATION", arguments_.names, "Ids");
    CLI::Option* all = remove->add_flag("--all", arguments_.all, "All of them")->excludes(ids);
    remove->callback([this, ids, all] {
      if (ids->empty() && all->empty()) throw CLI::RequiredError("CONVERSATION or --all");
      arguments_.command = Command::ConversationsRemove;
    });
  }

  void add_workspace_commands() {
    CLI::App* workspace = app_.add_subcommand("workspace", "How answers are worded and documents are cut");
    workspace->require_subcommand(1);
    workspace->fallthrough();
    command(*workspace, "show", "What holds here", Command::WorkspaceShow);
    CLI::App* set = command(*workspace, "set", "Change a setting: role, tone, chunk_tokens, chunk_overlap", Command::WorkspaceSet);
    set->add_option("SETTING VALUE", arguments_.names, "For example: tone 'Be brief and formal.'")->required()->expected(2);
    command(*workspace, "unset", "Go back to what holds without it", Command::WorkspaceUnset)
        ->add_option("SETTING", arguments_.names, "role, tone, chunk_tokens or chunk_overlap")
        ->required();
  }

  void add_model_commands() {
    CLI::App* models = app_.add_subcommand("models", "Fetch, list and check models");
    models->require_subcommand(1);
    models->fallthrough();
    command(*models, "list", "The catalogue and what is installed", Command::ModelsList);
    command(*models, "pull", "Fetch models (default: the ones that asking needs)", Command::ModelsPull)
        ->add_option("NAME", arguments_.names, "Catalogue names");
    command(*models, "verify", "Check installed models against their SHA-256", Command::ModelsVerify)
        ->add_option("NAME", arguments_.names, "Catalogue names (default: all installed)");
    command(*models, "import", "Bring in a model file", Command::ModelsImport)
        ->add_option("FILE", arguments_.names, "GGUF files, or e5-small-q4.bin")
        ->required();
  }

  void add_other_commands() {
    CLI::App* serve = command(app_, "serve", "Serve the web page and the API", Command::Serve);
    serve->add_option_function<std::string>(
             "--host", [this](const std::string& value) { arguments_.settings["server.host"] = value; }, "Address to listen on")
        ->type_name("ADDRESS");
    serve
        ->add_option_function<std::string>(
            "--port", [this](const std::string& value) { arguments_.settings["server.port"] = value; }, "Port to listen on; 0 picks a free one")
        ->type_name("PORT");
    command(app_, "doctor", "Say what is wrong and how to mend it", Command::Doctor);
    command(app_, "completion", "Print the completion script of a shell", Command::Completion)
        ->add_option("SHELL", arguments_.names, "bash or zsh")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh"}));
  }

  CLI::App app_;
  Arguments arguments_;
};

}  // namespace

Parsed parse_arguments(int argc, const char* const* argv) { return Parser().parse(argc, argv); }

std::vector<std::pair<std::string, std::vector<std::string>>> describe_commands() {
  const Parser parser;
  std::vector<std::pair<std::string, std::vector<std::string>>> described;
  auto describe = [&](const std::string& name, const CLI::App& app) {
    std::vector<std::string> words;
    for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; })) words.push_back(sub->get_name());
    for (const CLI::Option* option : app.get_options()) {
      for (const std::string& flag : option->get_lnames()) words.push_back("--" + flag);
    }
    described.emplace_back(name, std::move(words));
  };
  describe("", parser.app());
  for (const CLI::App* sub : parser.app().get_subcommands([](const CLI::App*) { return true; })) describe(sub->get_name(), *sub);
  return described;
}

}  // namespace panduan::cli
