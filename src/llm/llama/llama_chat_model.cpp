#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <mutex>
#include <numeric>

#include "base/clock.h"
#include "base/error.h"
#include "llm/llama/chat_template.h"
#include "llm/llama/extract_search.h"
#include "llm/llama/llama_handles.h"
#include "llm/llama/prefix_states.h"
#include "llm/llama/sampler.h"
#include "llm/text_stream.h"

// Chat with a decoder model. The prompt is cut where the system message ends and where a message's shared bytes do, and each part is
// decoded by itself, always: so what the engine computes for a prompt does not depend on what it had in its cache, and what two
// prompts share is reused exactly. What was computed for the first part, the system message, is kept for good (prefix_states.h).
namespace panduan::llm {
namespace {

constexpr int kPrefillBatch = 512;
constexpr std::size_t kScoredBatch = 64;  // tokens whose logits are kept at once: each has as many as the vocabulary tokens
constexpr std::size_t kDecodedAhead = 32;  // tokens of a quote that can go on in one way only, see docs/adr/0012
constexpr std::size_t kSequences = 1 + ExtractSearch::sequences(kMaxExtractWidth);

class LlamaChatModel final : public ChatModel {
 public:
  LlamaChatModel(const std::filesystem::path& file, const LlamaOptions& options)
      : name_(file.stem().string()), fingerprint_(model_fingerprint(file)), model_(load_model(file)), vocab_(*llama_model_get_vocab(model_.get())),
        batch_(kPrefillBatch),
        states_(options.states_dir, fmt::format("{} {} {} {}", fingerprint_, PANDUAN_LLAMA_BUILD, thread_count(options), llama_print_system_info())) {
    if (!llama_model_has_decoder(model_.get()) || llama_model_chat_template(model_.get(), nullptr) == nullptr) {
      throw Error(ErrorKind::Unsupported, fmt::format("'{}' is not a chat model: it has no chat template", file.string()));
    }
    template_.emplace(*model_, name_);
    llama_context_params params = llama_context_default_params();
    params.n_ctx = static_cast<std::uint32_t>(std::min<std::size_t>(options.context_tokens, static_cast<std::size_t>(llama_model_n_ctx_train(model_.get()))));
    params.n_batch = params.n_ubatch = kPrefillBatch;
    params.n_seq_max = static_cast<std::uint32_t>(kSequences);
    params.kv_unified = true;
    params.n_threads = params.n_threads_batch = thread_count(options);
    params.abort_callback = [](void* self) { return static_cast<LlamaChatModel*>(self)->stop_.stop_requested(); };
    params.abort_callback_data = this;
    context_ = make_context(*model_, params);
  }

  Generation generate(std::span<const ChatMessage> messages, const GenerateOptions& options, const TextSink& sink, std::stop_token stop) override {
    const std::lock_guard lock(mutex_);
    stop_ = std::move(stop);
    Generation generation;
    if (!prefill(messages, options.begun, options.max_tokens, generation.usage)) {
      generation.finish = FinishReason::Cancelled;
      return generation;
    }
    const Stopwatch watch;
    decode(options, sink, generation);
    generation.usage.decode_ms = watch.elapsed_ms();
    return generation;
  }

  std::optional<Likelihoods> likelihoods(std::span<const ChatMessage> messages, std::string_view begun, std::span<const std::string> texts,
                                         std::stop_token stop) override {
    const std::lock_guard lock(mutex_);
    stop_ = std::move(stop);
    std::vector<std::vector<llama_token>> tokens;
    for (const std::string& text : texts) {
      tokens.push_back(tokenize(vocab_, text, false, false));
      if (tokens.back().empty()) throw Error(ErrorKind::Internal, "the likelihood of an empty text was asked for");
    }
    std::vector<std::span<const std::vector<llama_token>>> groups;  // of texts that are read side by side
    std::size_t most_tokens = 0;
    for (std::span<const std::vector<llama_token>> rest = tokens; !rest.empty(); rest = rest.subspan(groups.back().size())) {
      groups.push_back(rest.first(std::min(rest.size(), kSequences - 1)));
      most_tokens = std::max(most_tokens, count_tokens(groups.back()));
    }
    Likelihoods likelihoods;
    if (!prefill(messages, begun, static_cast<int>(most_tokens), likelihoods.usage)) return std::nullopt;
    const Stopwatch watch;
    const LogProbs first = log_probs(-1);
    for (const auto& text : tokens) likelihoods.log_probs.push_back({first(text.front())});
    std::span<std::vector<double>> scores = likelihoods.log_probs;
    for (const auto& group : groups) {
      if (!score(group, scores)) return std::nullopt;
      scores = scores.subspan(group.size());
    }
    likelihoods.usage.decode_ms = watch.elapsed_ms();
    return likelihoods;
  }

  std::optional<Extraction> extract(std::span<const ChatMessage> messages, std::string_view text, const ExtractOptions& options,
                                    std::stop_token stop) override {
    const std::lock_guard lock(mutex_);
    stop_ = std::move(stop);
    if (options.width == 0 || options.width > kMaxExtractWidth) throw Error(ErrorKind::Internal, fmt::format("an extraction of width {}", options.width));
    Extraction extraction;
    const int beams = static_cast<int>(options.width);
    if (!prefill(messages, options.begun, beams * options.max_tokens, extraction.usage)) return std::nullopt;
    const Stopwatch watch;
    const CopyableText copyable(text);
    ExtractSearch search(*context_, vocab_, pieces(), copyable, options);
    try {
      if (!search.run(position_, batch_, stop_)) {
        forget();
        return std::nullopt;
      }
    } catch (...) {
      forget();  // its beams are in the cache
      throw;
    }
    extraction.extracts = search.extracts();
    extraction.usage.completion_tokens = search.decoded_tokens();
    extraction.usage.decode_ms = watch.elapsed_ms();
    return extraction;
  }

  std::string prompt_text(std::span<const ChatMessage> messages, std::string_view begun) const override { return template_->text(messages, begun); }
  std::size_t count_tokens(std::string_view text) const override { return tokenize(vocab_, text, false, false).size(); }
  std::string name() const override { return name_; }
  std::string fingerprint() const override { return fingerprint_; }
  std::size_t max_context_tokens() const override { return llama_n_ctx(context_.get()); }

 private:
  /// Reads the conversation into the context. False when stopped.
  bool prefill(std::span<const ChatMessage> messages, std::string_view begun, int answer_tokens, Usage& usage) {
    const Stopwatch watch;
    const PromptTokens prompt = template_->render(messages, begun);
    usage.prompt_tokens = static_cast<int>(prompt.tokens.size());
    if (prompt.tokens.size() + static_cast<std::size_t>(answer_tokens) > max_context_tokens()) {
      throw Error(
          ErrorKind::TooLarge,
          fmt::format(
              "the prompt has {} tokens and the answer may have {}, the context holds {}: shorten the question or the conversation before it, or set engine.context_tokens higher",
              prompt.tokens.size(), answer_tokens, max_context_tokens()));
    }
    std::size_t part = keep_shared_parts(prompt);
    if (part == 0 && restore_first_part(prompt)) part = 1;
    position_ = static_cast<llama_pos>(part == 0 ? 0 : prompt.cuts[part - 1]);
    usage.reused_tokens = position_;
    for (; part < prompt.cuts.size(); ++part) {
      const auto begin = static_cast<std::size_t>(position_);
      if (!decode_tokens(std::span(prompt.tokens).subspan(begin, prompt.cuts[part] - begin))) return false;
      if (part + 1 < prompt.cuts.size()) {
        cached_.tokens.assign(prompt.tokens.begin(), prompt.tokens.begin() + position_);
        cached_.cuts.push_back(prompt.cuts[part]);
        if (part == 0) states_.keep(cached_.tokens, sequence_state());
      }
    }
    usage.prefill_ms = watch.elapsed_ms();
    return true;
  }

  /// Takes out of the context what the prompt does not begin with, and says how many of its parts remain. The last part never does:
  /// its last token has to be decoded for its logits.
  std::size_t keep_shared_parts(const PromptTokens& prompt) {
    std::size_t parts = 0;
    while (parts < cached_.cuts.size() && parts + 1 < prompt.cuts.size() && cached_.cuts[parts] == prompt.cuts[parts] &&
           std::equal(cached_.tokens.begin(), cached_.tokens.begin() + static_cast<std::ptrdiff_t>(cached_.cuts[parts]), prompt.tokens.begin())) {
      ++parts;
    }
    const std::size_t kept = parts == 0 ? 0 : prompt.cuts[parts - 1];
    if (parts == 0 || !llama_memory_seq_rm(llama_get_memory(context_.get()), 0, static_cast<llama_pos>(kept), -1)) {
      forget();
      return 0;
    }
    cached_.cuts.resize(parts);
    cached_.tokens.resize(kept);
    return parts;
  }

  bool restore_first_part(const PromptTokens& prompt) {
    if (prompt.cuts.size() < 2) return false;
    const auto first = std::span(prompt.tokens).first(prompt.cuts.front());
    const std::string* state = states_.find(first);
    if (state == nullptr) return false;
    if (llama_state_seq_set_data(context_.get(), reinterpret_cast<const std::uint8_t*>(state->data()), state->size(), 0) == 0) {
      forget();
      return false;
    }
    cached_.tokens.assign(first.begin(), first.end());
    cached_.cuts = {first.size()};
    return true;
  }
  std::string sequence_state() const {
    std::string state(llama_state_seq_get_size(context_.get(), 0), '\0');
    state.resize(llama_state_seq_get_data(context_.get(), reinterpret_cast<std::uint8_t*>(state.data()), state.size(), 0));
    return state;
  }

  void forget() {
    llama_memory_clear(llama_get_memory(context_.get()), true);
    cached_ = {};
  }

  /// Natural logarithms of the next token's probabilities.
  struct LogProbs {
    const float* logits;
    double log_sum;
    double operator()(llama_token token) const { return logits[token] - log_sum; }
  };
  LogProbs log_probs(int output) const {
    const float* logits = llama_get_logits_ith(context_.get(), output);
    return {logits, log_sum_exp({logits, static_cast<std::size_t>(llama_vocab_n_tokens(&vocab_))})};
  }

  static std::size_t count_tokens(std::span<const std::vector<llama_token>> texts) {
    return std::accumulate(texts.begin(), texts.end(), std::size_t{0}, [](std::size_t sum, const auto& text) { return sum + text.size(); });
  }
  /// Appends the logarithms of all tokens but the first of each text; each is read in a sequence of its own. False when stopped.
  bool score(std::span<const std::vector<llama_token>> texts, std::span<std::vector<double>> scores) {
    llama_memory_t memory = llama_get_memory(context_.get());
    std::vector<std::pair<std::size_t, llama_token>> waiting;  // the text that an output of the batch is of, and its next token
    auto read = [&] {
      const int result = waiting.empty() ? 0 : llama_decode(context_.get(), batch_.get());
      if (result != 0 || stop_.stop_requested()) {
        forget();
        if (result != 0 && result != 2) throw Error(ErrorKind::Internal, fmt::format("[llama.cpp] decoding failed with {}", result));
        return false;
      }
      for (std::size_t i = 0; i < waiting.size(); ++i) scores[waiting[i].first].push_back(log_probs(static_cast<int>(i))(waiting[i].second));
      waiting.clear();
      batch_.clear();
      return true;
    };
    batch_.clear();
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const auto sequence = static_cast<llama_seq_id>(i + 1);
      llama_memory_seq_cp(memory, 0, sequence, -1, -1);
      for (std::size_t j = 0; j + 1 < texts[i].size(); ++j) {
        batch_.add(texts[i][j], position_ + static_cast<llama_pos>(j), sequence, true);
        waiting.emplace_back(i, texts[i][j + 1]);
        if (waiting.size() == kScoredBatch && !read()) return false;
      }
    }
    if (!read()) return false;
    for (std::size_t i = 0; i < texts.size(); ++i) llama_memory_seq_rm(memory, static_cast<llama_seq_id>(i + 1), -1, -1);
    return true;
  }

  /// Decodes in batches, logits only for the last token. False when stopped.
  bool decode_tokens(std::span<const llama_token> tokens) {
    while (!tokens.empty()) {
      const auto count = std::min<std::size_t>(tokens.size(), kPrefillBatch);
      batch_.clear();
      for (std::size_t i = 0; i < count; ++i) batch_.add(tokens[i], position_ + static_cast<llama_pos>(i), 0, i + 1 == tokens.size());
      const int result = llama_decode(context_.get(), batch_.get());
      if (result == 2 || stop_.stop_requested()) {
        forget();
        return false;
      }
      if (result != 0) throw Error(ErrorKind::Internal, fmt::format("[llama.cpp] decoding failed with {}", result));
      position_ += static_cast<llama_pos>(count);
      tokens = tokens.subspan(count);
    }
    return true;
  }

  /// Decodes a token and what may come behind it in one batch, each with its logits; the token alone is in the context for sure. False
  /// when stopped.
  bool decode_ahead(llama_token token, std::span<const llama_token> likely) {
    batch_.clear();
    batch_.add(token, position_, 0, true);
    for (std::size_t i = 0; i < likely.size(); ++i) batch_.add(likely[i], position_ + 1 + static_cast<llama_pos>(i), 0, true);
    const int result = llama_decode(context_.get(), batch_.get());
    if (result == 2 || stop_.stop_requested()) {
      forget();
      return false;
    }
    if (result != 0) throw Error(ErrorKind::Internal, fmt::format("[llama.cpp] decoding failed with {}", result));
    ++position_;
    return true;
  }

  void decode(const GenerateOptions& options, const TextSink& sink, Generation& generation) {
    Sampler sampler(vocab_, options.quotable.empty() ? nullptr : &pieces(), options);
    TextStream stream(options.stop);
    auto emit = [&](const std::string& text) {
      generation.text += text;
      return text.empty() || !sink || sink(text);
    };
    generation.finish = FinishReason::Length;
    bool wanted = true;
    std::vector<llama_token> likely;  // decoded already, behind the last token that was
    std::size_t came = 0;             // of these
    int output = -1;                  // of the last batch, the one behind the text so far
    while (wanted && generation.usage.completion_tokens < options.max_tokens) {
      const Stopwatch watch;
      const llama_token token = sampler.next(llama_get_logits_ith(context_.get(), output));
      if (llama_vocab_is_eog(&vocab_, token)) {
        generation.finish = FinishReason::Stop;
        break;
      }
      ++generation.usage.completion_tokens;
      const bool quoting = sampler.is_quoting();
      wanted = emit(stream.feed(token_text(vocab_, token))) && !stream.stopped();
      if (!wanted) {
        generation.finish = FinishReason::Stop;
      } else if (came < likely.size() && likely[came] == token) {
        output = static_cast<int>(++came);
        ++position_;
      } else {
        if (came < likely.size()) llama_memory_seq_rm(llama_get_memory(context_.get()), 0, position_, -1);  // what did not come
        const auto left = static_cast<std::size_t>(options.max_tokens - generation.usage.completion_tokens);
        likely = sampler.likely_next(std::min(kDecodedAhead, left));
        came = 0;
        output = 0;
        if (!decode_ahead(token, likely)) {
          generation.finish = FinishReason::Cancelled;
          break;
        }
      }
      if (quoting) {
        ++generation.usage.quoted_tokens;
        generation.usage.quoted_ms += watch.elapsed_ms();
      }
    }
    if (!stream.stopped()) emit(stream.finish());
  }

  const VocabularyPieces& pieces() {
    if (!pieces_) pieces_.emplace(vocab_);
    return *pieces_;
  }

  std::string name_;
  std::string fingerprint_;
  ModelHandle model_;
  const llama_vocab& vocab_;
  std::optional<ChatTemplate> template_;
  std::optional<VocabularyPieces> pieces_;  ///< made when it is first needed: sorting the vocabulary takes a tenth of a second
  ContextHandle context_;
  Batch batch_;
  llama_pos position_ = 0;  ///< tokens in the context
  PrefixStates states_;
  PromptTokens cached_;          ///< the parts at the context's start that another prompt may share
  std::stop_token stop_;    ///< of the running call
  std::mutex mutex_;
};

}  // namespace

std::unique_ptr<ChatModel> load_llama_chat_model(const std::filesystem::path& file, const LlamaOptions& options) {
  return std::make_unique<LlamaChatModel>(file, options);
}

}  // namespace panduan::llm
