#include "app/evaluation.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <set>

#include "app/workbench.h"
#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/unicode.h"
#include "documents/loader.h"

namespace panduan::app {
namespace {

using nlohmann::json;

constexpr std::size_t kSearchDepth = 20;
// Counts up when a change makes an old record mean something else.
constexpr int kRecordVersion = 12;

/// What is kept of a question that was asked.
struct Record {
  std::size_t document_rank = 0;  ///< from 1; 0: not among the first 20
  std::size_t passage_rank = 0;
  std::optional<std::string> answer;  ///< at any risk
  std::optional<double> probability;
  std::optional<rag::Signals> signals;
  struct Statement {
    std::string text;
    std::vector<std::string> quotes;
    bool grounded = false;
  };
  std::vector<Statement> statements;
  std::size_t quotes = 0, valid_quotes = 0, quotes_from_document = 0;
  double ttft_ms = 0, total_ms = 0;
  int tokens_read = 0, tokens_written = 0;
};

json to_json(const Record& r) {
  json object{{"document_rank", r.document_rank},
              {"passage_rank", r.passage_rank},
              {"quotes", r.quotes},
              {"valid_quotes", r.valid_quotes},
              {"quotes_from_document", r.quotes_from_document},
              {"ttft_ms", r.ttft_ms},
              {"total_ms", r.total_ms},
              {"tokens_read", r.tokens_read},
              {"tokens_written", r.tokens_written}};
  object["answer"] = r.answer ? json(*r.answer) : json(nullptr);
  object["statements"] = json::array();
  for (const auto& statement : r.statements)
    object["statements"].push_back({{"text", statement.text}, {"quotes", statement.quotes}, {"grounded", statement.grounded}});
  object["probability"] = r.probability ? json(*r.probability) : json(nullptr);
  object["signals"] = nullptr;
  if (r.signals) {
    object["signals"] = {{"sufficiency", r.signals->sufficiency}, {"copied", r.signals->copied}, {"agreement", r.signals->agreement}};
    object["signals"]["question"] = r.signals->question ? json(*r.signals->question) : json(nullptr);
    object["signals"]["leaning"] = r.signals->leaning ? json(*r.signals->leaning) : json(nullptr);
  }
  return object;
}

Record record_from_json(const json& object) {
  Record r{.document_rank = object.at("document_rank"),
           .passage_rank = object.at("passage_rank"),
           .quotes = object.at("quotes"),
           .valid_quotes = object.at("valid_quotes"),
           .quotes_from_document = object.at("quotes_from_document"),
           .ttft_ms = object.at("ttft_ms"),
           .total_ms = object.at("total_ms"),
           .tokens_read = object.at("tokens_read"),
           .tokens_written = object.at("tokens_written")};
  if (!object.at("answer").is_null()) r.answer = object.at("answer").get<std::string>();
  for (const json& statement : object.at("statements"))
    r.statements.push_back({.text = statement.at("text"), .quotes = statement.at("quotes"), .grounded = statement.at("grounded")});
  if (!object.at("probability").is_null()) r.probability = object.at("probability").get<double>();
  const auto number = [](const json& value) { return value.is_null() ? std::nullopt : std::optional(value.get<double>()); };
  if (const json& signals = object.at("signals"); !signals.is_null()) {
    r.signals = rag::Signals{.sufficiency = signals.at("sufficiency"),
                             .copied = signals.at("copied"),
                             .agreement = signals.at("agreement"),
                             .question = number(signals.at("question")),
                             .leaning = number(signals.at("leaning"))};
  }
  return r;
}

/// Records of earlier runs with the same documents and settings, one JSON line each; a run that was stopped goes on from them.
class RecordCache {
 public:
  RecordCache(const std::filesystem::path& folder, const std::string& configuration) {
    std::filesystem::create_directories(folder);
    file_ = folder / (to_hex(sha256(configuration)).substr(0, 32) + ".jsonl");
    std::ifstream lines(file_);
    for (std::string line; std::getline(lines, line);) {
      const json object = json::parse(line, nullptr, false);  // the last line of a killed run may be cut short
      if (object.is_object() && object.contains("key")) records_[object["key"].get<std::string>()] = record_from_json(object["record"]);
    }
  }
  const Record* find(const SuiteQuestion& question) const {
    const auto found = records_.find(key_of(question));
    return found == records_.end() ? nullptr : &found->second;
  }
  void keep(const SuiteQuestion& question, const Record& record) {
    const std::string key = key_of(question);
    records_[key] = record;
    std::ofstream(file_, std::ios::app) << json{{"key", key}, {"question", question.question}, {"record", to_json(record)}}.dump() << '\n';
  }

 private:
  /// The ranks of a record depend on what the suite says is right.
  static std::string key_of(const SuiteQuestion& question) {
    return to_hex(sha256(json{question.question, question.document, question.answers, question.without}.dump())).substr(0, 32);
  }

  std::filesystem::path file_;
  std::map<std::string, Record> records_;
};

std::string digest_of_folder(const std::filesystem::path& folder) {
  std::vector<std::string> entries;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) entries.push_back(entry.path().lexically_relative(folder).string() + to_hex(sha256_of_file(entry.path())));
  }
  std::ranges::sort(entries);
  Sha256Hasher hasher;
  for (const std::string& entry : entries) hasher.update(entry);
  return to_hex(hasher.finish());
}

/// A catalogue's name says which bytes it is; a file's does not.
std::string fingerprint_of(const std::string& model) { return std::filesystem::is_regular_file(model) ? to_hex(sha256_of_file(model)) : model; }

std::string file_name(const std::string& source) { return std::filesystem::path(source).filename().string(); }

/// Reads documents anew, by the loader and not from the store, to check quotes against.
class Sources {
 public:
  bool holds(const rag::Quote& quote) {
    auto [found, is_new] = texts_.try_emplace(quote.source);
    if (is_new) found->second = documents::load_document(quote.source, read_file(quote.source, 1ULL << 30U)).text;
    const std::string& text = found->second;
    return quote.range.end <= text.size() && quote.range.begin < quote.range.end && text.compare(quote.range.begin, quote.range.size(), quote.text) == 0;
  }

 private:
  std::map<std::string, std::string> texts_;
};

void search(Workbench& workbench, const SuiteQuestion& question, Record& record, const std::stop_token& stop) {
  if (question.document.empty()) return;
  const auto hits = workbench.search(workbench.local_caller(), question.question, kSearchDepth, stop);
  for (std::size_t i = 0; i < hits.size(); ++i) {
    if (file_name(hits[i].source) != question.document) continue;
    if (record.document_rank == 0) record.document_rank = i + 1;
    const std::string text = fold_to_letters_and_digits(hits[i].text);
    const bool holds = std::ranges::any_of(question.answers, [&](const std::string& answer) {
      const std::string folded = fold_to_letters_and_digits(answer);
      return !folded.empty() && text.find(folded) != std::string::npos;
    });
    if (holds && record.passage_rank == 0) record.passage_rank = i + 1;
  }
}

void ask(Workbench& workbench, const SuiteQuestion& question, Sources& sources, Record& record, const std::stop_token& stop) {
  std::map<std::size_t, std::string> quoted;  // by number
  auto sink = [&](const rag::Event& event) {
    if (const auto* quote = std::get_if<rag::Quote>(&event)) {
      quoted[quote->number] = quote->text;
      ++record.quotes;
      record.valid_quotes += sources.holds(*quote) ? 1 : 0;
      record.quotes_from_document += file_name(quote->source) == question.document ? 1 : 0;
    } else if (const auto* statement = std::get_if<rag::Statement>(&event)) {
      record.statements.push_back({.text = statement->text, .quotes = {}, .grounded = statement->is_grounded});
      for (const std::size_t number : statement->quotes) record.statements.back().quotes.push_back(quoted[number]);
    } else if (const auto* answer = std::get_if<rag::AnswerText>(&event)) {
      record.answer = answer->text;
    } else if (const auto* verdict = std::get_if<rag::Verdict>(&event)) {
      record.probability = verdict->probability;
      record.signals = verdict->signals;
    } else if (const auto* done = std::get_if<rag::Done>(&event)) {
      record.ttft_ms = done->first_event_ms;
      record.total_ms = done->total_ms;
      record.tokens_read = done->prompt_tokens;
      record.tokens_written = done->completion_tokens;
    }
  };
  workbench.ask(workbench.local_caller(), {.text = question.question, .history = {}, .risk = 1.0}, sink, stop);
}

/// Takes documents out of reach for one question, by file name as a suite names them, and puts them back.
class Documents {
 public:
  explicit Documents(Workbench& workbench) : workbench_(workbench) {
    constexpr std::size_t kPage = 1000;
    store::DocumentList page;
    do {
      page = workbench_.list(workbench_.local_caller(), kPage, page.next);
      for (const auto& document : page.documents) sources_[file_name(document.source)].insert(document.source);
    } while (!page.next.empty());
  }
  /// Throws Error{InvalidInput} when a question wants to be asked without a document that is not there: before any is asked.
  void check(const std::vector<SuiteQuestion>& questions) const {
    for (const auto& question : questions) {
      for (const std::string& name : question.without) {
        if (!sources_.contains(name)) {
          throw Error(ErrorKind::InvalidInput,
                      fmt::format("the suite wants '{}' asked without '{}', which is none of the documents: correct the name", question.question, name));
        }
      }
    }
  }
  std::vector<std::filesystem::path> withhold(const std::vector<std::string>& names) {
    std::set<std::string> sources;
    for (const std::string& name : names) sources.insert(sources_.at(name).begin(), sources_.at(name).end());
    for (const std::string& source : sources) workbench_.remove(workbench_.local_caller(), source);
    return {sources.begin(), sources.end()};
  }
  void put_back(const std::vector<std::filesystem::path>& withheld, const std::stop_token& stop) {
    if (withheld.empty()) return;
    const auto added = workbench_.add(workbench_.local_caller(), withheld, {}, stop);
    if (added.added != withheld.size()) throw Error(ErrorKind::Conflict, fmt::format("'{}' changed while it was being evaluated", withheld.front().string()));
  }

 private:
  Workbench& workbench_;
  std::map<std::string, std::set<std::string>> sources_;  ///< by file name
};

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

constexpr std::size_t kCurvePoints = 20;
constexpr std::size_t kCalibrationBins = 10;

/// As it would have been at this risk.
Record at_risk(Record record, double risk) {
  if (!record.probability || *record.probability >= 1 - risk) return record;
  record.answer.reset();
  record.statements.clear();
  record.quotes = record.valid_quotes = record.quotes_from_document = 0;
  return record;
}

void write_records(const std::filesystem::path& file, const std::vector<SuiteQuestion>& questions, const std::vector<Record>& records) {
  std::string lines;
  for (std::size_t i = 0; i < questions.size(); ++i) {
    json line{{"question", questions[i].question}, {"answers", questions[i].answers}, {"document", questions[i].document}, {"without", questions[i].without}};
    line["right"] = judge(questions[i], records[i].answer) == Outcome::Right;
    line["unanswerable"] = questions[i].unanswerable;
    line.update(to_json(records[i]));
    lines += line.dump() + "\n";
  }
  write_file_atomically(file, lines);
}

/// What is shown to a person but the quotes: the answer, and the sentence that says it in full.
std::string shown_text(const Record& record) {
  std::string shown = record.answer.value_or("");
  for (const auto& statement : record.statements) shown += "\n" + statement.text;
  return shown;
}

double share(double part, std::size_t whole) { return whole == 0 ? 0 : part / static_cast<double>(whole); }

EvaluationReport summarize(const std::vector<SuiteQuestion>& questions, const std::vector<Record>& records, double risk) {
  EvaluationReport report{.questions = questions.size()};
  report.risk = risk;
  std::vector<Judged> judged;
  std::size_t with_document = 0;
  std::size_t answerable = 0;
  std::size_t quotes_with_document = 0;
  double valid = 0;
  double from_document = 0;
  std::vector<double> ttft;
  std::vector<double> total;
  for (std::size_t i = 0; i < questions.size(); ++i) {
    const auto& question = questions[i];
    if (records[i].probability) judged.push_back({*records[i].probability, judge(question, records[i].answer) == Outcome::Right});
    const Record r = at_risk(records[i], risk);
    if (!question.document.empty() && !question.unanswerable) {
      ++with_document;
      auto count = [](std::size_t rank, double& at_1, double& at_5, double& at_20, double& mrr) {
        if (rank == 0) return;
        at_1 += rank <= 1 ? 1 : 0;
        at_5 += rank <= 5 ? 1 : 0;
        at_20 += 1;
        mrr += 1 / static_cast<double>(rank);
      };
      count(r.document_rank, report.recall_1, report.recall_5, report.recall_20, report.mrr);
      count(r.passage_rank, report.passage_recall_1, report.passage_recall_5, report.passage_recall_20, report.passage_mrr);
      quotes_with_document += r.quotes;
      from_document += static_cast<double>(r.quotes_from_document);
    }
    switch (judge(question, r.answer)) {
      case Outcome::Right: report.right += 1; break;
      case Outcome::Wrong: report.wrong += 1; break;
      case Outcome::Silent: report.silent += 1; break;
      case Outcome::RightlySilent: report.rightly_silent += 1; break;
    }
    if (!question.unanswerable) {
      report.contains_right += contains_answer(question, shown_text(r)) ? 1 : 0;
      ++answerable;
      report.f1 += r.answer ? f1(question, *r.answer) : 0;
    }
    report.quotes += r.quotes;
    valid += static_cast<double>(r.valid_quotes);
    report.tokens_read_mean += r.tokens_read;
    report.tokens_written_mean += r.tokens_written;
    if (r.ttft_ms > 0) ttft.push_back(r.ttft_ms);  // a refusal has no first word
    total.push_back(r.total_ms);
  }
  for (double* rate : {&report.recall_1, &report.recall_5, &report.recall_20, &report.mrr, &report.passage_recall_1, &report.passage_recall_5,
                       &report.passage_recall_20, &report.passage_mrr}) {
    *rate = share(*rate, with_document);
  }
  for (double* rate :
       {&report.right, &report.wrong, &report.silent, &report.rightly_silent, &report.contains_right, &report.tokens_read_mean, &report.tokens_written_mean})
    *rate = share(*rate, questions.size());
  report.score = report.right + report.rightly_silent - report.wrong;
  report.f1 = share(report.f1, answerable);
  report.quote_validity = report.quotes == 0 ? 1 : share(valid, report.quotes);
  report.citation_precision = quotes_with_document == 0 ? 1 : share(from_document, quotes_with_document);
  report.risk_coverage = risk_coverage(judged, kCurvePoints);
  report.calibration_error = expected_calibration_error(std::move(judged), kCalibrationBins);
  report.ttft_ms_p50 = median(std::move(ttft));
  report.total_ms_p50 = median(std::move(total));
  return report;
}

}  // namespace

std::vector<SuiteQuestion> read_suite(const std::filesystem::path& file) {
  std::ifstream lines(file);
  if (!lines) throw Error(ErrorKind::NotFound, fmt::format("there is no suite '{}'", file.string()));
  std::vector<SuiteQuestion> questions;
  std::size_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (line.empty()) continue;
    try {
      const json object = json::parse(line);
      SuiteQuestion question{.question = object.at("question"),
                             .answers = object.value("answers", std::vector<std::string>{}),
                             .document = object.value("document", ""),
                             .unanswerable = object.value("unanswerable", false),
                             .without = object.value("without", std::vector<std::string>{})};
      if (question.answers.empty() && !question.unanswerable) throw Error(ErrorKind::InvalidInput, "it has neither answers nor unanswerable");
      questions.push_back(std::move(question));
    } catch (const std::exception& error) {
      throw Error(
          ErrorKind::InvalidInput,
          fmt::format("{}:{}: {}; expected {{\"question\": text, \"answers\": […], \"document\": text, \"unanswerable\": true or false, \"without\": […]}}",
                      file.string(), number, error.what()));
    }
  }
  if (questions.empty()) throw Error(ErrorKind::InvalidInput, fmt::format("the suite '{}' has no questions", file.string()));
  return questions;
}

EvaluationReport evaluate(const Config& config, const EvaluationOptions& options, const std::function<void(const EvaluationProgress&)>& on_progress,
                          const std::stop_token& stop) {
  auto questions = read_suite(options.suite);
  if (options.sample > 0 && options.sample < questions.size()) {
    std::mt19937_64 random(options.seed);
    for (std::size_t i = 0; i < options.sample; ++i) std::swap(questions[i], questions[i + random() % (questions.size() - i)]);  // Fisher and Yates
    questions.resize(options.sample);
  }
  const TemporaryFolder folder;
  Config own = config;
  own.data_dir = folder.path();
  const auto workbench = open_workbench(own);
  const auto models = workbench->readiness();
  EvaluationProgress progress{.step = "adding documents", .total = questions.size()};
  on_progress(progress);
  const auto added = workbench->add(workbench->local_caller(), {options.documents}, {}, stop);
  if (added.added == 0) throw Error(ErrorKind::InvalidInput, fmt::format("no document in '{}' could be added", options.documents.string()));
  Documents documents(*workbench);
  documents.check(questions);

  RecordCache cache(options.cache, fmt::format("{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}|{}", kRecordVersion, to_hex(sha256_of_file("/proc/self/exe")),
                                               digest_of_folder(options.documents), fingerprint_of(models.chat_model), fingerprint_of(models.embedding_model),
                                               own.remote_url, own.context_tokens, own.passages, own.section_tokens, own.chunk_tokens, own.chunk_overlap,
                                               own.max_answer_tokens, options.retrieval_only));
  Sources sources;
  std::vector<Record> records;
  progress.step = options.retrieval_only ? "searching" : "asking";
  for (const SuiteQuestion& question : questions) {
    on_progress(progress);
    const Record* known = cache.find(question);
    Record record = known != nullptr ? *known : Record{};
    if (known == nullptr) {
      const auto withheld = documents.withhold(question.without);
      search(*workbench, question, record, stop);
      if (!options.retrieval_only) ask(*workbench, question, sources, record, stop);
      documents.put_back(withheld, stop);  // not when one of these throws: then the throw-away store goes as well
      cache.keep(question, record);
    }
    records.push_back(record);
    ++progress.done;
    if (options.retrieval_only) continue;
    switch (judge(question, at_risk(record, own.risk).answer)) {
      case Outcome::Right: ++progress.right; break;
      case Outcome::Wrong: ++progress.wrong; break;
      case Outcome::Silent: ++progress.silent; break;
      case Outcome::RightlySilent: ++progress.rightly_silent; break;
    }
  }
  on_progress(progress);
  if (!options.records.empty()) write_records(options.records, questions, records);
  EvaluationReport report = summarize(questions, records, own.risk);
  report.asked_model = !options.retrieval_only;
  report.chat_model = options.retrieval_only ? "" : models.chat_model;
  report.embedding_model = models.embedding_model;
  return report;
}

}  // namespace panduan::app
