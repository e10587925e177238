#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace panduan::llm {

enum class Role { System, User, Assistant };

struct ChatMessage {
  Role role = Role::User;
  std::string content;
  /// So many first bytes of it begin other prompts, too: the engine keeps what it computed up to there. 0: none but the whole.
  std::size_t shared_bytes = 0;
};

struct GenerateOptions {
  int max_tokens = 256;
  float temperature = 0;           ///< 0: the likeliest token each time, so the same prompt gives the same text
  std::uint32_t seed = 0;          ///< only read above temperature 0
  std::string grammar;             ///< GBNF whose `root` the text must follow; empty: free. A remote server may not keep to it.
  std::vector<std::string> stop;   ///< generation ends before any of these would appear
  std::string begun;               ///< how the reply begins, not part of the text; a remote server knows nothing of it
  /// What stands between quote marks ("…" or “…”) is copied from this text, whole words of one sentence (llm/quote_rule.h); empty: no
  /// rule. Not together with a grammar. A text that was cut off may end inside a quote. A remote server knows nothing of it.
  std::string quotable;
};

enum class FinishReason { Stop, Length, Cancelled };

/// What a generation cost. Times are wall time in milliseconds.
struct Usage {
  int prompt_tokens = 0;
  int reused_tokens = 0;  ///< of prompt_tokens, found in the engine's cache
  int completion_tokens = 0;
  double prefill_ms = 0;  ///< until the first token
  double decode_ms = 0;   ///< after it
  // Of these, what was copied between quote marks:
  int quoted_tokens = 0;
  double quoted_ms = 0;
};

struct Generation {
  std::string text;
  FinishReason finish = FinishReason::Stop;
  Usage usage;
};

/// How likely a reply goes on with each of some texts.
struct Likelihoods {
  std::vector<std::vector<double>> log_probs;  ///< [texts][tokens of the text], natural logarithms; each token given all before it
  Usage usage;
};

/// A stretch of a text that a reply may be, word for word; each white space in it is one space.
struct Extract {
  std::string text;
  double log_prob = 0;  ///< natural logarithm of the probability that the reply is this and ends there
};
struct ExtractOptions {
  std::string begun;      ///< how the reply begins before the words that are copied: "Answer:"
  std::size_t width = 4;  ///< stretches that are followed side by side, at most kMaxExtractWidth
  int max_tokens = 40;    ///< of one stretch
};
inline constexpr std::size_t kMaxExtractWidth = 8;
struct Extraction {
  std::vector<Extract> extracts;  ///< the likeliest first, at most 12
  Usage usage;                    ///< its completion_tokens are those of all stretches
};

/// Called with each piece of new text, always whole UTF-8 characters. Returning false ends the generation (FinishReason::Stop).
using TextSink = std::function<bool(std::string_view)>;

/// A model that continues a conversation. Calls are serialised per model: a second waits for the first.
class ChatModel {
 public:
  virtual ~ChatModel() = default;
  /// Throws Error: TooLarge when the prompt does not fit the context, Unavailable when a remote server fails.
  /// A stop request ends it with FinishReason::Cancelled and what there is so far.
  virtual Generation generate(std::span<const ChatMessage> messages, const GenerateOptions& options, const TextSink& sink, std::stop_token stop) = 0;
  /// Nothing is written: what the model would make of each text behind `begun`, with which the reply begins. nullopt when the model does
  /// not tell (a remote server) or the stop request came first. Throws Error as generate.
  virtual std::optional<Likelihoods> likelihoods(std::span<const ChatMessage> messages, std::string_view begun, std::span<const std::string> texts,
                                                 std::stop_token stop) = 0;
  /// What the reply would be if it could only copy from the text, within one sentence and in whole words (llm/copyable_text.h), found by
  /// a beam search. nullopt and errors as likelihoods.
  virtual std::optional<Extraction> extract(std::span<const ChatMessage> messages, std::string_view text, const ExtractOptions& options,
                                            std::stop_token stop) = 0;
  /// Word for word what the model reads of a conversation, and how its reply begins; from a remote server what is sent to it. For people,
  /// to see what was asked. Throws Error as generate.
  virtual std::string prompt_text(std::span<const ChatMessage> messages, std::string_view begun) const = 0;
  virtual std::size_t count_tokens(std::string_view text) const = 0;
  virtual std::string name() const = 0;
  /// Changes whenever the model's weights may differ: part of every cache key.
  virtual std::string fingerprint() const = 0;
  virtual std::size_t max_context_tokens() const = 0;
};

}  // namespace panduan::llm
