#include "llm/onednn/bert_encoder.h"

#ifdef PANDUAN_ONEDNN
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <oneapi/dnnl/dnnl.hpp>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/error.h"
#include "llm/onednn/bert_weights.h"

extern "C" void omp_set_num_threads(int threads);  // OpenMP's; its header is each compiler's own

// What a token goes through by itself is done for all texts of a batch at once, attention for one text after the other. A batch is computed by one thread:
// threads that share one wait for each other some hundred times, and beside another busy program that took 30 times as long.
namespace panduan::llm {
namespace {

using dnnl::memory;

constexpr std::size_t kMaxTokens = 512;
constexpr std::size_t kMaxTexts = 64;
// Rows are filled up to whole blocks, so that there is one kernel for each of a few row counts and not for every one.
constexpr std::size_t kBlockRows = 32;

memory::dim dim(std::size_t n) { return static_cast<memory::dim>(n); }

/// oneDNN's engine and stream, and the type of what is between the layers.
class Device {
 public:
  explicit Device(BertPrecision precision)
      : type(precision == BertPrecision::BFloat16 ? memory::data_type::bf16 : memory::data_type::f32), engine(dnnl::engine::kind::cpu, 0), stream(engine) {}

  memory::desc matrix(std::size_t rows, std::size_t columns) const { return {{dim(rows), dim(columns)}, type, memory::format_tag::ab}; }
  static memory::desc row(std::size_t columns) { return {{1, dim(columns)}, memory::data_type::f32, memory::format_tag::ab}; }
  std::size_t bytes_of(std::size_t values) const { return values * memory::data_type_size(type); }
  memory at(const memory::desc& described, const void* data) const { return {described, engine, const_cast<void*>(data)}; }

  memory copy(const memory::desc& from, const std::vector<float>& values, const memory::desc& to) {
    memory source = at(from, values.data());
    memory target(to, engine);
    move(source, target);
    return target;
  }
  void move(memory from, memory to) {
    dnnl::reorder(from, to).execute(stream, from, to);
    stream.wait();
  }

  memory::data_type type;
  dnnl::engine engine;
  dnnl::stream stream;
};

/// Values of the device's type.
class Buffer {
 public:
  Buffer(const Device& device, std::size_t values) : bytes_(device.bytes_of(values)), value_bytes_(device.bytes_of(1)) {}
  void grow(std::size_t values) { bytes_.resize(std::max(bytes_.size(), values * value_bytes_)); }
  std::byte* at(std::size_t value) { return bytes_.data() + value * value_bytes_; }

 private:
  std::vector<std::byte> bytes_;
  std::size_t value_bytes_;
};

/// y = x Wᵀ + b, then GELU or a residual. The kernels of one shape serve all layers.
class Projection {
 public:
  enum class Then { Nothing, Gelu, Residual };
  struct Weights {
    memory matrix, bias;
  };

  Projection(Device& device, std::size_t inputs, std::size_t outputs, Then then) : device_(device), inputs_(inputs), outputs_(outputs), then_(then) {
    const auto any = memory::desc({dim(inputs_), dim(outputs_)}, device_.type, memory::format_tag::any);
    packed_ = describe(kMaxTokens, any).weights_desc();
  }

  Weights pack(const std::vector<float>& matrix, const std::vector<float>& bias) {
    const memory::desc as_stored({dim(inputs_), dim(outputs_)}, memory::data_type::f32, memory::format_tag::ba);
    return {device_.copy(as_stored, matrix, packed_), device_.copy(Device::row(outputs_), bias, Device::row(outputs_))};
  }

  void run(std::size_t rows, const Weights& weights, const void* from, void* to, const void* residual = nullptr) {
    auto kernel = kernels_.find(rows);
    if (kernel == kernels_.end()) kernel = kernels_.emplace(rows, dnnl::matmul(describe(rows, packed_))).first;
    const memory::desc out = device_.matrix(rows, outputs_);
    std::unordered_map<int, memory> arguments{{DNNL_ARG_SRC, device_.at(device_.matrix(rows, inputs_), from)},
                                              {DNNL_ARG_WEIGHTS, weights.matrix},
                                              {DNNL_ARG_BIAS, weights.bias},
                                              {DNNL_ARG_DST, device_.at(out, to)}};
    if (then_ == Then::Residual) arguments.emplace(DNNL_ARG_ATTR_MULTIPLE_POST_OP(0) | DNNL_ARG_SRC_1, device_.at(out, residual));
    kernel->second.execute(device_.stream, arguments);
  }

 private:
  dnnl::matmul::primitive_desc describe(std::size_t rows, const memory::desc& weights) const {
    const memory::desc out = device_.matrix(rows, outputs_);
    dnnl::post_ops after;
    if (then_ == Then::Gelu) after.append_eltwise(1, dnnl::algorithm::eltwise_gelu_erf, 0, 0);
    if (then_ == Then::Residual) after.append_binary(dnnl::algorithm::binary_add, out);
    dnnl::primitive_attr attributes;
    attributes.set_post_ops(after);
    return {{device_.matrix(rows, inputs_), weights, Device::row(outputs_), out}, attributes, device_.engine};
  }

  Device& device_;
  std::size_t inputs_, outputs_;
  Then then_;
  memory::desc packed_;
  std::map<std::size_t, dnnl::matmul> kernels_;
};

/// Each row to mean 0 and variance 1, then a scale and a shift (Ba et al. 2016), in place.
class Normalisation {
 public:
  struct Weights {
    memory scale, shift;
  };

  Normalisation(Device& device, std::size_t columns, float epsilon) : device_(device), columns_(columns), epsilon_(epsilon) {}

  Weights pack(const std::vector<float>& scale, const std::vector<float>& shift) {
    const memory::desc values({dim(columns_)}, memory::data_type::f32, memory::format_tag::a);
    return {device_.copy(values, scale, values), device_.copy(values, shift, values)};
  }

  void run(std::size_t rows, const Weights& weights, void* in_place) {
    const memory::desc described = device_.matrix(rows, columns_);
    auto kernel = kernels_.find(rows);
    if (kernel == kernels_.end()) {
      const auto flags = dnnl::normalization_flags::use_scale | dnnl::normalization_flags::use_shift;
      const dnnl::layer_normalization_forward::desc wanted(dnnl::prop_kind::forward_inference, described, epsilon_, flags);
      kernel = kernels_.emplace(rows, dnnl::layer_normalization_forward({wanted, device_.engine})).first;
    }
    const memory values = device_.at(described, in_place);
    kernel->second.execute(device_.stream, {{DNNL_ARG_SRC, values}, {DNNL_ARG_DST, values}, {DNNL_ARG_SCALE, weights.scale}, {DNNL_ARG_SHIFT, weights.shift}});
  }

 private:
  Device& device_;
  std::size_t columns_;
  float epsilon_;
  std::map<std::size_t, dnnl::layer_normalization_forward> kernels_;
};

/// Scaled dot-product attention of one text, all heads (Vaswani et al. 2017).
class Attention {
 public:
  Attention(Device& device, std::size_t hidden, std::size_t heads) : device_(device), hidden_(hidden), heads_(heads), scores_(device, 0) {}

  /// `projected` is [tokens, 3 hidden]: query, key and value side by side. `to` is [tokens, hidden].
  void run(std::size_t tokens, Buffer& projected, std::size_t first, void* to) {
    const Kernels& kernels = of(tokens);
    scores_.grow(heads_ * tokens * tokens);
    const std::size_t row = first * 3 * hidden_;
    const memory scores = device_.at(kernels.scores, scores_.at(0));
    kernels.multiply.execute(device_.stream, {{DNNL_ARG_SRC, device_.at(kernels.queries, projected.at(row))},
                                              {DNNL_ARG_WEIGHTS, device_.at(kernels.keys, projected.at(row + hidden_))},
                                              {DNNL_ARG_DST, scores}});
    kernels.softmax.execute(device_.stream, {{DNNL_ARG_SRC, scores}, {DNNL_ARG_DST, scores}});
    kernels.mix.execute(device_.stream, {{DNNL_ARG_SRC, scores},
                                         {DNNL_ARG_WEIGHTS, device_.at(kernels.values, projected.at(row + 2 * hidden_))},
                                         {DNNL_ARG_DST, device_.at(kernels.mixed, to)}});
  }

 private:
  struct Kernels {
    memory::desc queries, keys, values, scores, mixed;
    dnnl::matmul multiply, mix;
    dnnl::softmax_forward softmax;
  };

  const Kernels& of(std::size_t tokens) {
    if (const auto known = kernels_.find(tokens); known != kernels_.end()) return known->second;
    const memory::dim length = dim(tokens), heads = dim(heads_), wide = dim(hidden_ / heads_), all = dim(hidden_);
    const memory::dims by_token{heads, length, wide}, by_column{heads, wide, length};
    Kernels made{.queries = {by_token, device_.type, memory::dims{wide, 3 * all, 1}},
                 .keys = {by_column, device_.type, memory::dims{wide, 1, 3 * all}},
                 .values = {by_token, device_.type, memory::dims{wide, 3 * all, 1}},
                 .scores = {{heads, length, length}, device_.type, memory::format_tag::abc},
                 .mixed = {by_token, device_.type, memory::dims{wide, all, 1}}};
    dnnl::primitive_attr scaled;
    scaled.set_output_scales(0, {1 / std::sqrt(static_cast<float>(wide))});
    made.multiply = dnnl::matmul({{made.queries, made.keys, made.scores}, scaled, device_.engine});
    made.softmax = dnnl::softmax_forward({{dnnl::prop_kind::forward_inference, made.scores, 2}, device_.engine});
    made.mix = dnnl::matmul({{made.scores, made.values, made.mixed}, device_.engine});
    return kernels_.emplace(tokens, std::move(made)).first->second;
  }

  Device& device_;
  std::size_t hidden_, heads_;
  Buffer scores_;
  std::map<std::size_t, Kernels> kernels_;
};

struct Layer {
  Projection::Weights to_attention, from_attention, widen, narrow;
  Normalisation::Weights attention_norm, output_norm;
};

/// The network's kernels, and room for what is between its layers. One thread uses it at a time.
class Lane {
 public:
  Lane(const BertShape& shape, BertPrecision precision)
      : device(precision), to_attention(device, shape.hidden, 3 * shape.hidden, Projection::Then::Nothing),
        from_attention(device, shape.hidden, shape.hidden, Projection::Then::Residual), widen(device, shape.hidden, shape.feed_forward, Projection::Then::Gelu),
        narrow(device, shape.feed_forward, shape.hidden, Projection::Then::Residual), normalisation(device, shape.hidden, shape.epsilon), hidden_(shape.hidden),
        attention_(device, shape.hidden, shape.heads), states_(device, kMaxTokens * shape.hidden), projected_(device, kMaxTokens * 3 * shape.hidden),
        mixed_(device, kMaxTokens * shape.hidden), attended_(device, kMaxTokens * shape.hidden), wide_(device, kMaxTokens * shape.feed_forward) {}

  /// `states` is [rows, hidden], rows in whole blocks: the sums of the embeddings, and then what comes out of the last layer.
  void run(std::span<const TokenSpan> texts, std::vector<float>& states, const Normalisation::Weights& embedding_norm, const std::vector<Layer>& layers) {
    const std::size_t rows = states.size() / hidden_;
    const memory::desc as_floats({dim(rows), dim(hidden_)}, memory::data_type::f32, memory::format_tag::ab);
    device.move(device.at(as_floats, states.data()), device.at(device.matrix(rows, hidden_), states_.at(0)));
    normalisation.run(rows, embedding_norm, states_.at(0));
    for (const Layer& layer : layers) {
      to_attention.run(rows, layer.to_attention, states_.at(0), projected_.at(0));
      std::size_t first = 0;
      for (const TokenSpan text : texts) {
        attention_.run(text.size(), projected_, first, mixed_.at(first * hidden_));
        first += text.size();
      }
      from_attention.run(rows, layer.from_attention, mixed_.at(0), attended_.at(0), states_.at(0));
      normalisation.run(rows, layer.attention_norm, attended_.at(0));
      widen.run(rows, layer.widen, attended_.at(0), wide_.at(0));
      narrow.run(rows, layer.narrow, wide_.at(0), states_.at(0), attended_.at(0));
      normalisation.run(rows, layer.output_norm, states_.at(0));
    }
    device.move(device.at(device.matrix(rows, hidden_), states_.at(0)), device.at(as_floats, states.data()));
  }

  Device device;
  Projection to_attention, from_attention, widen, narrow;
  Normalisation normalisation;

 private:
  std::size_t hidden_;
  Attention attention_;
  Buffer states_, projected_, mixed_, attended_, wide_;
};

class BertEncoder final : public TokenEncoder {
 public:
  BertEncoder(std::unique_ptr<BertWeights> weights, BertPrecision precision, int threads)
      : weights_(std::move(weights)), shape_(weights_->shape()), precision_(precision), lanes_(static_cast<std::size_t>(threads)),
        types_(weights_->tensor("token_types.weight")) {
    Lane& lane = lane_at(0);
    const auto norm = [&](const std::string& name) { return lane.normalisation.pack(weights_->tensor(name + ".weight"), weights_->tensor(name + ".bias")); };
    embedding_norm_ = norm("token_embd_norm");
    for (std::size_t index = 0; index < shape_.layers; ++index) {
      const std::string prefix = fmt::format("blk.{}.", index);
      const auto linear = [&](Projection& projection, std::initializer_list<std::string_view> names) {
        std::vector<float> matrix, bias;
        for (const std::string_view name : names) {
          const auto more = weights_->tensor(fmt::format("{}{}.weight", prefix, name)), added = weights_->tensor(fmt::format("{}{}.bias", prefix, name));
          matrix.insert(matrix.end(), more.begin(), more.end());
          bias.insert(bias.end(), added.begin(), added.end());
        }
        return projection.pack(matrix, bias);
      };
      layers_.push_back({.to_attention = linear(lane.to_attention, {"attn_q", "attn_k", "attn_v"}),
                         .from_attention = linear(lane.from_attention, {"attn_output"}),
                         .widen = linear(lane.widen, {"ffn_up"}),
                         .narrow = linear(lane.narrow, {"ffn_down"}),
                         .attention_norm = norm(prefix + "attn_output_norm"),
                         .output_norm = norm(prefix + "layer_output_norm")});
    }
  }

  std::size_t lanes() const override { return lanes_.size(); }
  std::size_t max_texts() const override { return kMaxTexts; }
  std::size_t max_tokens() const override { return kMaxTokens; }
  std::size_t max_tokens_of_a_text() const override { return shape_.positions; }
  std::size_t dims() const override { return shape_.hidden; }

  std::vector<float> encode(std::span<const TokenSpan> texts, std::size_t lane) override try {
    std::vector<float> states = embed_tokens(texts);
    lane_at(lane).run(texts, states, embedding_norm_, layers_);
    return pool(texts, states);
  } catch (const dnnl::error& error) {
    throw Error(error.status == dnnl_out_of_memory ? ErrorKind::Unavailable : ErrorKind::Internal, fmt::format("[oneDNN] embedding failed: {}", error.what()));
  }

 private:
  /// Made when it is first used, for it takes some megabytes.
  Lane& lane_at(std::size_t index) {
    omp_set_num_threads(1);  // of what the calling thread starts: a lane waits for nobody
    auto& lane = lanes_.at(index);
    if (!lane) lane = std::make_unique<Lane>(shape_, precision_);
    return *lane;
  }

  /// The sums of the embeddings of word, place and type, [rows, hidden], in whole blocks of rows.
  std::vector<float> embed_tokens(std::span<const TokenSpan> texts) const {
    std::size_t tokens = 0;
    for (const TokenSpan text : texts) tokens += text.size();
    std::vector<float> sums((tokens + kBlockRows - 1) / kBlockRows * kBlockRows * dims()), place(dims());
    std::size_t row = 0;
    for (const TokenSpan text : texts) {
      for (std::size_t index = 0; index < text.size(); ++index, ++row) {
        const std::span<float> sum = std::span(sums).subspan(row * dims(), dims());
        weights_->row("token_embd.weight", static_cast<std::size_t>(text[index]), sum);
        weights_->row("position_embd.weight", index, place);
        for (std::size_t i = 0; i < dims(); ++i) sum[i] += place[i] + types_[i];
      }
    }
    return sums;
  }

  std::vector<float> pool(std::span<const TokenSpan> texts, const std::vector<float>& states) const {
    std::vector<float> pooled(texts.size() * dims());
    std::size_t row = 0;
    for (std::size_t text = 0; text < texts.size(); ++text) {
      const std::size_t taken = shape_.pooling == Pooling::Mean ? texts[text].size() : 1;
      for (std::size_t index = 0; index < taken; ++index) {
        for (std::size_t i = 0; i < dims(); ++i) pooled[text * dims() + i] += states[(row + index) * dims() + i] / static_cast<float>(taken);
      }
      row += texts[text].size();
    }
    return pooled;
  }

  std::unique_ptr<BertWeights> weights_;
  BertShape shape_;
  BertPrecision precision_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::vector<float> types_;
  Normalisation::Weights embedding_norm_;
  std::vector<Layer> layers_;
};

}  // namespace

std::optional<BertPrecision> bert_precision_here() {
  switch (dnnl::get_effective_cpu_isa()) {
    case dnnl::cpu_isa::avx512_core_bf16:
    case dnnl::cpu_isa::avx512_core_amx: return BertPrecision::BFloat16;
    case dnnl::cpu_isa::avx512_core:
    case dnnl::cpu_isa::avx512_core_vnni: return BertPrecision::Float32;
    default: return std::nullopt;
  }
}

std::unique_ptr<TokenEncoder> load_bert_encoder(const std::filesystem::path& file, BertPrecision precision, int threads) try {
  auto weights = BertWeights::open(file);
  if (!weights || weights->shape().positions > kMaxTokens) return nullptr;
  return std::make_unique<BertEncoder>(std::move(weights), precision, threads);
} catch (const dnnl::error& error) {
  throw Error(ErrorKind::Unavailable, fmt::format("[oneDNN] cannot load '{}': {}", file.string(), error.what()));
}

}  // namespace panduan::llm
#else
namespace panduan::llm {

std::optional<BertPrecision> bert_precision_here() { return std::nullopt; }
std::unique_ptr<TokenEncoder> load_bert_encoder(const std::filesystem::path&, BertPrecision, int) { return nullptr; }

}  // namespace panduan::llm
#endif
