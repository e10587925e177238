#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "cli/commands.h"
#include "cli/open.h"
#include "cli/print_json.h"
#include "cli/terminal.h"
#include "server/json.h"

// verify: that what was deleted is gone
namespace panduan::cli {
namespace {

constexpr int kLeft = 6;    // as check, for a statement that is not supported
constexpr int kUntold = 3;  // as ask, for "I don't know"

std::string verdict_of(const store::DeletionFinding& finding) {
  if (!finding.left.empty()) return styled("left behind", Style::Red);
  if (finding.is_gone()) return styled("gone", Style::Green);
  return styled("not to tell", Style::Yellow);
}

void print(const store::DeletionFinding& finding) {
  fmt::print("{}  {}  {}\n", verdict_of(finding), styled(finding.deletion.document_id, Style::Cyan),
             styled(fmt::format("(version {}, deleted {})", finding.deletion.version, local_time(finding.deletion.deleted_ms)), Style::Dim));
  if (finding.phrases == 0) {
    fmt::print("  it was too short to be looked for\n");
    return;
  }
  if (finding.left.empty()) fmt::print("  {} of {} phrases stand nowhere\n", finding.phrases - finding.shared, finding.phrases);
  if (finding.shared > 0) {
    std::string names;
    for (const std::string& id : finding.shared_with) names += (names.empty() ? "" : ", ") + id;
    fmt::print("  {} stand in what is there, too, and tell nothing: {}\n", finding.shared, names);
  }
  for (const std::string& place : finding.left) fmt::print("  found in {}\n", printable(place));
}

int code_of(const store::DeletionReport& report) {
  int code = 0;
  for (const store::DeletionFinding& finding : report.findings) {
    if (!finding.left.empty()) return kLeft;
    if (!finding.is_gone()) code = kUntold;
  }
  return code;
}

}  // namespace

int run_verify(const Session& session) {
  const auto workbench = open(session.config);
  StatusLine status;
  const Stopwatch watch;
  status.set("looking for what was deleted…");
  const auto on_progress = [&](std::uint64_t done, std::uint64_t total) {
    const double seconds = watch.elapsed_ms() / 1000;
    if (done == 0 || seconds <= 0) return;
    const double rate = static_cast<double>(done) / seconds;
    status.set(fmt::format("looking for what was deleted: {} of {}, {}/s, {} left", human_bytes(done), human_bytes(total),
                           human_bytes(static_cast<std::uint64_t>(rate)), human_duration(static_cast<double>(total - done) / rate * 1000)));
  };
  const auto report = workbench->verify_deleted(workbench->local_caller(), session.arguments.names, on_progress, session.stop);
  status.clear();
  if (session.arguments.json) {
    print_json(server::to_json(report));
    return code_of(report);
  }
  for (const auto& finding : report.findings) print(finding);
  if (report.findings.empty()) fmt::print("Nothing was deleted yet.\n");
  fmt::print("{}\n", styled(fmt::format("Looked at every row and at {} files, {}, in {}. Backups, and blocks that the disk has given back, are not looked at.",
                                        report.files, human_bytes(report.bytes), human_duration(report.total_ms)),
                            Style::Dim));
  return code_of(report);
}

}  // namespace panduan::cli
