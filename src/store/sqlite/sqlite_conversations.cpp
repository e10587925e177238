#include <fmt/format.h>

#include "base/error.h"
#include "base/id.h"
#include "store/sqlite/sqlite_store.h"

namespace panduan::store {
namespace {

constexpr std::string_view kConversation =
    "SELECT c.public_id, c.title, c.created_ms, coalesce(max(m.created_ms), c.created_ms), count(m.id) FROM conversations c LEFT JOIN messages m ON m.conversation_id = c.id "
    "WHERE c.workspace_id = ?";

Conversation conversation_of(const Statement& row) {
  return {
      .id = row.text(0), .title = row.text(1), .created_ms = row.integer(2), .last_ms = row.integer(3), .messages = static_cast<std::size_t>(row.integer(4))};
}

}  // namespace

Conversation SqliteStore::create_conversation(WorkspaceId workspace, std::string_view title) {
  const std::lock_guard lock(writing_);
  const std::int64_t now = clock_.now_ms();
  const Conversation made{.id = new_id("conv"), .title = std::string(title), .created_ms = now, .last_ms = now};
  writer_.prepare("INSERT INTO conversations (workspace_id, public_id, title, created_ms) VALUES (?, ?, ?, ?)")
      .bind(workspace)
      .bind(made.id)
      .bind(title)
      .bind(made.created_ms)
      .run();
  return made;
}

void SqliteStore::add_messages(WorkspaceId workspace, std::string_view conversation_id, std::span<const Message> messages) {
  const std::lock_guard lock(writing_);
  Transaction transaction(writer_);
  auto conversation = writer_.prepare("SELECT id FROM conversations WHERE workspace_id = ? AND public_id = ?");
  conversation.bind(workspace).bind(conversation_id);
  if (!conversation.step())
    throw Error(ErrorKind::NotFound, fmt::format("there is no conversation '{}': 'panduan conversations list' shows what is there", conversation_id));
  const std::int64_t id = conversation.integer(0);
  conversation.run();
  for (const Message& message : messages) write_message(workspace, id, message);
  transaction.commit();
}

void SqliteStore::write_message(WorkspaceId workspace, std::int64_t conversation, const Message& message) {
  std::vector<std::int64_t> cited;
  for (const std::string& document : message.cited_documents) {
    auto row = writer_.prepare("SELECT id FROM documents WHERE workspace_id = ? AND public_id = ?");
    row.bind(workspace).bind(document);
    if (row.step()) cited.push_back(row.integer(0));
  }
  // Removed while it was quoted: its words must not come back.
  const bool all_there = cited.size() == message.cited_documents.size();
  writer_.prepare("INSERT INTO messages (workspace_id, conversation_id, role, body, created_ms) VALUES (?, ?, ?, ?, ?)")
      .bind(workspace)
      .bind(conversation)
      .bind(message.role == Message::Role::User ? "user" : "assistant")
      .bind(all_there ? std::string_view(message.text) : std::string_view())
      .bind(clock_.now_ms())
      .run();
  const std::int64_t id = writer_.last_insert_id();
  for (const std::int64_t document : cited) {
    writer_.prepare("INSERT OR IGNORE INTO message_citations (message_id, document_id, workspace_id) VALUES (?, ?, ?)")
        .bind(id)
        .bind(document)
        .bind(workspace)
        .run();
  }
}

std::optional<Conversation> SqliteStore::find_conversation(WorkspaceId workspace, std::string_view id) const {
  const auto database = read();
  auto row = database->prepare(fmt::format("{} AND c.public_id = ? GROUP BY c.id", kConversation));
  row.bind(workspace).bind(id);
  return row.step() ? std::optional(conversation_of(row)) : std::nullopt;
}

std::vector<Conversation> SqliteStore::list_conversations(WorkspaceId workspace, std::size_t limit) const {
  const auto database = read();
  auto rows = database->prepare(fmt::format("{} GROUP BY c.id HAVING count(m.id) > 0 ORDER BY max(m.id) DESC LIMIT ?", kConversation));
  rows.bind(workspace).bind(static_cast<std::int64_t>(limit));
  std::vector<Conversation> found;
  while (rows.step()) found.push_back(conversation_of(rows));
  return found;
}

bool SqliteStore::remove_conversation(WorkspaceId workspace, std::string_view id) {
  const std::lock_guard lock(writing_);
  Transaction transaction(writer_);
  writer_.prepare("DELETE FROM conversations WHERE workspace_id = ? AND public_id = ?").bind(workspace).bind(id).run();
  auto changes = writer_.prepare("SELECT changes()");
  changes.step();
  const bool removed = changes.integer(0) > 0;
  changes.run();
  transaction.commit();
  if (removed) empty_log();
  return removed;
}

std::vector<Message> SqliteStore::messages(WorkspaceId workspace, std::string_view conversation_id) const {
  const auto database = read();
  auto rows = database->prepare(
      "SELECT m.id, m.role, m.body, m.created_ms FROM messages m JOIN conversations c ON c.id = m.conversation_id WHERE c.workspace_id = ? AND c.public_id = ? ORDER BY m.id");
  rows.bind(workspace).bind(conversation_id);
  auto citations =
      database->prepare("SELECT d.public_id FROM message_citations c JOIN documents d ON d.id = c.document_id WHERE c.message_id = ? ORDER BY d.id");
  std::vector<Message> found;
  while (rows.step()) {
    Message message{.role = rows.text(1) == "user" ? Message::Role::User : Message::Role::Assistant,
                    .text = rows.text(2),
                    .cited_documents = {},
                    .created_ms = rows.integer(3)};
    citations.bind(rows.integer(0));
    while (citations.step()) message.cited_documents.push_back(citations.text(0));
    citations.run();
    found.push_back(std::move(message));
  }
  return found;
}

}  // namespace panduan::store
