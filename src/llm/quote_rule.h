#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "llm/copyable_text.h"

namespace panduan::llm {

/// What a text may go on with when all that stands between its quote marks ("…" or “…”) has to stand word for word in a source: whole
/// words of one sentence, at least kLeastQuotedBytes.
class QuoteRule {
 public:
  static constexpr std::size_t kLeastQuotedBytes = 12;

  explicit QuoteRule(std::string_view source);

  /// How far a text has come.
  struct State {
    std::string_view closing;       ///< the mark that ends the quote; empty outside of one
    std::size_t copied = 0;         ///< bytes of the quote
    std::vector<std::size_t> ends;  ///< offsets in the source behind what was copied, which may stand in several places; empty until then
    std::string held;               ///< outside: the bytes that may turn out to begin an opening mark

    bool is_quoting() const { return !closing.empty(); }
  };
  /// The state behind some more bytes, each either of the text around the quotes or of the source; nullopt when they are not allowed.
  std::optional<State> follow(State state, std::string_view bytes) const;
  /// Whether the text may end here.
  static bool may_stop(const State& state) { return !state.is_quoting(); }
  /// All that the quote may still take from the source when there is one way to go on, else empty.
  std::string_view only_way(const State& state) const;
  /// Offsets in the source from which the quote may go on.
  const std::vector<std::size_t>& places(const State& state) const { return state.copied == 0 ? beginnings_ : state.ends; }
  /// What the source has from there on: a quote goes no further.
  std::string_view rest_of_sentence(std::size_t place) const;

 private:
  bool may_close(const State& state) const;
  bool copy(State& state, char byte) const;
  static void look_for_opening(State& state, char byte);

  CopyableText source_;
  std::vector<std::size_t> beginnings_;  ///< those with enough of their sentence behind them
};

}  // namespace panduan::llm
