#include <chat.h>
#include <fmt/format.h>

#include <algorithm>
#include <mutex>

#include "base/clock.h"
#include "base/error.h"
#include "llm/llama/llama_handles.h"
#include "llm/llama/sampler.h"
#include "llm/text_stream.h"

// Chat with a decoder model. The prompt is cut where the system message ends and each part is decoded by itself, always: so what
// the engine computes for a prompt does not depend on what it had in its cache, and the system message is reused exactly.
namespace panduan::llm {
namespace {

constexpr int kPrefillBatch = 512;

class LlamaChatModel final : public ChatModel {
 public:
  LlamaChatModel(const std::filesystem::path& file, const LlamaOptions& options)
      : name_(file.stem().string()), fingerprint_(model_fingerprint(file)), model_(load_model(file)), vocab_(*llama_model_get_vocab(model_.get())),
        batch_(kPrefillBatch) {
    if (!llama_model_has_decoder(model_.get()) || llama_model_chat_template(model_.get(), nullptr) == nullptr) {
      throw Error(ErrorKind::Unsupported, fmt::format("'{}' is not a chat model: it has no chat template", file.string()));
    }
    templates_ = common_chat_templates_init(model_.get(), "");
    llama_context_params params = llama_context_default_params();
    params.n_ctx = static_cast<std::uint32_t>(std::min<std::size_t>(options.context_tokens, static_cast<std::size_t>(llama_model_n_ctx_train(model_.get()))));
    params.n_batch = params.n_ubatch = kPrefillBatch;
    params.n_threads = params.n_threads_batch = thread_count(options);
    params.abort_callback = [](void* self) { return static_cast<LlamaChatModel*>(self)->stop_.stop_requested(); };
    params.abort_callback_data = this;
    context_ = make_context(*model_, params);
  }

  Generation generate(std::span<const ChatMessage> messages, const GenerateOptions& options, const TextSink& sink, std::stop_token stop) override {
    const std::lock_guard lock(mutex_);
    stop_ = std::move(stop);
    Generation generation;
    const Stopwatch watch;
    const Prompt prompt = render(messages);
    generation.usage.prompt_tokens = static_cast<int>(prompt.tokens.size());
    if (prompt.tokens.size() + static_cast<std::size_t>(options.max_tokens) > max_context_tokens()) {
      throw Error(
          ErrorKind::TooLarge,
          fmt::format("the prompt has {} tokens and the answer may have {}, the context holds {}: ask a shorter question, or set engine.context_tokens higher",
                      prompt.tokens.size(), options.max_tokens, max_context_tokens()));
    }
    if (!prefill(prompt, generation.usage)) {
      generation.finish = FinishReason::Cancelled;
      return generation;
    }
    generation.usage.prefill_ms = watch.elapsed_ms();
    decode(options, sink, generation);
    generation.usage.decode_ms = watch.elapsed_ms() - generation.usage.prefill_ms;
    return generation;
  }

  std::size_t count_tokens(std::string_view text) const override { return tokenize(vocab_, text, false, false).size(); }
  std::string name() const override { return name_; }
  std::string fingerprint() const override { return fingerprint_; }
  std::size_t max_context_tokens() const override { return llama_n_ctx(context_.get()); }

 private:
  struct Prompt {
    std::vector<llama_token> tokens;
    std::size_t system_tokens = 0;  ///< how many of them are the system message's
  };

  std::string apply_template(std::span<const ChatMessage> messages, bool add_generation_prompt) const {
    common_chat_templates_inputs inputs;
    inputs.add_generation_prompt = add_generation_prompt;
    inputs.use_jinja = true;
    for (const ChatMessage& message : messages) {
      common_chat_msg converted;
      converted.role = message.role == Role::System ? "system" : message.role == Role::User ? "user" : "assistant";
      converted.content = message.content;
      inputs.messages.push_back(std::move(converted));
    }
    try {
      return common_chat_templates_apply(templates_.get(), inputs).prompt;
    } catch (const std::exception& error) {
      throw Error(ErrorKind::Unsupported, fmt::format("the chat template of '{}' does not take this conversation: {}", name_, error.what()));
    }
  }

  Prompt render(std::span<const ChatMessage> messages) const {
    Prompt prompt;
    const bool add_bos = llama_vocab_get_add_bos(&vocab_);
    const std::string whole = apply_template(messages, true);
    // The template's text with another user message tells where the system message's tokens end.
    std::size_t shared = 0;
    if (messages.size() > 1 && messages[0].role == Role::System) {
      const std::vector<ChatMessage> other{messages[0], {Role::User, messages[1].content.starts_with("\x01") ? "\x02" : "\x01"}};
      const std::string text = apply_template(other, false);
      shared = static_cast<std::size_t>(std::ranges::mismatch(whole, text).in1 - whole.begin());
    }
    prompt.tokens = tokenize(vocab_, std::string_view(whole).substr(0, shared), add_bos, true);
    prompt.system_tokens = prompt.tokens.size();
    const auto rest = tokenize(vocab_, std::string_view(whole).substr(shared), add_bos && shared == 0, true);
    prompt.tokens.insert(prompt.tokens.end(), rest.begin(), rest.end());
    return prompt;
  }

  /// False when stopped.
  bool prefill(const Prompt& prompt, Usage& usage) {
    const bool reuse = prompt.system_tokens > 0 && cached_system_.size() == prompt.system_tokens &&
                       std::equal(cached_system_.begin(), cached_system_.end(), prompt.tokens.begin());
    auto* memory = llama_get_memory(context_.get());
    const auto kept = static_cast<llama_pos>(reuse ? prompt.system_tokens : 0);
    if (!reuse || !llama_memory_seq_rm(memory, 0, kept, -1)) {
      llama_memory_clear(memory, true);
      cached_system_.clear();
    }
    position_ = cached_system_.empty() ? 0 : kept;
    usage.reused_tokens = position_;
    const std::span<const llama_token> tokens(prompt.tokens);
    if (cached_system_.empty() && prompt.system_tokens > 0) {
      if (!decode_tokens(tokens.first(prompt.system_tokens))) return false;
      cached_system_.assign(tokens.begin(), tokens.begin() + static_cast<std::ptrdiff_t>(prompt.system_tokens));
    }
    return decode_tokens(tokens.subspan(static_cast<std::size_t>(position_)));
  }

  /// Decodes in batches, logits only for the last token. False when stopped.
  bool decode_tokens(std::span<const llama_token> tokens) {
    while (!tokens.empty()) {
      const auto count = std::min<std::size_t>(tokens.size(), kPrefillBatch);
      batch_.clear();
      for (std::size_t i = 0; i < count; ++i) batch_.add(tokens[i], position_ + static_cast<llama_pos>(i), 0, i + 1 == tokens.size());
      const int result = llama_decode(context_.get(), batch_.get());
      if (result == 2 || stop_.stop_requested()) {
        llama_memory_clear(llama_get_memory(context_.get()), true);
        cached_system_.clear();
        return false;
      }
      if (result != 0) throw Error(ErrorKind::Internal, fmt::format("[llama.cpp] decoding failed with {}", result));
      position_ += static_cast<llama_pos>(count);
      tokens = tokens.subspan(count);
    }
    return true;
  }

  void decode(const GenerateOptions& options, const TextSink& sink, Generation& generation) {
    Sampler sampler(vocab_, options);
    TextStream stream(options.stop);
    auto emit = [&](const std::string& text) {
      generation.text += text;
      return text.empty() || !sink || sink(text);
    };
    generation.finish = FinishReason::Length;
    bool wanted = true;
    while (wanted && generation.usage.completion_tokens < options.max_tokens) {
      const llama_token token = sampler.next(llama_get_logits_ith(context_.get(), -1));
      if (llama_vocab_is_eog(&vocab_, token)) {
        generation.finish = FinishReason::Stop;
        break;
      }
      ++generation.usage.completion_tokens;
      wanted = emit(stream.feed(token_text(vocab_, token))) && !stream.stopped();
      if (!wanted) {
        generation.finish = FinishReason::Stop;
      } else if (!decode_tokens(std::span(&token, 1))) {
        generation.finish = FinishReason::Cancelled;
        break;
      }
    }
    if (!stream.stopped()) emit(stream.finish());
  }

  std::string name_;
  std::string fingerprint_;
  ModelHandle model_;
  const llama_vocab& vocab_;
  common_chat_templates_ptr templates_;
  ContextHandle context_;
  Batch batch_;
  llama_pos position_ = 0;                  ///< tokens in the context
  std::vector<llama_token> cached_system_;  ///< the system message at the context's start
  std::stop_token stop_;                    ///< of the running call
  std::mutex mutex_;
};

}  // namespace

std::unique_ptr<ChatModel> load_llama_chat_model(const std::filesystem::path& file, const LlamaOptions& options) {
  return std::make_unique<LlamaChatModel>(file, options);
}

}  // namespace panduan::llm
