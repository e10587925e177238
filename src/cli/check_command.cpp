#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <iterator>

#include <nlohmann/json.hpp>

#include "app/source_files.h"
#include "base/file.h"
#include "base/unicode.h"
#include "cli/commands.h"
#include "cli/open.h"
#include "cli/place_text.h"
#include "cli/print_json.h"
#include "cli/terminal.h"
#include "server/json.h"

// check
namespace panduan::cli {
namespace {

// Apart from 1 (it went wrong) and 3 (a source is not there): what was checked does not hold.
constexpr int kNotGrounded = 6;

/// What is too long is read no further than it takes to tell.
std::string read_answer(std::istream& from) {
  std::string text(app::kMaxCheckedAnswerBytes + 1, '\0');
  from.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(from.gcount()));
  return text;
}

std::string given_answer(const Session& session) {
  const Arguments& arguments = session.arguments;
  if (arguments.answer.empty()) return arguments.text;
  if (arguments.answer == "-") return read_answer(std::cin);
  return read_file(arguments.answer, static_cast<std::uint64_t>(session.config.max_file_mb) << 20U);
}

struct Mark {
  std::string_view sign, english, chinese;
  Style style;
};
Mark mark_of(rag::Grounding grounding) {
  switch (grounding) {
    case rag::Grounding::Supported: return {"✓", "supported", "有依据", Style::Green};
    case rag::Grounding::Unsupported: return {"?", "not supported", "无依据", Style::Yellow};
    case rag::Grounding::Contradicted: break;
  }
  return {"✗", "contradicted", "与资料矛盾", Style::Red};
}

void print(const rag::CheckedStatement& checked) {
  const std::size_t width = std::min<std::size_t>(terminal_width(), 100) - 4;
  const bool chinese = is_mostly_chinese(checked.statement.text);
  const Mark mark = mark_of(checked.grounding);
  fmt::print("{} {}\n", styled(mark.sign, mark.style), styled(wrap(printable(checked.statement.text), width, "  "), Style::Bold));
  std::string verdict(chinese ? mark.chinese : mark.english);
  const char* before = ": ";
  for (const rag::Reason& reason : checked.reasons) {
    verdict += chinese && before[0] == ':' ? "：" : before;
    verdict += printable(reason.text);
    before = "; ";
  }
  fmt::print("  {}\n", styled(wrap(verdict, width, "  "), mark.style));
  for (const rag::Quote& quote : checked.quotes) {
    fmt::print("    “{}”\n", wrap(printable(quote.text), width - 4, "     "));
    fmt::print("     {}\n", styled(place_text(quote.source, quote.page, quote.heading_path), Style::Dim));
  }
  fmt::print("\n");
}

}  // namespace

int run_check(const Session& session) {
  const Arguments& arguments = session.arguments;
  rag::AnswerToCheck answer{.text = given_answer(session), .sources = std::nullopt};
  StatusLine status;
  if (!arguments.sources.empty()) {
    status.set("reading the sources…");
    answer.sources = app::read_source_files(arguments.sources, static_cast<std::uint64_t>(session.config.max_file_mb) << 20U, session.stop);
  }
  app::check_answer_to_check(answer);
  const auto workbench = open(session.config);
  status.set("checking…");
  const rag::CheckedAnswer checked = workbench->check_answer(workbench->local_caller(), answer, session.stop);
  status.clear();
  if (arguments.json) {
    print_json(server::to_json(checked));
  } else {
    for (const rag::CheckedStatement& statement : checked.statements) print(statement);
    fmt::print("{}\n", checked.summary);
  }
  return checked.is_grounded() ? 0 : kNotGrounded;
}

}  // namespace panduan::cli
