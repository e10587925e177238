#include "documents/detail/style_sheet.h"

#include <algorithm>
#include <array>
#include <optional>

#include "documents/detail/source_text.h"

namespace panduan::documents::detail {
namespace {

constexpr std::size_t kMostRules = 20'000;
constexpr std::string_view kBlank = " \t\n\r\f";

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(kBlank), text.size());
  text.remove_prefix(begin);
  return text.substr(0, text.find_last_not_of(kBlank) + 1);
}

std::string_view value_of(const Declarations& declarations, std::string_view property) {
  const auto found = declarations.find(property);
  return found == declarations.end() ? std::string_view() : found->second;
}

/// "#fff", "#ffffff", "white" and "rgb(255,255,255)" are one colour; others as they are written. Empty for what names none.
std::string_view colour_of(std::string_view value) {
  value = value.substr(0, value.find('!'));
  static constexpr std::array<std::string_view, 5> kNoColours{"inherit", "initial", "unset", "revert", "currentcolor"};
  if (std::ranges::find(kNoColours, value) != kNoColours.end()) return {};
  if (value == "#ffffff" || value == "white" || value == "rgb(255,255,255)" || value == "rgba(255,255,255,1)") return "#fff";
  if (value == "#000000" || value == "black" || value == "rgb(0,0,0)") return "#000";
  return value;
}

/// A number that is zero, with or without a unit.
bool is_zero(std::string_view value) {
  const std::size_t end = std::min(value.find_first_not_of("0."), value.size());
  return end > 0 && value.substr(0, end).find('0') != std::string_view::npos && value.find_first_of("123456789", end) == std::string_view::npos;
}

std::string without_comments(std::string_view css) {
  std::string kept;
  while (!css.empty()) {
    const std::size_t begin = std::min(css.find("/*"), css.size());
    kept.append(css, 0, begin);
    const std::size_t end = css.find("*/", std::min(begin + 2, css.size()));
    css = end == std::string_view::npos ? std::string_view() : css.substr(end + 2);
  }
  return kept;
}

/// Behind a block that begins at a brace.
std::size_t block_end(std::string_view css, std::size_t brace) {
  std::size_t depth = 0;
  for (std::size_t at = brace; at < css.size(); ++at) {
    if (css[at] == '{') ++depth;
    if (css[at] == '}' && --depth == 0) return at + 1;
  }
  return css.size();
}

}  // namespace

Declarations declarations_in(std::string_view css) {
  Declarations found;
  std::string compact;
  for (const char c : css) {
    if (kBlank.find(c) == std::string_view::npos) compact.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c);
  }
  for (std::size_t begin = 0; begin < compact.size();) {
    const std::size_t end = std::min(compact.find(';', begin), compact.size());
    const std::size_t colon = compact.find(':', begin);
    if (colon < end) found[compact.substr(begin, colon - begin)] = compact.substr(colon + 1, end - colon - 1);
    begin = end + 1;
  }
  return found;
}

bool hide(const Declarations& declarations) {
  const std::string_view colour = colour_of(value_of(declarations, "color"));
  const std::string_view background = value_of(declarations, declarations.contains("background-color") ? "background-color" : "background");
  const std::string_view visibility = value_of(declarations, "visibility");
  return value_of(declarations, "display").starts_with("none") || visibility.starts_with("hidden") || visibility.starts_with("collapse") ||
         is_zero(value_of(declarations, "opacity")) || is_zero(value_of(declarations, "font-size")) || colour == "transparent" ||
         (!colour.empty() && colour == colour_of(background));
}

bool decide(const Declarations& declarations) {
  return std::ranges::any_of(std::array<std::string_view, 5>{"display", "visibility", "opacity", "font-size", "color"},
                             [&](std::string_view property) { return declarations.contains(property); });
}

void HidingRules::add(std::string_view css) {
  const std::string text = without_comments(css);
  const std::string_view rest = text;
  for (std::size_t at = 0; at < rest.size() && rules_.size() < kMostRules;) {
    const std::size_t stop = rest.find_first_of("{;", at);
    if (stop == std::string_view::npos) return;
    const std::string_view selectors = trimmed(rest.substr(at, stop - at));
    if (rest[stop] == ';') {  // @import, @charset
      at = stop + 1;
      continue;
    }
    at = block_end(rest, stop);
    if (!selectors.starts_with('@') && at > stop + 1) add_rule(selectors, rest.substr(stop + 1, at - stop - 2));
  }
}

void HidingRules::add_rule(std::string_view selectors, std::string_view declarations) {
  const Declarations found = declarations_in(declarations);
  const bool hides_it = hide(found);
  if (!hides_it && !found.contains("display") && !found.contains("visibility")) return;
  for (std::size_t begin = 0; begin <= selectors.size();) {
    const std::size_t end = std::min(selectors.find(',', begin), selectors.size());
    const std::string_view selector = trimmed(selectors.substr(begin, end - begin));
    begin = end + 1;
    const std::size_t name = std::min(selector.find_first_of(".#"), selector.size());
    const std::string tag = lower(selector.substr(0, name));
    const std::string_view rest = selector.substr(name);
    const bool is_simple =
        !selector.empty() && selector.find_first_of(" >+~:[*\\()|&") == std::string_view::npos && rest.find_first_of(".#", 1) == std::string_view::npos;
    if (is_simple && tag != "html" && tag != "body") rules_[tag + std::string(rest)] = hides_it;
  }
}

bool HidingRules::hides(std::string_view tag, std::string_view id, std::string_view classes) const {
  const auto said = [&](const std::string& selector) -> std::optional<bool> {
    const auto found = rules_.find(selector);
    if (found == rules_.end()) return std::nullopt;
    return found->second;
  };
  if (rules_.empty()) return false;
  if (!id.empty()) {
    const std::string selector = "#" + std::string(id);
    if (const auto by_tag = said(std::string(tag) + selector)) return *by_tag;
    if (const auto by_id = said(selector)) return *by_id;
  }
  std::optional<bool> by_class;
  for (std::size_t begin = 0; begin < classes.size();) {
    const std::size_t end = std::min(classes.find_first_of(kBlank, begin), classes.size());
    const std::string selector = "." + std::string(classes.substr(begin, end - begin));
    begin = end + 1;
    auto one = said(std::string(tag) + selector);
    if (!one) one = said(selector);
    if (one) by_class = by_class.value_or(true) && *one;  // which of two is later is not known: seen is the safer
  }
  return by_class ? *by_class : said(std::string(tag)).value_or(false);
}

}  // namespace panduan::documents::detail
