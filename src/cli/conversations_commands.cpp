#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/open.h"
#include "cli/print_json.h"
#include "cli/terminal.h"
#include "server/json.h"

// conversations list, show, remove
namespace panduan::cli {
namespace {

constexpr std::size_t kAtATime = 1000;

void list(const Session& session, app::Workbench& workbench) {
  const auto conversations = workbench.conversations(workbench.local_caller(), session.arguments.list_limit);
  for (const auto& one : conversations) {
    if (session.arguments.json) print_json(server::to_json(one));
    else
      fmt::print("{}  {}  {} {}\n", styled(one.id, Style::Cyan), local_time(one.last_ms), printable(one.title),
                 styled(fmt::format("({} messages)", one.messages), Style::Dim));
  }
  if (conversations.empty() && !session.arguments.json) fmt::print("No conversations yet: 'panduan ask QUESTION' begins one.\n");
}

void show(const Session& session, const app::KeptConversation& conversation) {
  if (session.arguments.json) return print_json(server::to_json(conversation));
  for (const auto& message : conversation.messages) {
    const std::size_t width = std::min<std::size_t>(terminal_width(), 100) - 2;
    if (message.role == store::Message::Role::User)
      fmt::print("{} {}\n", styled("?", Style::Cyan), styled(wrap(printable(message.text), width, "  "), Style::Bold));
    else if (message.text.empty()) fmt::print("  {}\n", styled("(erased with the document that it cites)", Style::Dim));
    else fmt::print("  {}\n", wrap(printable(message.text), width, "  "));
  }
}

void remove(const Session& session, app::Workbench& workbench) {
  const auto caller = workbench.local_caller();
  const auto remove_one = [&](const std::string& id) {
    const auto removed = workbench.remove_conversation(caller, id);
    if (session.arguments.json) print_json(server::to_json(removed));
    else fmt::print("{} {} {}\n", styled("removed", Style::Green), removed.id, printable(removed.title));
  };
  for (const auto& id : session.arguments.names) remove_one(id);
  while (session.arguments.all) {
    const auto rest = workbench.conversations(caller, kAtATime);
    if (rest.empty()) break;
    for (const auto& one : rest) remove_one(one.id);
  }
}

}  // namespace

int run_conversations(const Session& session) {
  const auto workbench = open(session.config);
  switch (session.arguments.command) {
    case Command::ConversationsList: list(session, *workbench); break;
    case Command::ConversationsRemove: remove(session, *workbench); break;
    default: {
      std::vector<std::string> ids = session.arguments.names;
      if (ids.empty()) ids.push_back(last_conversation(*workbench));
      for (const auto& id : ids) show(session, workbench->conversation(workbench->local_caller(), id));
    }
  }
  return 0;
}

std::string last_conversation(app::Workbench& workbench) {
  const auto last = workbench.conversations(workbench.local_caller(), 1);
  if (last.empty()) throw Error(ErrorKind::NotFound, "there is no conversation yet: 'panduan ask QUESTION' begins one");
  return last.front().id;
}

}  // namespace panduan::cli
