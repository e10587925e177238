#include <algorithm>
#include <array>
#include <utility>

#include "server/detail/json_fields.h"
#include "server/json.h"

namespace panduan::server {
namespace {

constexpr std::array<std::pair<rag::Grounding, std::string_view>, 3> kGroundings{{
    {rag::Grounding::Supported, "supported"},
    {rag::Grounding::Unsupported, "unsupported"},
    {rag::Grounding::Contradicted, "contradicted"},
}};
constexpr std::array<std::pair<rag::FindingKind, std::string_view>, 7> kKinds{{
    {rag::FindingKind::Number, "number"},
    {rag::FindingKind::Unit, "unit"},
    {rag::FindingKind::Date, "date"},
    {rag::FindingKind::Name, "name"},
    {rag::FindingKind::Negation, "negation"},
    {rag::FindingKind::Words, "words"},
    {rag::FindingKind::Meaning, "meaning"},
}};

template <class Value, std::size_t N>
std::string_view slug_of(const std::array<std::pair<Value, std::string_view>, N>& slugs, Value value) {
  return std::ranges::find(slugs, value, &std::pair<Value, std::string_view>::first)->second;
}
template <class Value, std::size_t N>
Value value_of(const std::array<std::pair<Value, std::string_view>, N>& slugs, const std::string& slug) {
  const auto* found = std::ranges::find(slugs, slug, &std::pair<Value, std::string_view>::second);
  if (found == slugs.end()) throw Error(ErrorKind::InvalidInput, fmt::format("'{}' is not known here", slug));
  return found->first;
}

Json source_json(const rag::Source& source) {
  Json json{{"name", source.name}, {"text", source.document.text}, {"title", source.document.title}, {"pages", Json::array()}, {"headings", Json::array()}};
  for (const auto& page : source.document.pages) json["pages"].push_back({{"label", page.label}, {"range", range_json(page.text)}});
  for (const auto& heading : source.document.headings) json["headings"].push_back({{"level", heading.level}, {"range", range_json(heading.text)}});
  return json;
}

Json list_field(const Json& json, const char* name) {
  Json list = optional_field<Json>(json, name).value_or(Json::array());
  if (!list.is_array()) throw Error(ErrorKind::InvalidInput, fmt::format("the JSON field '{}' is not a list", name));
  return list;
}

/// Ranges of the text in its order; whoever reads them relies on it.
documents::ByteRange next_range(const Json& json, std::size_t from, std::size_t text_bytes) {
  const auto range = range_from_json(json, "range");
  if (range.begin < from || range.end < range.begin || range.end > text_bytes) {
    throw Error(ErrorKind::InvalidInput, "a range of a page or heading is not inside its text, or not in its order");
  }
  return range;
}

rag::Source source_from_json(const Json& json) {
  rag::Source source{.name = field<std::string>(json, "name"), .document = {.text = field<std::string>(json, "text")}};
  source.document.title = optional_field<std::string>(json, "title").value_or("");
  const std::size_t bytes = source.document.text.size();
  std::size_t from = 0;
  for (const Json& page : list_field(json, "pages")) {
    const auto range = next_range(page, from, bytes);
    from = range.end;
    source.document.pages.push_back({.label = field<std::string>(page, "label"), .text = range});
  }
  from = 0;
  for (const Json& heading : list_field(json, "headings")) {
    const auto range = next_range(heading, from, bytes);
    from = range.end;
    source.document.headings.push_back({.level = std::clamp(field<int>(heading, "level"), 1, 6), .text = range});
  }
  return source;
}

Json statement_json(const rag::CheckedStatement& checked) {
  Json json{{"text", checked.statement.text},
            {"range", range_json(checked.statement.range)},
            {"verdict", slug_of(kGroundings, checked.grounding)},
            {"reasons", Json::array()},
            {"quotes", Json::array()},
            {"shared_words", checked.shared_words},
            {"log_odds", or_null(checked.log_odds)}};
  for (const auto& [finding, text] : checked.reasons) {
    json["reasons"].push_back({{"kind", slug_of(kKinds, finding.kind)}, {"text", text}, {"said", finding.said}, {"in_source", finding.in_source}});
  }
  for (const rag::Quote& quote : checked.quotes) json["quotes"].push_back(quote_json(quote));
  return json;
}

rag::CheckedStatement statement_from_json(const Json& json) {
  rag::CheckedStatement checked{.statement = {field<std::string>(json, "text"), range_from_json(json, "range")},
                                .grounding = value_of(kGroundings, field<std::string>(json, "verdict")),
                                .shared_words = field<double>(json, "shared_words"),
                                .log_odds = optional_field<double>(json, "log_odds")};
  for (const Json& reason : field<Json>(json, "reasons")) {
    checked.reasons.push_back({.finding = {.kind = value_of(kKinds, field<std::string>(reason, "kind")),
                                           .said = field<std::string>(reason, "said"),
                                           .in_source = field<std::string>(reason, "in_source")},
                               .text = field<std::string>(reason, "text")});
  }
  for (const Json& quote : field<Json>(json, "quotes")) checked.quotes.push_back(quote_from_json(quote));
  return checked;
}

}  // namespace

Json to_json(const rag::AnswerToCheck& answer) {
  Json json{{"answer", answer.text}};
  if (!answer.sources) return json;
  json["sources"] = Json::array();
  for (const rag::Source& source : *answer.sources) json["sources"].push_back(source_json(source));
  return json;
}

rag::AnswerToCheck answer_to_check_from_json(const Json& json) {
  rag::AnswerToCheck answer{.text = field<std::string>(json, "answer"), .sources = std::nullopt};
  if (!optional_field<Json>(json, "sources")) return answer;
  answer.sources.emplace();
  for (const Json& source : list_field(json, "sources")) answer.sources->push_back(source_from_json(source));
  return answer;
}

Json to_json(const rag::CheckedAnswer& checked) {
  Json json{{"grounded", checked.is_grounded()}, {"summary", checked.summary}, {"statements", Json::array()}, {"timings", timings_json(checked.done)}};
  json["asked"] = std::move(json["timings"]["asked"]);
  for (const char* const elsewhere : {"conversation_id", "asked"}) json["timings"].erase(elsewhere);
  for (const rag::CheckedStatement& statement : checked.statements) json["statements"].push_back(statement_json(statement));
  return json;
}

rag::CheckedAnswer checked_answer_from_json(const Json& json) {
  rag::CheckedAnswer checked{.summary = field<std::string>(json, "summary"), .done = timings_from_json(field<Json>(json, "timings"))};
  checked.done.asked = asked_from_json(field<Json>(json, "asked"));
  for (const Json& statement : field<Json>(json, "statements")) checked.statements.push_back(statement_from_json(statement));
  return checked;
}

}  // namespace panduan::server
