// The blob, little endian: "E5S1", version; seven sizes, epsilon and the block size; the unigram pieces with their scores; a map
// of characters to their normal form; the table of tensors (name, type, count, offset, bytes); the tensors' bytes.
// The map is not carried over: llama.cpp only takes SentencePiece's own trie of it, and NFKC before tokenizing does the same.
#include "llm/e5_import.h"

#include <fmt/format.h>
#include <ggml.h>
#include <gguf.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <initializer_list>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "base/unicode.h"

namespace panduan::llm {
namespace {

static_assert(std::endian::native == std::endian::little, "the blob's numbers are copied as they stand");

constexpr std::string_view kMagic = "E5S1";
constexpr std::uint32_t kVersion = 1;
constexpr std::uint64_t kMaxBlobBytes = 512ULL << 20U;
constexpr int kBlockWeights = 32;  // of Q4_0: an f16 scale and 16 bytes of two weights each
constexpr int kBlockBytes = 18;

// llama.cpp's llama_token_type, as it stands in a GGUF file.
enum TokenType : std::int32_t { kNormal = 1, kUnknown = 2, kControl = 3, kUnused = 5 };

[[noreturn]] void corrupt(const std::string& why) { throw Error(ErrorKind::Corrupt, fmt::format("this is not a sound e5 model file: {}", why)); }

/// Reads numbers and bytes in order and never beyond the end.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  template <class T>
    requires std::is_trivially_copyable_v<T>
  T number() {
    T value;
    std::memcpy(&value, take(sizeof(T)).data(), sizeof(T));
    return value;
  }
  template <class T>
  std::vector<T> numbers(std::size_t count) {
    if (count > bytes_.size() / sizeof(T)) corrupt("it is cut short");
    std::vector<T> values(count);
    std::memcpy(values.data(), take(count * sizeof(T)).data(), count * sizeof(T));
    return values;
  }
  std::string_view take(std::uint64_t count) {
    if (count > bytes_.size() - position_) corrupt("it is cut short");
    const std::string_view taken = bytes_.substr(position_, count);
    position_ += count;
    return taken;
  }
  int size_between(int low, int high, std::string_view name) {
    const auto value = number<std::int32_t>();
    if (value < low || value > high) corrupt(fmt::format("{} is {}, expected {} to {}", name, value, low, high));
    return value;
  }

 private:
  std::string_view bytes_;
  std::size_t position_ = 0;
};

struct Shape {
  int hidden, layers, heads, ffn, vocabulary, positions, token_types;
  float epsilon;
};

struct Tokenizer {
  std::vector<std::string> pieces;  // [vocabulary]
  std::vector<float> scores;        // [vocabulary]
  std::vector<std::int32_t> types;  // [vocabulary]
  int bos, eos, pad, unknown;
};

struct Tensor {
  ggml_type type;
  std::string_view bytes;
};

struct Blob {
  Shape shape;
  Tokenizer tokenizer;
  std::map<std::string, Tensor, std::less<>> tensors;
};

Shape read_shape(Reader& reader) {
  Shape shape{};
  shape.hidden = reader.size_between(kBlockWeights, 8192, "the hidden size");
  shape.layers = reader.size_between(1, 128, "the number of layers");
  shape.heads = reader.size_between(1, 128, "the number of heads");
  shape.ffn = reader.size_between(kBlockWeights, 65536, "the feed-forward size");
  shape.vocabulary = reader.size_between(4, 2'000'000, "the vocabulary's size");
  shape.positions = reader.size_between(1, 65536, "the number of positions");
  shape.token_types = reader.size_between(1, 16, "the number of token types");
  shape.epsilon = reader.number<float>();
  if (!std::isfinite(shape.epsilon) || shape.epsilon <= 0 || shape.epsilon > 1) corrupt("the epsilon of its norms makes no sense");
  reader.size_between(kBlockWeights, kBlockWeights, "the block size");
  if (shape.hidden % kBlockWeights != 0 || shape.ffn % kBlockWeights != 0 || shape.hidden % shape.heads != 0) corrupt("its sizes do not divide");
  return shape;
}

Tokenizer read_tokenizer(Reader& reader, int vocabulary) {
  const int count = reader.size_between(4, vocabulary, "the number of pieces");
  Tokenizer tokenizer{};
  tokenizer.bos = reader.size_between(0, count - 1, "the first token's id");
  tokenizer.eos = reader.size_between(0, count - 1, "the last token's id");
  tokenizer.pad = reader.size_between(0, count - 1, "the padding token's id");
  tokenizer.unknown = reader.size_between(0, count - 1, "the unknown token's id");
  const auto blob_bytes = reader.number<std::uint64_t>();
  const auto offsets = reader.numbers<std::uint32_t>(static_cast<std::size_t>(count) + 1);
  tokenizer.scores = reader.numbers<float>(static_cast<std::size_t>(count));
  const std::string_view text = reader.take(blob_bytes);

  if (offsets.back() > text.size() || !std::is_sorted(offsets.begin(), offsets.end())) corrupt("the pieces' offsets are out of order");
  if (!std::all_of(tokenizer.scores.begin(), tokenizer.scores.end(), [](float score) { return std::isfinite(score); })) corrupt("a piece's score is no number");
  for (std::size_t i = 0; i + 1 < offsets.size(); ++i) {
    const std::string_view piece = text.substr(offsets[i], offsets[i + 1] - offsets[i]);
    if (piece.empty() || piece.find('\0') != std::string_view::npos || !is_valid_utf8(piece)) corrupt(fmt::format("piece {} is not text", i));
    tokenizer.pieces.emplace_back(piece);
  }
  tokenizer.types.assign(tokenizer.pieces.size(), kNormal);
  // The embedding table has rows beyond the pieces, which no text reaches; llama.cpp wants a token for each row.
  for (int i = count; i < vocabulary; ++i) tokenizer.pieces.push_back(fmt::format("[PAD{}]", i));
  tokenizer.scores.resize(static_cast<std::size_t>(vocabulary), -10000.0F);
  tokenizer.types.resize(static_cast<std::size_t>(vocabulary), kUnused);
  for (const int id : {tokenizer.bos, tokenizer.eos, tokenizer.pad}) tokenizer.types[static_cast<std::size_t>(id)] = kControl;
  tokenizer.types[static_cast<std::size_t>(tokenizer.unknown)] = kUnknown;
  return tokenizer;
}

std::map<std::string, Tensor, std::less<>> read_tensors(Reader& reader, std::string_view whole) {
  std::map<std::string, Tensor, std::less<>> tensors;
  const int count = reader.size_between(1, 4096, "the number of tensors");
  for (int i = 0; i < count; ++i) {
    const std::string name(reader.take(reader.number<std::uint16_t>()));
    const auto type = reader.number<std::uint8_t>();
    const auto values = reader.number<std::uint32_t>();
    const auto offset = reader.number<std::uint64_t>();
    const auto bytes = reader.number<std::uint64_t>();
    if (type > 1) corrupt(fmt::format("tensor {} has the unknown type {}", i, type));
    const std::uint64_t expected = type == 0 ? values * 4ULL : values / kBlockWeights * static_cast<std::uint64_t>(kBlockBytes);
    if (bytes != expected || (type == 1 && values % kBlockWeights != 0)) corrupt(fmt::format("tensor {} has {} bytes, expected {}", i, bytes, expected));
    if (offset > whole.size() || bytes > whole.size() - offset) corrupt(fmt::format("tensor {} lies beyond the end of the file", i));
    if (!tensors.try_emplace(name, Tensor{type == 0 ? GGML_TYPE_F32 : GGML_TYPE_Q4_0, whole.substr(offset, bytes)}).second) {
      corrupt(fmt::format("tensor {} stands there twice", i));
    }
  }
  return tensors;
}

Blob parse(std::string_view whole) {
  Reader reader(whole);
  if (reader.take(kMagic.size()) != kMagic) corrupt("it does not begin with E5S1");
  if (const auto version = reader.number<std::uint32_t>(); version != kVersion) corrupt(fmt::format("its version is {}, expected {}", version, kVersion));
  Blob blob{};
  blob.shape = read_shape(reader);
  blob.tokenizer = read_tokenizer(reader, blob.shape.vocabulary);
  reader.number<std::int32_t>();               // entries of the normalisation map
  reader.take(reader.number<std::uint32_t>());  // the map
  blob.tensors = read_tensors(reader, whole);
  return blob;
}

struct FreeGguf {
  void operator()(gguf_context* context) const { gguf_free(context); }
};
struct FreeGgml {
  void operator()(ggml_context* context) const { ggml_free(context); }
};
struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

/// Fills a GGUF in memory; tensors refer to the blob's bytes and are only read when it is written.
class Writer {
 public:
  explicit Writer(const Blob& blob)
      : blob_(blob), gguf_(gguf_init_empty()),
        shapes_(ggml_init({.mem_size = (blob.tensors.size() + 1) * ggml_tensor_overhead(), .mem_buffer = nullptr, .no_alloc = true})) {
    if (!gguf_ || !shapes_) throw Error(ErrorKind::Unavailable, "there is not enough memory to convert the e5 model");
  }

  void describe_model() {
    const Shape& shape = blob_.shape;
    text("general.architecture", "bert");
    text("general.name", "multilingual-e5-small");
    text("general.license", "mit");
    number("bert.context_length", shape.positions);
    number("bert.embedding_length", shape.hidden);
    number("bert.block_count", shape.layers);
    number("bert.feed_forward_length", shape.ffn);
    number("bert.attention.head_count", shape.heads);
    gguf_set_val_f32(gguf_.get(), "bert.attention.layer_norm_epsilon", shape.epsilon);
    flag("bert.attention.causal", false);
    number("bert.pooling_type", 1);     // the mean
    number("general.file_type", 2);     // mostly Q4_0
  }

  void describe_tokenizer() {
    const Tokenizer& tokenizer = blob_.tokenizer;
    std::vector<const char*> pieces;
    for (const auto& piece : tokenizer.pieces) pieces.push_back(piece.c_str());
    text("tokenizer.ggml.model", "t5");  // llama.cpp's name for a unigram model
    text("tokenizer.ggml.pre", "default");
    gguf_set_arr_str(gguf_.get(), "tokenizer.ggml.tokens", pieces.data(), pieces.size());
    gguf_set_arr_data(gguf_.get(), "tokenizer.ggml.scores", GGUF_TYPE_FLOAT32, tokenizer.scores.data(), tokenizer.scores.size());
    gguf_set_arr_data(gguf_.get(), "tokenizer.ggml.token_type", GGUF_TYPE_INT32, tokenizer.types.data(), tokenizer.types.size());
    flag("tokenizer.ggml.add_space_prefix", true);
    number("tokenizer.ggml.token_type_count", blob_.shape.token_types);
    flag("tokenizer.ggml.remove_extra_whitespaces", true);
    number("tokenizer.ggml.bos_token_id", tokenizer.bos);
    number("tokenizer.ggml.eos_token_id", tokenizer.eos);
    number("tokenizer.ggml.unknown_token_id", tokenizer.unknown);
    number("tokenizer.ggml.seperator_token_id", tokenizer.eos);  // spelled so in the format
    number("tokenizer.ggml.padding_token_id", tokenizer.pad);
    flag("tokenizer.ggml.add_bos_token", true);
    flag("tokenizer.ggml.add_eos_token", true);
  }

  void add_tensors() {
    const int hidden = blob_.shape.hidden;
    const int ffn = blob_.shape.ffn;
    tensor("emb.word", "token_embd.weight", GGML_TYPE_Q4_0, {blob_.shape.vocabulary, hidden});
    tensor("emb.pos", "position_embd.weight", GGML_TYPE_F32, {blob_.shape.positions, hidden});
    tensor("emb.type", "token_types.weight", GGML_TYPE_F32, {blob_.shape.token_types, hidden});
    tensor("emb.ln.w", "token_embd_norm.weight", GGML_TYPE_F32, {hidden});
    tensor("emb.ln.b", "token_embd_norm.bias", GGML_TYPE_F32, {hidden});
    struct Linear {
      std::string_view from, to;
      int rows, columns;
    };
    const std::array<Linear, 6> linears{{{"q", "attn_q", hidden, hidden},
                                         {"k", "attn_k", hidden, hidden},
                                         {"v", "attn_v", hidden, hidden},
                                         {"ao", "attn_output", hidden, hidden},
                                         {"fi", "ffn_up", ffn, hidden},
                                         {"fo", "ffn_down", hidden, ffn}}};
    const std::array<std::array<std::string_view, 2>, 2> norms{{{"aln", "attn_output_norm"}, {"oln", "layer_output_norm"}}};
    for (int layer = 0; layer < blob_.shape.layers; ++layer) {
      for (const auto& [from, to, rows, columns] : linears) {
        tensor(fmt::format("l{}.{}.w", layer, from), fmt::format("blk.{}.{}.weight", layer, to), GGML_TYPE_Q4_0, {rows, columns});
        tensor(fmt::format("l{}.{}.b", layer, from), fmt::format("blk.{}.{}.bias", layer, to), GGML_TYPE_F32, {rows});
      }
      for (const auto& [from, to] : norms) {
        tensor(fmt::format("l{}.{}.w", layer, from), fmt::format("blk.{}.{}.weight", layer, to), GGML_TYPE_F32, {hidden});
        tensor(fmt::format("l{}.{}.b", layer, from), fmt::format("blk.{}.{}.bias", layer, to), GGML_TYPE_F32, {hidden});
      }
    }
  }

  void write(const std::filesystem::path& path) const {
    const std::string what = fmt::format("cannot write '{}'", path.string());
    const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "wb"));
    if (!file) throw error_from_errno(errno, what);
    errno = 0;
    if (!gguf_write_to_file_ptr(gguf_.get(), file.get(), false) || std::fflush(file.get()) != 0 || ::fsync(::fileno(file.get())) != 0) {
      throw error_from_errno(errno == 0 ? EIO : errno, what);
    }
  }

 private:
  void text(const char* key, const char* value) { gguf_set_val_str(gguf_.get(), key, value); }
  void number(const char* key, int value) { gguf_set_val_u32(gguf_.get(), key, static_cast<std::uint32_t>(value)); }
  void flag(const char* key, bool value) { gguf_set_val_bool(gguf_.get(), key, value); }

  /// `shape` as [rows, columns] or [values]; ggml counts the other way round.
  void tensor(std::string_view from, const std::string& to, ggml_type type, std::initializer_list<std::int64_t> shape) {
    const auto found = blob_.tensors.find(from);
    if (found == blob_.tensors.end()) corrupt(fmt::format("the tensor '{}' is missing", from));
    std::vector<std::int64_t> extents(std::rbegin(shape), std::rend(shape));
    ggml_tensor* described = ggml_new_tensor(shapes_.get(), type, static_cast<int>(extents.size()), extents.data());
    if (found->second.type != type || found->second.bytes.size() != ggml_nbytes(described)) {
      corrupt(fmt::format("the tensor '{}' has {} bytes, expected {}", from, found->second.bytes.size(), ggml_nbytes(described)));
    }
    ggml_set_name(described, to.c_str());
    gguf_add_tensor(gguf_.get(), described);
    gguf_set_tensor_data(gguf_.get(), to.c_str(), found->second.bytes.data());
  }

  const Blob& blob_;
  std::unique_ptr<gguf_context, FreeGguf> gguf_;
  std::unique_ptr<ggml_context, FreeGgml> shapes_;
};

}  // namespace

bool is_e5_blob(std::string_view first_bytes) { return first_bytes.starts_with(kMagic); }

void convert_e5_blob(const std::filesystem::path& blob, const std::filesystem::path& gguf, const std::stop_token& stop) {
  const std::string bytes = read_file(blob, kMaxBlobBytes);
  const Blob parsed = parse(bytes);
  // ggml_new_tensor aborts the process when its pool is too small; a file with fewer tensors than the shape asks for must not get there.
  const std::size_t expected = 5 + static_cast<std::size_t>(parsed.shape.layers) * 16;
  if (parsed.tensors.size() < expected) corrupt(fmt::format("it has {} tensors, expected {}", parsed.tensors.size(), expected));
  Writer writer(parsed);
  writer.describe_model();
  writer.describe_tokenizer();
  writer.add_tensors();
  if (stop.stop_requested()) throw Error(ErrorKind::Cancelled, "the conversion was stopped");
  try {
    writer.write(gguf);
  } catch (...) {
    std::error_code ignored;
    std::filesystem::remove(gguf, ignored);
    throw;
  }
}

}  // namespace panduan::llm
