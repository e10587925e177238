#include <fmt/format.h>

#include <unistd.h>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <iterator>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/unicode.h"
#include "cli/commands.h"
#include "cli/line_reader.h"
#include "cli/open.h"
#include "cli/place_text.h"
#include "cli/print_json.h"
#include "cli/signals.h"
#include "cli/terminal.h"
#include "server/json.h"

// search, ask, chat
namespace panduan::cli {
namespace {

std::string typed_question(const Arguments& arguments) {
  if (arguments.names == std::vector<std::string>{"-"}) {
    std::string text{std::istreambuf_iterator<char>(std::cin), {}};
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
    return text;
  }
  return fmt::format("{}", fmt::join(arguments.names, " "));
}

std::size_t text_width() { return std::min<std::size_t>(terminal_width(), 100); }

/// Prints an answer's events for a person: the answer first, then the quotes it rests on.
class AnswerPrinter {
 public:
  void operator()(const rag::Event& event) {
    std::visit([this](const auto& what) { print(what); }, event);
    std::fflush(stdout);
  }

 private:
  void print(const rag::Searching& searching) {
    if (searching.query != searching.question) {
      const bool chinese = is_mostly_chinese(searching.question) || is_mostly_chinese(searching.query);
      // Two lines: it was not understood, and is searched with the question before it.
      const bool together = searching.query.find('\n') != std::string::npos;
      const std::string label =
          together ? (chinese ? "与上一问一并检索：" : "searched with the question before: ") : (chinese ? "理解为：" : "understood as: ");
      fmt::print("{}\n", styled(wrap(label + printable(searching.query), text_width(), "  "), Style::Dim));
    }
    status_.set("searching…");
  }
  void print(const rag::Passages& found) {
    passages_ = found;
    status_.set(fmt::format("reading {} passages…", found.passages.size()));
  }
  void print(const rag::Quote& quote) { quotes_.push_back(quote); }
  void print(const rag::Statement& statement) { statements_.push_back(statement); }
  void print(const rag::AnswerText& answer) { answer_ = answer.text; }
  void print_answer() {
    std::string numbers;
    if (!statements_.empty()) numbers = numbers_of(statements_.front());
    fmt::print("{} {}\n\n", styled(wrap(printable(answer_), text_width() - 8, ""), Style::Bold), styled(numbers, Style::Cyan));
    bool stated = false;
    for (const auto& statement : statements_) {
      if (statement.text == answer_) continue;
      fmt::print("{} {}\n", wrap(printable(statement.text), text_width() - 8, ""), styled(numbers_of(statement), Style::Cyan));
      stated = true;
    }
    if (stated) fmt::print("\n");
  }
  void print_quotes() const {
    for (const auto& quote : quotes_) {
      fmt::print("{} “{}”\n", styled(fmt::format("[{}]", quote.number), Style::Cyan), wrap(printable(quote.text), text_width() - 6, "     "));
      fmt::print("     {}\n", styled(place_text(quote.source, quote.page, quote.heading_path), Style::Dim));
    }
  }
  static void print_note(const rag::Verdict& verdict) {
    if (!verdict.note.empty()) fmt::print("{}\n", styled(wrap(printable(verdict.note), text_width(), ""), Style::Dim));
  }
  static std::string numbers_of(const rag::Statement& statement) {
    std::string numbers;
    for (const std::size_t number : statement.quotes) numbers += fmt::format("[{}]", number);
    return numbers;
  }
  void print(const rag::Verdict& verdict) {
    status_.clear();
    if (verdict.answered && verdict.probability) probability_ = fmt::format("right with {:.0f} % · ", 100 * *verdict.probability);
    if (verdict.answered) {
      if (answer_.empty()) fmt::print("{}\n\n", styled(wrap(verdict.reason, text_width(), ""), Style::Dim));
      else print_answer();
      print_quotes();
      return print_note(verdict);
    }
    fmt::print("{} {}\n", styled("I don't know. 不知道。", Style::Bold), verdict.reason);
    print_note(verdict);
    for (const auto& passage : passages_.passages) fmt::print("  {}\n", styled(place_text(passage.source, passage.page, passage.heading_path), Style::Dim));
  }
  void print(const rag::Done& done) {
    print_prompts(done);
    if (done.model.empty()) return;
    fmt::print("{}\n", styled(fmt::format("     {}{} · search {} · {} tokens read in {} · answer written in {} · {} in all", probability_, done.model,
                                          human_duration(done.search_ms), done.prompt_tokens, human_duration(done.prefill_ms), human_duration(done.decode_ms),
                                          human_duration(done.total_ms)),
                              Style::Dim));
  }

  /// What the model was asked, for a question with --explain.
  static void print_prompts(const rag::Done& done) {
    std::size_t number = 0;
    for (const rag::Asked& asked : done.asked) {
      if (asked.text.empty()) continue;
      fmt::print("\n{}\n{}\n", styled(fmt::format("── prompt {}: {}, version {}", ++number, asked.prompt, asked.version), Style::Cyan),
                 styled(printable_lines(asked.text), Style::Dim));
      fmt::print("{}\n{}\n", styled("── reply", Style::Cyan), printable_lines(asked.reply));
    }
  }
  static std::string printable_lines(std::string_view text) {
    std::string lines;
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = std::min(text.find('\n', begin), text.size());
      if (begin > 0) lines += '\n';
      lines += printable(text.substr(begin, end - begin));
      begin = end + 1;
    }
    return lines;
  }

  StatusLine status_;
  rag::Passages passages_;
  std::string answer_;
  std::vector<rag::Quote> quotes_;
  std::vector<rag::Statement> statements_;
  std::string probability_;  ///< of the answer, for its last line
};

/// Where the time of one `ask` went, as its own table on standard error: what is piped stays the answer.
class TimeTable {
 public:
  explicit TimeTable(const Stopwatch& running) : running_(running) {}

  void operator()(const rag::Event& event) {
    if (std::holds_alternative<rag::Searching>(event)) start_ms_ = running_.elapsed_ms();
    if (const auto* done = std::get_if<rag::Done>(&event)) done_ = *done;
  }
  void print() const {
    const double all = running_.elapsed_ms();
    const double start = start_ms_ - done_.rewrite_ms;  // a follow-up is understood before the search begins
    const double rest = all - start - done_.search_ms - done_.prefill_ms - done_.decode_ms;
    fmt::print(stderr, "{:<44} {:>9}\n", "where the time went", "ms");
    for (const auto& [what, ms] : {std::pair{"start: open the store, load the models", start},
                                   {"search", done_.search_ms},
                                   {"prefill: the model reads", done_.prefill_ms},
                                   {"decode: the model writes", done_.decode_ms},
                                   {"rest: check the quotes, print", rest},
                                   {"all", all},
                                   {"all but prefill and decode", all - done_.prefill_ms - done_.decode_ms}}) {
      fmt::print(stderr, "{:<44} {:>9.0f}\n", what, ms);
    }
    if (done_.rewrite_ms > 0) fmt::print(stderr, "{:<44} {:>9.0f}\n", "of prefill and decode: to understand a follow-up", done_.rewrite_ms);
  }

 private:
  const Stopwatch& running_;
  double start_ms_ = 0;
  rag::Done done_;
};

/// Where a question is kept.
std::string conversation_of(const Session& session, app::Workbench& workbench) {
  return session.arguments.goes_on ? last_conversation(workbench) : std::string(rag::kNewConversation);
}

/// One line of a chat; gives the conversation to go on with. A question that is refused or stopped ends that question, not the chat.
std::string ask_in_chat(const Session& session, app::Workbench& workbench, const rag::Question& question, const std::stop_token& stop) {
  std::string conversation = question.conversation_id;
  try {
    AnswerPrinter print;
    auto sink = [&](const rag::Event& event) {
      if (const auto* done = std::get_if<rag::Done>(&event)) conversation = done->conversation_id;
      if (session.arguments.json) print_json(server::to_json(event));
      else print(event);
    };
    workbench.ask(workbench.local_caller(), question, sink, stop);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::InvalidInput && error.kind() != ErrorKind::TooLarge && error.kind() != ErrorKind::Cancelled) throw;
    std::fflush(stdout);
    if (session.arguments.json) {
      auto problem = server::problem_json(error);
      problem["event"] = "error";
      print_json(problem);
    } else {
      fmt::print(stderr, "{}\n", printable(error.what()));
    }
  }
  return conversation;
}

}  // namespace

int run_search(const Session& session) {
  const auto workbench = open(session.config);
  const auto hits = workbench->search(workbench->local_caller(), typed_question(session.arguments), session.arguments.search_limit, session.stop);
  if (session.arguments.json) {
    for (const auto& hit : hits) print_json(server::to_json(hit));
    return 0;
  }
  for (std::size_t i = 0; i < hits.size(); ++i) {
    const auto& hit = hits[i];
    const std::string words = hit.word_rank ? fmt::format("words #{}", *hit.word_rank) : "no words";
    const std::string vectors = hit.vector_rank ? fmt::format("meaning #{} ({:.2f})", *hit.vector_rank, hit.similarity) : "not near in meaning";
    fmt::print("{} {}  {}\n", styled(fmt::format("{}.", i + 1), Style::Cyan), styled(place_text(hit.source, hit.page, hit.heading_path), Style::Bold),
               styled(fmt::format("{:.2f}: {}, {}", hit.score, words, vectors), Style::Dim));
    fmt::print("   {}\n", wrap(printable(hit.text), text_width() - 3, "   "));
  }
  if (hits.empty()) fmt::print("Nothing found.\n");
  return hits.empty() ? 3 : 0;
}

int run_ask(const Session& session) {
  const auto workbench = open(session.config);
  bool answered = false;
  AnswerPrinter print;
  TimeTable times(session.running);
  auto sink = [&](const rag::Event& event) {
    times(event);
    if (const auto* verdict = std::get_if<rag::Verdict>(&event)) answered = verdict->answered;
    if (session.arguments.json) {
      print_json(server::to_json(event));
    } else {
      print(event);
    }
  };
  workbench->ask(workbench->local_caller(),
                 {.text = typed_question(session.arguments),
                  .history = {},
                  .risk = session.arguments.risk,
                  .conversation_id = conversation_of(session, *workbench),
                  .explain = session.arguments.explain},
                 sink, session.stop);
  if (session.arguments.times) times.print();
  return answered ? 0 : 3;
}

int run_chat(const Session& session) {
  const auto workbench = open(session.config);
  const bool json = session.arguments.json;
  const bool prompts = !json && ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1;
  if (prompts) fmt::print("{}\n", styled("Ask; /new starts over, Ctrl-C stops an answer, Ctrl-D ends.", Style::Dim));
  LineReader lines(STDIN_FILENO, app::kMaxQuestionBytes + 1);
  std::string conversation = conversation_of(session, *workbench);
  while (!session.stop.stop_requested()) {
    if (prompts) {
      fmt::print("{} ", styled("›", Style::Cyan));
      std::fflush(stdout);
    }
    const CtrlCScope ctrl_c;
    const auto line = lines.next(ctrl_c.token());
    if (!line && ctrl_c.token().stop_requested()) {
      if (prompts) fmt::print("\n");
      continue;
    }
    if (!line) break;
    if (line->find_first_not_of(" \t") == std::string::npos) continue;
    if (*line == "/new") conversation = rag::kNewConversation;
    else
      conversation =
          ask_in_chat(session, *workbench,
                      {.text = *line, .history = {}, .risk = session.arguments.risk, .conversation_id = conversation, .explain = session.arguments.explain},
                      ctrl_c.token());
  }
  if (prompts) fmt::print("\n");
  return session.stop.stop_requested() ? error_mapping(ErrorKind::Cancelled).exit_code : 0;
}

}  // namespace panduan::cli
