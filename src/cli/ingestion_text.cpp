#include "cli/ingestion_text.h"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/print_json.h"
#include "server/json.h"

namespace panduan::cli {
namespace {

std::string file_name(const std::string& source) { return std::filesystem::path(source).filename().string(); }

std::string bar(std::size_t done, std::size_t total) {
  constexpr std::size_t kWidth = 20;
  const std::size_t filled = total == 0 ? 0 : done * kWidth / total;
  std::string drawn;
  for (std::size_t i = 0; i < kWidth; ++i) drawn += i < filled ? "━" : "─";
  return drawn;
}

}  // namespace

std::string progress_text(const ingest::AddProgress& p) {
  const bool counts_passages = p.files_total == 0 && p.chunks_total > 0;
  if (p.files_total == 0 && !counts_passages) return fmt::format("{}  {}", p.step, printable(p.file));
  std::string text = counts_passages ? fmt::format("{} {}/{} passages", bar(p.chunks_done, p.chunks_total), p.chunks_done, p.chunks_total)
                                     : fmt::format("{} {}/{} files", bar(p.bytes_done, p.bytes_total), p.files_done, p.files_total);
  if (p.tokens_per_second > 0) text += fmt::format(", {:.0f} tokens/s", p.tokens_per_second);
  if (p.seconds_left >= 0) text += fmt::format(", {} left", human_duration(p.seconds_left * 1000));
  text += fmt::format("  {} {}", p.step, printable(file_name(p.file)));
  if (p.chunks_total > 0 && !counts_passages) text += fmt::format(" {}/{} passages", p.chunks_done, p.chunks_total);
  if (p.pages_total > 0) text += fmt::format(" {}/{} pictures", p.pages_done, p.pages_total);
  return text;
}

std::string contents_text(const store::Document& document) {
  std::string text = document.pages > 0 ? fmt::format("{} {}, ", document.pages, document.pages == 1 ? "page" : "pages") : "";
  text += document.chunks == 1 ? "1 passage" : fmt::format("{} passages", document.chunks);
  if (document.recognised_pages > 0)
    text += fmt::format(", {} {} read from pictures", document.recognised_pages, document.recognised_pages == 1 ? "page" : "pages");
  if (document.read_pictures > 0) text += fmt::format(", {} {} with text", document.read_pictures, document.read_pictures == 1 ? "picture" : "pictures");
  if (document.unread_pages > 0)
    text += fmt::format(", {} not read: 'panduan doctor' says what reads them, and which are left out",
                        document.unread_pages == 1 ? "1 picture was" : fmt::format("{} pictures were", document.unread_pages));
  if (document.hidden_words > 0) text += fmt::format(", {} hidden words left out", document.hidden_words);
  return text;
}

namespace {

void print_file(const ingest::FileResult& result) {
  const std::string name = printable(result.source);
  switch (result.outcome) {
    case ingest::AddOutcome::Added:
    case ingest::AddOutcome::Updated: {
      const auto& document = result.document;
      fmt::print("{} {} {}\n", styled(result.outcome == ingest::AddOutcome::Added ? "added  " : "updated", Style::Green), name,
                 styled(fmt::format("({})", contents_text(document)), Style::Dim));
      break;
    }
    case ingest::AddOutcome::Moved:
      fmt::print("{} {} {}\n", styled("moved  ", Style::Green), name, styled("(from " + printable(result.reason) + ")", Style::Dim));
      break;
    case ingest::AddOutcome::Removed: fmt::print("{} {}\n", styled("removed", Style::Yellow), name); break;
    case ingest::AddOutcome::Unchanged: fmt::print("{} {}\n", styled("same   ", Style::Dim), name); break;
    case ingest::AddOutcome::Failed: fmt::print("{} {}: {}\n", styled("failed ", Style::Red), name, printable(result.reason)); break;
  }
}

}  // namespace

ingest::AddSink printing_sink(StatusLine& status, bool json) {
  return {.on_progress = [&status](const ingest::AddProgress& progress) { status.set(progress_text(progress)); },
          .on_file =
              [&status, json](const ingest::FileResult& result) {
                status.clear();
                if (json) print_json(server::to_json(result));
                else print_file(result);
                std::fflush(stdout);
              }};
}

std::string summary_text(const ingest::AddSummary& summary) {
  std::string text = fmt::format("{} added, {} updated, {} the same, {} failed", summary.added, summary.updated, summary.unchanged, summary.failed);
  if (summary.moved > 0) text += fmt::format(", {} moved", summary.moved);
  if (summary.removed > 0) text += fmt::format(", {} removed", summary.removed);
  if (summary.failed_before > 0) text += fmt::format(", {} as unreadable as before (--retry tries them again)", summary.failed_before);
  if (summary.reindexed > 0) text += fmt::format(", {} passages embedded by the new model", summary.reindexed);
  if (summary.tokens > 0)
    text += fmt::format("; {} passages, {} tokens at {:.0f} tokens/s, {} in all", summary.chunks, summary.tokens,
                        static_cast<double>(summary.tokens) / summary.embed_ms * 1000, human_duration(summary.total_ms));
  return text;
}

void print_summary(const ingest::AddSummary& summary) { fmt::print("{}\n", summary_text(summary)); }

}  // namespace panduan::cli
