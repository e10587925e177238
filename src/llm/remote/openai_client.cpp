#include "llm/remote/openai_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/clock.h"
#include "base/error.h"
#include "base/unicode.h"
#include "llm/text_stream.h"
#include "net/http_client.h"

namespace panduan::llm {
namespace {

using nlohmann::json;

constexpr std::size_t kEmbeddingBatch = 64;
constexpr std::size_t kMaxServerStops = 4;  // what OpenAI accepts; TextStream stops at every one in any case
// A prompt of thousands of tokens on a CPU server: minutes may pass before its first byte.
constexpr auto kIdleLimit = std::chrono::minutes(10);

/// An estimate, because only the server knows its tokenizer: one token for each CJK character, one for every three bytes of
/// anything else. It is meant to be above the true count (English has about four characters a token), so that a prompt that
/// is said to fit does.
std::size_t estimate_tokens(std::string_view text) {
  std::size_t cjk = 0;
  std::size_t other_bytes = 0;
  for (std::size_t offset = 0; offset < text.size();) {
    const Character character = character_at(text, offset);
    if (is_cjk(character.code_point)) {
      ++cjk;
    } else {
      other_bytes += character.bytes;
    }
    offset += character.bytes;
  }
  return cjk + (other_bytes + 2) / 3;
}

/// The longest beginning that is estimated at no more than `limit` tokens.
std::string_view cut_to_tokens(std::string_view text, std::size_t limit) {
  if (estimate_tokens(text) <= limit) return text;
  std::size_t low = 0;
  std::size_t high = text.size();
  while (low < high) {
    const std::size_t middle = (low + high + 1) / 2;
    if (estimate_tokens(truncate_utf8(text, middle)) <= limit) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return truncate_utf8(text, low);
}

/// The server's own words in an answer that is an error, as OpenAI, llama.cpp, vLLM and Ollama put them.
std::string server_message(const std::string& body) {
  const json answer = json::parse(body, nullptr, false);
  std::string message = body;
  if (answer.is_object()) {
    const json& error = answer.contains("error") ? answer["error"] : answer;
    if (error.is_string()) message = error.get<std::string>();
    if (error.is_object() && error.contains("message") && error["message"].is_string()) message = error["message"].get<std::string>();
  }
  std::replace_if(message.begin(), message.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return std::string(truncate_utf8(message, 300));
}

/// What both kinds of model share: address, key, one request at a time.
class Server {
 public:
  explicit Server(RemoteOptions options) : options_(std::move(options)) {
    while (options_.base_url.ends_with('/')) options_.base_url.pop_back();
    if (options_.base_url.empty()) throw Error(ErrorKind::InvalidInput, "the remote server's address is empty: set remote.url");
    if (options_.model.empty()) throw Error(ErrorKind::InvalidInput, "the remote model's name is empty: set remote.chat_model or remote.embedding_model");
  }

  const RemoteOptions& options() const { return options_; }
  std::string fingerprint() const { return fmt::format("remote:{}:{}", options_.base_url, options_.model); }

  /// The whole answer's body, or nothing when the sink took it.
  std::string post(const std::string& path, const json& body, const std::stop_token& stop, const net::BodySink& sink = {}) const {
    net::HttpRequest request;
    request.method = "POST";
    request.url = options_.base_url + path;
    request.headers["Content-Type"] = "application/json";
    if (!options_.api_key.empty()) request.headers["Authorization"] = "Bearer " + options_.api_key;
    // Text that is not UTF-8 becomes U+FFFD: a broken byte in a document must not fail the question.
    request.body = body.dump(-1, ' ', false, json::error_handler_t::replace);
    request.idle_time_limit = kIdleLimit;
    request.max_redirects = 0;  // a redirected POST loses its body, and the key would go elsewhere
    net::HttpResponse response = net::send(request, stop, sink);
    check_status(response);
    return std::move(response.body);
  }

  [[noreturn]] void not_understood(std::string_view what) const {
    throw Error(ErrorKind::Unavailable,
                fmt::format("[remote] {} does not answer like an OpenAI server: {}: check remote.url, it usually ends in /v1", options_.base_url, what));
  }

 private:
  void check_status(const net::HttpResponse& response) const {
    const int status = response.status;
    if (status / 100 == 2) return;
    const std::string message = server_message(response.body);
    if (status == 401 || status == 403) {
      throw Error(ErrorKind::Unavailable,
                  fmt::format("[remote] {} refuses the key ({}): check the variable that remote.key_variable names: {}", options_.base_url, status, message));
    }
    if (status == 404) {
      throw Error(ErrorKind::Unavailable,
                  fmt::format("[remote] {} knows no model '{}' or not this path (404): {}", options_.base_url, options_.model, message));
    }
    if (status == 429) throw Error(ErrorKind::Busy, fmt::format("[remote] {} has too much to do (429), try again later: {}", options_.base_url, message));
    const bool too_long =
        status == 413 || response.body.find("context_length_exceeded") != std::string::npos || response.body.find("exceed_context_size") != std::string::npos;
    if (too_long) throw Error(ErrorKind::TooLarge, fmt::format("[remote] the prompt does not fit the context of '{}': {}", options_.model, message));
    throw Error(ErrorKind::Unavailable, fmt::format("[remote] {} answered with status {}: {}", options_.base_url, status, message));
  }

  RemoteOptions options_;
};

std::string_view role_name(Role role) {
  switch (role) {
    case Role::System: return "system";
    case Role::User: return "user";
    case Role::Assistant: return "assistant";
  }
  return "user";
}

/// Takes the stream's events and makes a Generation of them.
class StreamedAnswer {
 public:
  StreamedAnswer(const Server& server, const GenerateOptions& options, const TextSink& sink) : server_(server), sink_(sink), text_(options.stop) {}

  /// False when nothing more is wanted.
  bool take(const net::EventStreamParser::Event& event) {
    if (event.data == "[DONE]") {
      complete_ = true;
      return false;
    }
    const json data = json::parse(event.data, nullptr, false);
    if (!data.is_object()) server_.not_understood("an event of its stream is not JSON");
    if (data.contains("error"))
      throw Error(ErrorKind::Unavailable, fmt::format("[remote] {} failed: {}", server_.options().base_url, server_message(event.data)));
    try {
      take_usage(data);
      if (!data.contains("choices") || data["choices"].empty()) return true;
      const json& choice = data["choices"][0];
      if (choice.contains("delta")) {
        const json& content = choice["delta"].contains("content") ? choice["delta"]["content"] : json();
        if (content.is_string() && !content.get_ref<const std::string&>().empty() && !take_text(content.get_ref<const std::string&>())) return false;
      }
      if (choice.contains("finish_reason") && choice["finish_reason"].is_string()) {
        complete_ = true;
        if (choice["finish_reason"] == "length") generation_.finish = FinishReason::Length;
      }
    } catch (const json::exception&) {
      server_.not_understood("an event of its stream has an unexpected shape");
    }
    return true;
  }

  Generation finish(bool cancelled, const std::string& prompt) {
    if (!cancelled && !complete_ && !wanted_no_more_)
      throw Error(ErrorKind::Unavailable, fmt::format("[remote] the answer of {} was cut short", server_.options().base_url));
    if (!wanted_no_more_) show(text_.finish());
    if (cancelled) generation_.finish = FinishReason::Cancelled;
    Usage& usage = generation_.usage;
    usage.prefill_ms = first_text_ms_.value_or(watch_.elapsed_ms());
    usage.decode_ms = watch_.elapsed_ms() - usage.prefill_ms;
    if (!has_usage_) {
      usage.prompt_tokens = static_cast<int>(estimate_tokens(prompt));
      usage.completion_tokens = static_cast<int>(estimate_tokens(generation_.text));
    }
    return std::move(generation_);
  }

 private:
  bool take_text(const std::string& piece) {
    if (!first_text_ms_) first_text_ms_ = watch_.elapsed_ms();
    const bool go_on = show(text_.feed(piece));
    wanted_no_more_ = !go_on || text_.stopped();
    return !wanted_no_more_;
  }

  bool show(const std::string& text) {
    generation_.text += text;
    return text.empty() || !sink_ || sink_(text);
  }

  void take_usage(const json& data) {
    if (!data.contains("usage") || !data["usage"].is_object()) return;
    const json& usage = data["usage"];
    generation_.usage.prompt_tokens = usage.value("prompt_tokens", 0);
    generation_.usage.completion_tokens = usage.value("completion_tokens", 0);
    if (usage.contains("prompt_tokens_details") && usage["prompt_tokens_details"].is_object()) {
      generation_.usage.reused_tokens = usage["prompt_tokens_details"].value("cached_tokens", 0);
    }
    has_usage_ = true;
  }

  const Server& server_;
  const TextSink& sink_;
  TextStream text_;
  Generation generation_;
  Stopwatch watch_;
  std::optional<double> first_text_ms_;
  bool complete_ = false;
  bool wanted_no_more_ = false;
  bool has_usage_ = false;
};

class RemoteChatModel final : public ChatModel {
 public:
  explicit RemoteChatModel(RemoteOptions options) : server_(std::move(options)) {}

  Generation generate(std::span<const ChatMessage> messages, const GenerateOptions& options, const TextSink& sink, std::stop_token stop) override {
    const std::lock_guard lock(mutex_);
    StreamedAnswer answer(server_, options, sink);
    net::EventStreamParser parser([&](const net::EventStreamParser::Event& event) { return answer.take(event); });
    std::string prompt;
    for (const auto& message : messages) prompt += message.content;
    bool cancelled = false;
    bool is_stream = false;
    try {
      server_.post("/chat/completions", request_for(messages, options), stop, [&](std::string_view bytes) {
        is_stream = true;
        return parser.feed(bytes);
      });
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::Cancelled) throw;
      cancelled = true;
    }
    if (!cancelled && !is_stream) server_.not_understood("its answer is empty");
    return answer.finish(cancelled, prompt);
  }

  /// Servers that give log-probabilities give them for their own few candidates only, and most give none.
  std::optional<Likelihoods> likelihoods(std::span<const ChatMessage>, std::string_view, std::span<const std::string>, std::stop_token) override {
    return std::nullopt;
  }
  std::optional<Extraction> extract(std::span<const ChatMessage>, std::string_view, const ExtractOptions&, std::stop_token) override { return std::nullopt; }

  /// It knows nothing of how a reply begins.
  std::string prompt_text(std::span<const ChatMessage> messages, std::string_view) const override {
    return request_for(messages, {})["messages"].dump(2, ' ', false, json::error_handler_t::replace);
  }
  std::size_t count_tokens(std::string_view text) const override { return estimate_tokens(text); }
  std::string name() const override { return server_.options().model; }
  /// Address and name: a server that exchanges the weights behind the same name cannot be noticed.
  std::string fingerprint() const override { return server_.fingerprint(); }
  std::size_t max_context_tokens() const override { return server_.options().context_tokens; }

 private:
  json request_for(std::span<const ChatMessage> messages, const GenerateOptions& options) const {
    json request{{"model", server_.options().model}, {"messages", json::array()},         {"stream", true}, {"stream_options", {{"include_usage", true}}},
                 {"max_tokens", options.max_tokens}, {"temperature", options.temperature}};
    for (const auto& message : messages) request["messages"].push_back({{"role", role_name(message.role)}, {"content", message.content}});
    if (options.temperature > 0) request["seed"] = options.seed;
    if (!options.stop.empty()) {
      request["stop"] =
          std::vector<std::string>(options.stop.begin(), options.stop.begin() + static_cast<std::ptrdiff_t>(std::min(options.stop.size(), kMaxServerStops)));
    }
    return request;
  }

  Server server_;
  std::mutex mutex_;
};

class RemoteEmbedder final : public Embedder {
 public:
  explicit RemoteEmbedder(RemoteOptions options) : server_(std::move(options)) {
    const std::vector<std::string> probe{"panduan"};
    dims_ = embed(probe, EmbedAs::Query, {}).dims;
  }

  Embeddings embed(std::span<const std::string> texts, EmbedAs as, std::stop_token stop) override {
    const std::lock_guard lock(mutex_);
    Embeddings result{.dims = dims_, .values = {}};
    for (const std::string& text : texts) result.tokens += count_tokens(text);
    for (std::size_t start = 0; start < texts.size(); start += kEmbeddingBatch) {
      embed_batch(texts.subspan(start, std::min(kEmbeddingBatch, texts.size() - start)), as, stop, result);
    }
    return result;
  }

  std::size_t dims() const override { return dims_; }
  std::size_t max_tokens() const override { return server_.options().context_tokens; }
  std::size_t count_tokens(std::string_view text) const override { return estimate_tokens(text); }
  std::string name() const override { return server_.options().model; }
  std::string fingerprint() const override { return server_.fingerprint(); }

 private:
  void embed_batch(std::span<const std::string> texts, EmbedAs as, const std::stop_token& stop, Embeddings& result) {
    json input = json::array();
    for (const auto& text : texts) input.push_back(prefix(as) + std::string(cut_to_tokens(text, max_tokens())));
    const std::string body = server_.post("/embeddings", {{"model", server_.options().model}, {"input", std::move(input)}, {"encoding_format", "float"}}, stop);
    const json answer = json::parse(body, nullptr, false);
    if (!answer.is_object() || !answer.contains("data") || !answer["data"].is_array()) server_.not_understood("its embeddings are not JSON with 'data'");
    if (answer["data"].size() != texts.size()) server_.not_understood(fmt::format("{} texts gave {} vectors", texts.size(), answer["data"].size()));
    try {
      // The rows come in any order; each says whose it is.
      std::vector<std::vector<float>> rows(texts.size());
      for (std::size_t i = 0; i < rows.size(); ++i) {
        const json& item = answer["data"][i];
        rows.at(item.value("index", i)) = item.at("embedding").get<std::vector<float>>();
      }
      for (auto& row : rows) append_normalised(row, result);
    } catch (const json::exception&) {
      server_.not_understood("its embeddings have an unexpected shape");
    } catch (const std::out_of_range&) {
      server_.not_understood("its embeddings have an index that was not asked for");
    }
  }

  void append_normalised(const std::vector<float>& row, Embeddings& result) const {
    if (result.dims == 0) result.dims = row.size();
    if (row.empty() || row.size() != result.dims) {
      throw Error(ErrorKind::Conflict, fmt::format("[remote] '{}' gave a vector of {} dimensions, expected {}: check remote.embedding_model",
                                                   server_.options().model, row.size(), result.dims));
    }
    double squares = 0;
    for (const float value : row) squares += static_cast<double>(value) * value;
    if (!std::isfinite(squares) || squares <= 0) server_.not_understood("a vector has no length");
    const double scale = 1 / std::sqrt(squares);
    for (const float value : row) result.values.push_back(static_cast<float>(value * scale));
  }

  /// The E5 family is trained with these words before every text (Wang et al. 2022); a server adds none by itself.
  std::string prefix(EmbedAs as) const {
    if (nfkc_casefold(server_.options().model).find("e5-") == std::string::npos) return {};
    return as == EmbedAs::Query ? "query: " : "passage: ";
  }

  Server server_;
  std::mutex mutex_;
  std::size_t dims_ = 0;
};

}  // namespace

std::unique_ptr<ChatModel> connect_remote_chat_model(const RemoteOptions& options) { return std::make_unique<RemoteChatModel>(options); }
std::unique_ptr<Embedder> connect_remote_embedder(const RemoteOptions& options) { return std::make_unique<RemoteEmbedder>(options); }

}  // namespace panduan::llm
