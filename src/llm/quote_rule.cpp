#include "llm/quote_rule.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace panduan::llm {
namespace {

struct Marks {
  std::string_view opening, closing;
};
constexpr std::array<Marks, 2> kMarks{{{"\"", "\""}, {"“", "”"}}};

}  // namespace

QuoteRule::QuoteRule(std::string_view source) : source_(source) {
  std::ranges::copy_if(source_.beginnings(), std::back_inserter(beginnings_),
                       [&](std::size_t begin) { return source_.sentence_end(begin) - begin >= kLeastQuotedBytes; });
}

std::optional<QuoteRule::State> QuoteRule::follow(State state, std::string_view bytes) const {
  while (!bytes.empty()) {
    if (!state.is_quoting()) {
      look_for_opening(state, bytes.front());
      bytes.remove_prefix(1);
    } else if (bytes.starts_with(state.closing)) {
      if (!may_close(state)) return std::nullopt;
      bytes.remove_prefix(state.closing.size());
      state = {};
    } else {
      if (!copy(state, bytes.front())) return std::nullopt;
      bytes.remove_prefix(1);
    }
  }
  return state;
}

std::string_view QuoteRule::only_way(const State& state) const {
  if (!state.is_quoting() || state.ends.size() != 1) return {};
  return rest_of_sentence(state.ends.front());
}

std::string_view QuoteRule::rest_of_sentence(std::size_t place) const {
  return std::string_view(source_.text()).substr(place, source_.sentence_end(place) - place);
}

bool QuoteRule::may_close(const State& state) const {
  return state.copied >= kLeastQuotedBytes && std::ranges::any_of(state.ends, [&](std::size_t end) { return source_.may_end(end); });
}

bool QuoteRule::copy(State& state, char byte) const {
  std::vector<std::size_t> ends;
  for (const std::size_t end : places(state)) {
    const std::string_view rest = rest_of_sentence(end);
    if (rest.starts_with(byte) && !rest.starts_with(state.closing)) ends.push_back(end + 1);
  }
  if (ends.empty()) return false;
  state.ends = std::move(ends);
  ++state.copied;
  return true;
}

void QuoteRule::look_for_opening(State& state, char byte) {
  state.held += byte;
  for (const Marks& marks : kMarks) {
    if (!state.held.ends_with(marks.opening)) continue;
    state = {.closing = marks.closing, .copied = 0, .ends = {}, .held = {}};
    return;
  }
  constexpr std::size_t kLongestOpening = 3;
  if (state.held.size() >= kLongestOpening) state.held.erase(0, state.held.size() - kLongestOpening + 1);
}

}  // namespace panduan::llm
