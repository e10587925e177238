#include "llm/onednn/bert_weights.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <ggml.h>
#include <gguf.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/file.h"

namespace panduan::llm {
namespace {

struct FreeGguf {
  void operator()(gguf_context* context) const { gguf_free(context); }
};
struct FreeGgml {
  void operator()(ggml_context* context) const { ggml_free(context); }
};

class MappedFile {
 public:
  explicit MappedFile(const std::filesystem::path& path) {
    const std::string what = fmt::format("cannot read the model '{}'", path.string());
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) throw error_from_errno(errno, what);
    struct stat status{};
    const bool is_known = ::fstat(descriptor, &status) == 0 && status.st_size > 0;
    void* const mapped = is_known ? ::mmap(nullptr, static_cast<std::size_t>(status.st_size), PROT_READ, MAP_PRIVATE, descriptor, 0) : MAP_FAILED;
    const int why = errno;
    ::close(descriptor);
    if (mapped == MAP_FAILED) throw error_from_errno(why, what);
    bytes_ = {static_cast<const std::byte*>(mapped), static_cast<std::size_t>(status.st_size)};
  }
  ~MappedFile() { ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size()); }
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  std::span<const std::byte> bytes() const { return bytes_; }

 private:
  std::span<const std::byte> bytes_;
};

struct StoredTensor {
  ggml_type type = GGML_TYPE_F32;
  std::size_t rows = 0, columns = 0;
  const std::byte* data = nullptr;
  std::size_t row_bytes() const { return ggml_row_size(type, static_cast<std::int64_t>(columns)); }
};

void read_values(const StoredTensor& tensor, const std::byte* from, std::span<float> values) {
  if (tensor.type == GGML_TYPE_F32) std::memcpy(values.data(), from, values.size_bytes());
  else ggml_get_type_traits(tensor.type)->to_float(from, values.data(), static_cast<std::int64_t>(values.size()));
}

std::size_t number(const gguf_context& gguf, const char* key) {
  const std::int64_t id = gguf_find_key(&gguf, key);
  return id >= 0 && gguf_get_kv_type(&gguf, id) == GGUF_TYPE_UINT32 ? gguf_get_val_u32(&gguf, id) : 0;
}

std::string_view text(const gguf_context& gguf, const char* key) {
  const std::int64_t id = gguf_find_key(&gguf, key);
  return id >= 0 && gguf_get_kv_type(&gguf, id) == GGUF_TYPE_STRING ? gguf_get_val_str(&gguf, id) : "";
}

bool flag(const gguf_context& gguf, const char* key) {
  const std::int64_t id = gguf_find_key(&gguf, key);
  return id >= 0 && gguf_get_kv_type(&gguf, id) == GGUF_TYPE_BOOL && gguf_get_val_bool(&gguf, id);
}

std::optional<BertShape> shape_of(const gguf_context& gguf) {
  constexpr std::size_t kMean = 1, kFirst = 2;  // llama.cpp's LLAMA_POOLING_TYPE_…
  const std::size_t pooling = number(gguf, "bert.pooling_type");
  const std::int64_t epsilon = gguf_find_key(&gguf, "bert.attention.layer_norm_epsilon");
  if (text(gguf, "general.architecture") != "bert" || flag(gguf, "bert.attention.causal") || (pooling != kMean && pooling != kFirst) || epsilon < 0 ||
      gguf_get_kv_type(&gguf, epsilon) != GGUF_TYPE_FLOAT32)
    return std::nullopt;
  BertShape shape{.hidden = number(gguf, "bert.embedding_length"),
                  .heads = number(gguf, "bert.attention.head_count"),
                  .feed_forward = number(gguf, "bert.feed_forward_length"),
                  .layers = number(gguf, "bert.block_count"),
                  .positions = number(gguf, "bert.context_length"),
                  .epsilon = gguf_get_val_f32(&gguf, epsilon),
                  .pooling = pooling == kMean ? Pooling::Mean : Pooling::FirstToken};
  if (shape.hidden == 0 || shape.heads == 0 || shape.hidden % shape.heads != 0 || shape.feed_forward == 0 || shape.layers == 0 || shape.positions == 0)
    return std::nullopt;
  return shape;
}

}  // namespace

struct BertWeights::File {
  explicit File(const std::filesystem::path& path) : mapped(path) {}

  MappedFile mapped;
  BertShape shape;
  std::map<std::string, StoredTensor> tensors;

  /// Whether all tensors of the shape are there, and no others: those would be another network's.
  bool is_complete() const {
    if (shape.layers > tensors.size()) return false;
    std::map<std::string, std::pair<std::size_t, std::size_t>> wanted{{"token_embd.weight", {shape.vocabulary, shape.hidden}},
                                                                      {"position_embd.weight", {shape.positions, shape.hidden}},
                                                                      {"token_embd_norm.weight", {1, shape.hidden}},
                                                                      {"token_embd_norm.bias", {1, shape.hidden}}};
    for (std::size_t layer = 0; layer < shape.layers; ++layer) {
      const auto want = [&](std::string_view name, std::size_t outputs, std::size_t inputs) {
        wanted.emplace(fmt::format("blk.{}.{}.weight", layer, name), std::pair(outputs, inputs));
        wanted.emplace(fmt::format("blk.{}.{}.bias", layer, name), std::pair(std::size_t{1}, outputs));
      };
      for (const char* square : {"attn_q", "attn_k", "attn_v", "attn_output"}) want(square, shape.hidden, shape.hidden);
      want("ffn_up", shape.feed_forward, shape.hidden);
      want("ffn_down", shape.hidden, shape.feed_forward);
      for (const char* norm : {"attn_output_norm", "layer_output_norm"}) {
        for (const char* part : {"weight", "bias"}) wanted.emplace(fmt::format("blk.{}.{}.{}", layer, norm, part), std::pair(std::size_t{1}, shape.hidden));
      }
    }
    std::size_t found = 0;
    for (const auto& [name, tensor] : tensors) {
      if (name == "token_types.weight") {
        if (tensor.columns != shape.hidden || tensor.rows == 0) return false;
        ++found;
        continue;
      }
      const auto at = wanted.find(name);
      if (at == wanted.end() || at->second != std::pair(tensor.rows, tensor.columns)) return false;
    }
    return found == 1 && tensors.size() == wanted.size() + 1;
  }
};

BertWeights::BertWeights(std::unique_ptr<File> file) : file_(std::move(file)) {}
BertWeights::~BertWeights() = default;

std::unique_ptr<BertWeights> BertWeights::open(const std::filesystem::path& path) {
  ggml_context* described = nullptr;
  const std::unique_ptr<gguf_context, FreeGguf> gguf(gguf_init_from_file(path.c_str(), {.no_alloc = true, .ctx = &described}));
  const std::unique_ptr<ggml_context, FreeGgml> tensors(described);
  if (!gguf) return nullptr;
  const auto shape = shape_of(*gguf);
  if (!shape) return nullptr;
  auto file = std::make_unique<File>(path);
  file->shape = *shape;
  const std::span<const std::byte> bytes = file->mapped.bytes();
  for (std::int64_t id = 0; id < gguf_get_n_tensors(gguf.get()); ++id) {
    const char* name = gguf_get_tensor_name(gguf.get(), id);
    const ggml_tensor* tensor = ggml_get_tensor(tensors.get(), name);
    const std::size_t at = gguf_get_data_offset(gguf.get()) + gguf_get_tensor_offset(gguf.get(), id);
    const bool is_read = tensor->type == GGML_TYPE_F32 || ggml_get_type_traits(tensor->type)->to_float != nullptr;
    if (!is_read || ggml_n_dims(tensor) > 2 || at > bytes.size() || ggml_nbytes(tensor) > bytes.size() - at) return nullptr;
    file->tensors.emplace(name, StoredTensor{.type = tensor->type,
                                             .rows = static_cast<std::size_t>(tensor->ne[1]),
                                             .columns = static_cast<std::size_t>(tensor->ne[0]),
                                             .data = bytes.data() + at});
  }
  if (const auto words = file->tensors.find("token_embd.weight"); words != file->tensors.end()) file->shape.vocabulary = words->second.rows;
  if (!file->is_complete()) return nullptr;
  return std::unique_ptr<BertWeights>(new BertWeights(std::move(file)));
}

const BertShape& BertWeights::shape() const { return file_->shape; }

std::vector<float> BertWeights::tensor(const std::string& name) const {
  const StoredTensor& stored = file_->tensors.at(name);
  std::vector<float> values(stored.rows * stored.columns);
  read_values(stored, stored.data, values);
  return values;
}

void BertWeights::row(const std::string& name, std::size_t index, std::span<float> values) const {
  const StoredTensor& stored = file_->tensors.at(name);
  read_values(stored, stored.data + index * stored.row_bytes(), values);
}

}  // namespace panduan::llm
