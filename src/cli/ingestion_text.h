#pragma once
#include <string>

#include "cli/terminal.h"
#include "ingest/progress.h"

namespace panduan::cli {

/// "12 pages, 40 passages"
std::string contents_text(const store::Document& document);

/// Shows progress in the status line and a line for each file, or with `json` an object. `status` has to outlive it.
ingest::AddSink printing_sink(StatusLine& status, bool json);

/// "━━── 12/40 files, 800 tokens/s, 20 s left  reading a.pdf"
std::string progress_text(const ingest::AddProgress& progress);

/// "3 added, 0 updated, …; 12 passages, …"
std::string summary_text(const ingest::AddSummary& summary);
/// One line for a person.
void print_summary(const ingest::AddSummary& summary);

}  // namespace panduan::cli
