#include <fmt/format.h>

#include "base/error.h"
#include "base/id.h"
#include "store/sqlite/sqlite_store.h"

namespace panduan::store {
namespace {

constexpr std::string_view kSelectJob =
    "SELECT public_id, workspace_id, kind, arguments, user, rights, priority, state, attempts, progress, result, error, error_kind, created_ms, started_ms, "
    "finished_ms, next_attempt_ms FROM jobs ";

Job job_of(const Statement& row) {
  return {.id = row.text(0),
          .workspace = row.integer(1),
          .kind = row.text(2),
          .arguments = row.text(3),
          .user = row.text(4),
          .rights = static_cast<std::uint32_t>(row.integer(5)),
          .priority = static_cast<JobPriority>(row.integer(6)),
          .state = static_cast<JobState>(row.integer(7)),
          .attempts = static_cast<int>(row.integer(8)),
          .progress = row.text(9),
          .result = row.text(10),
          .error = row.text(11),
          .error_kind = row.text(12),
          .created_ms = row.integer(13),
          .started_ms = row.integer(14),
          .finished_ms = row.integer(15),
          .next_attempt_ms = row.integer(16)};
}

template <class Number>
std::int64_t number(Number value) {
  return static_cast<std::int64_t>(value);
}

std::vector<Job> all(Statement& rows) {
  std::vector<Job> jobs;
  while (rows.step()) jobs.push_back(job_of(rows));
  return jobs;
}

}  // namespace

Job SqliteStore::put_job(const Job& job, std::optional<std::string_view> bytes) {
  const std::lock_guard lock(writing_);
  Job made = job;
  made.id = new_id("job");
  made.created_ms = clock_.now_ms();
  Transaction transaction(writer_);
  writer_
      .prepare(
          "INSERT INTO jobs (workspace_id, public_id, kind, arguments, user, rights, priority, state, attempts, progress, result, error, error_kind, created_ms, started_ms, "
          "finished_ms, next_attempt_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .bind(made.workspace)
      .bind(made.id)
      .bind(made.kind)
      .bind(made.arguments)
      .bind(made.user)
      .bind(number(made.rights))
      .bind(number(made.priority))
      .bind(number(made.state))
      .bind(number(made.attempts))
      .bind(made.progress)
      .bind(made.result)
      .bind(made.error)
      .bind(made.error_kind)
      .bind(made.created_ms)
      .bind(made.started_ms)
      .bind(made.finished_ms)
      .bind(made.next_attempt_ms)
      .run();
  if (bytes) {
    writer_.prepare("INSERT INTO job_bytes (job_id, workspace_id, bytes) VALUES (?, ?, ?)")
        .bind(writer_.last_insert_id())
        .bind(made.workspace)
        .bind_blob({reinterpret_cast<const unsigned char*>(bytes->data()), bytes->size()})
        .run();
  }
  transaction.commit();
  return made;
}

std::optional<Job> SqliteStore::find_job(WorkspaceId workspace, std::string_view id) const {
  const auto database = read();
  auto row = database->prepare(std::string(kSelectJob) + "WHERE workspace_id = ? AND public_id = ?");
  row.bind(workspace).bind(id);
  return row.step() ? std::optional(job_of(row)) : std::nullopt;
}

std::vector<Job> SqliteStore::list_jobs(WorkspaceId workspace, std::size_t limit) const {
  const auto database = read();
  auto rows = database->prepare(
      std::string(kSelectJob) +
      "WHERE workspace_id = ? ORDER BY CASE state WHEN ? THEN 0 WHEN ? THEN 1 ELSE 2 END, finished_ms DESC, CASE WHEN finished_ms = 0 THEN -priority END, "
      "CASE WHEN finished_ms = 0 THEN id ELSE -id END LIMIT ?");
  rows.bind(workspace).bind(number(JobState::Running)).bind(number(JobState::Waiting)).bind(number(limit));
  return all(rows);
}

std::optional<Job> SqliteStore::find_waiting_job(WorkspaceId workspace, std::string_view kind, std::string_view arguments) const {
  const auto database = read();
  auto row = database->prepare(std::string(kSelectJob) +
                               "WHERE state = ? AND workspace_id = ? AND kind = ? AND arguments = ? "
                               "AND NOT EXISTS (SELECT 1 FROM job_bytes b WHERE b.job_id = jobs.id) ORDER BY id LIMIT 1");
  row.bind(number(JobState::Waiting)).bind(workspace).bind(kind).bind(arguments);
  return row.step() ? std::optional(job_of(row)) : std::nullopt;
}

std::optional<Job> SqliteStore::next_job(std::int64_t now_ms) const {
  const auto database = read();
  auto row = database->prepare(std::string(kSelectJob) + "WHERE state = ? ORDER BY max(next_attempt_ms, ?), priority DESC, id LIMIT 1");
  row.bind(number(JobState::Waiting)).bind(now_ms);
  return row.step() ? std::optional(job_of(row)) : std::nullopt;
}

std::vector<Job> SqliteStore::running_jobs() const {
  const auto database = read();
  auto rows = database->prepare(std::string(kSelectJob) + "WHERE state = ? ORDER BY id");
  rows.bind(number(JobState::Running));
  return all(rows);
}

bool SqliteStore::update_job(const Job& job) {
  const std::lock_guard lock(writing_);
  Transaction transaction(writer_);
  writer_
      .prepare(
          "UPDATE jobs SET priority = ?, state = ?, attempts = ?, progress = ?, result = ?, error = ?, error_kind = ?, started_ms = ?, finished_ms = ?, next_attempt_ms = ? "
          "WHERE workspace_id = ? AND public_id = ?")
      .bind(number(job.priority))
      .bind(number(job.state))
      .bind(number(job.attempts))
      .bind(job.progress)
      .bind(job.result)
      .bind(job.error)
      .bind(job.error_kind)
      .bind(job.started_ms)
      .bind(job.finished_ms)
      .bind(job.next_attempt_ms)
      .bind(job.workspace)
      .bind(job.id)
      .run();
  const bool is_there = writer_.changes() > 0;
  bool erased = false;
  if (is_there && job.is_over()) {
    writer_.prepare("DELETE FROM job_bytes WHERE job_id = (SELECT id FROM jobs WHERE workspace_id = ? AND public_id = ?)")
        .bind(job.workspace)
        .bind(job.id)
        .run();
    erased = writer_.changes() > 0;
  }
  transaction.commit();
  if (erased || log_to_empty_) empty_log();
  return is_there;
}

void SqliteStore::set_job_progress(WorkspaceId workspace, std::string_view id, std::string_view progress) {
  const std::lock_guard lock(writing_);
  writer_.prepare("UPDATE jobs SET progress = ? WHERE workspace_id = ? AND public_id = ? AND state = ?")
      .bind(progress)
      .bind(workspace)
      .bind(id)
      .bind(number(JobState::Running))
      .run();
}

std::string SqliteStore::job_bytes(WorkspaceId workspace, std::string_view id) const {
  const auto database = read();
  auto row = database->prepare("SELECT b.bytes FROM jobs j JOIN job_bytes b ON b.job_id = j.id WHERE j.workspace_id = ? AND j.public_id = ?");
  row.bind(workspace).bind(id);
  if (!row.step()) throw Error(ErrorKind::NotFound, fmt::format("the bytes of the job '{}' are not kept: send the file again", id));
  return row.text(0);
}

void SqliteStore::remove_old_jobs(WorkspaceId workspace, std::int64_t before_ms, std::size_t kept) {
  const std::lock_guard lock(writing_);
  writer_
      .prepare(
          "DELETE FROM jobs WHERE workspace_id = ?1 AND finished_ms > 0 AND (finished_ms < ?2 OR id IN "
          "(SELECT id FROM jobs WHERE workspace_id = ?1 AND finished_ms > 0 ORDER BY finished_ms DESC, id DESC LIMIT -1 OFFSET ?3))")
      .bind(workspace)
      .bind(before_ms)
      .bind(number(kept))
      .run();
}

void SqliteStore::erase_jobs_about(WorkspaceId workspace, std::string_view document_id, std::string_view source) {
  // An upload's arguments have its name alone; both are JSON, where some characters are written otherwise.
  constexpr std::string_view kUploads = "upload/";
  const std::string_view named = source.starts_with(kUploads) ? source.substr(kUploads.size()) : source;
  writer_.prepare("DELETE FROM jobs WHERE workspace_id = ?1 AND finished_ms > 0 AND (instr(result, ?2) > 0 OR instr(arguments, json_quote(?3)) > 0)")
      .bind(workspace)
      .bind(document_id)
      .bind(named)
      .run();
}

void SqliteStore::remove_job(WorkspaceId workspace, std::string_view id) {
  const std::lock_guard lock(writing_);
  writer_.prepare("DELETE FROM jobs WHERE workspace_id = ? AND public_id = ?").bind(workspace).bind(id).run();
}

}  // namespace panduan::store
