#include "documents/pdf_loader.h"

#include <fmt/format.h>

#include <chrono>

#include "base/error.h"
#include "base/process.h"
#include "base/unicode.h"
#include "documents/detail/assembly.h"
#include "documents/detail/pdf_layout.h"
#include "documents/detail/pdf_text.h"
#include "documents/detail/source_text.h"

namespace panduan::documents {
namespace {

constexpr std::string_view kMark = "%PDF-";
constexpr std::size_t kMarkWithin = 1024;  // readers allow so much rubbish in front of it
constexpr std::uint64_t kMaxMemoryBytes = 2ULL << 30U;
constexpr std::uint64_t kMaxOutputBytes = 512ULL << 20U;  // about 5 million words

/// The first error that a program complained about, on one line, short and clean.
std::string first_error(std::string_view errors) {
  const std::size_t error = errors.find("Error");  // warnings may come before it
  const std::size_t newline = error == std::string_view::npos ? error : errors.rfind('\n', error);
  if (newline != std::string_view::npos) errors.remove_prefix(newline + 1);
  std::string line;
  for (const char c : truncate_utf8(errors.substr(0, errors.find('\n')), 200)) line.push_back(static_cast<unsigned char>(c) < 0x20 ? ' ' : c);
  return is_valid_utf8(line) && !line.empty() ? line : "no reason given";
}

[[noreturn]] void throw_failure(const CommandResult& result) {
  const auto says = [&](std::string_view words) { return result.errors.find(words) != std::string::npos; };
  if (says("Incorrect password") || says("security handler")) {
    throw Error(ErrorKind::Unsupported, "the PDF is encrypted: save a copy without a password (for example with 'qpdf --decrypt') and add that");
  }
  if (result.exit_code > 128) {
    throw Error(ErrorKind::Corrupt, fmt::format("pdftotext died of it (signal {}): the PDF is broken, or needs more than {} GB to read", result.exit_code - 128,
                                                kMaxMemoryBytes >> 30U));
  }
  throw Error(ErrorKind::Corrupt, fmt::format("the PDF is broken and cannot be read ({}): fetch or export it again", first_error(result.errors)));
}

std::string run_pdftotext(std::string_view bytes, const std::stop_token& stop) {
  if (!program_exists("pdftotext")) {
    throw Error(ErrorKind::Unavailable, "reading PDFs needs the program 'pdftotext': install the package poppler-utils");
  }
  Command command;
  command.arguments = {"pdftotext", "-enc", "UTF-8", "-bbox-layout", "-", "-"};
  command.input = bytes;  // a pipe leaves no copy of a private document on the disk
  command.time_limit = std::chrono::seconds(120);
  command.max_memory_bytes = kMaxMemoryBytes;
  command.max_output_bytes = kMaxOutputBytes;
  command.max_file_bytes = 0;
  command.confined = true;
  command.inherits_environment = false;
  CommandResult result = run_command(command, stop);
  if (result.exit_code != 0) throw_failure(result);
  return std::move(result.output);
}

/// Word processors put their own name and the file's into the title.
std::string sensible_title(std::string title) {
  constexpr std::string_view kWord = "Microsoft Word - ";
  if (title.starts_with(kWord)) title.erase(0, kWord.size());
  const std::string ending = detail::lower_ending(title);
  for (const std::string_view known : {"doc", "docx", "dvi", "tex", "indd", "pdf", "ps", "odt", "rtf", "ppt", "pptx", "xls", "xlsx"}) {
    if (ending == known) return {};
  }
  if (title == "untitled" || title == "Untitled" || title == "(anonymous)") return {};
  return title;
}

}  // namespace

bool PdfLoader::accepts(const std::filesystem::path& name, std::string_view bytes) const {
  if (bytes.starts_with(kMark)) return true;
  if (has_ending_of(*this, name)) return true;  // without the mark it is a broken one, and pdftotext says so
  return !detail::looks_like_text(bytes) && bytes.substr(0, kMarkWithin).find(kMark) != std::string_view::npos;
}

std::optional<std::string> PdfLoader::convert(std::string_view bytes, const std::stop_token& stop) const { return run_pdftotext(bytes, stop); }

ParsedDocument PdfLoader::load(std::string_view layout_xml) const {
  detail::PdfLayout layout = detail::parse_pdf_layout(layout_xml);
  if (layout.pages.empty()) throw Error(ErrorKind::Corrupt, "the PDF is broken: it has no pages");
  detail::mark_running_lines(layout);
  detail::PrintedText printed = detail::build_printed_text(layout);
  if (!detail::has_visible_text(printed.text)) {
    throw Error(ErrorKind::InvalidInput, "the PDF has no text layer, only pictures: run text recognition on it first (for example with 'ocrmypdf')");
  }
  ParsedDocument document;
  document.headings = detail::find_printed_headings(printed);
  document.text = std::move(printed.text);
  document.pages = std::move(printed.pages);
  return detail::finished(std::move(document), media_type(), sensible_title(std::move(layout.title)));
}

}  // namespace panduan::documents
