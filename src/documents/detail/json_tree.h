#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace panduan::documents::detail {

/// JSON values as a flat tree, in the order of the file. Numbers, and the words true, false and null, are as they are written; texts are decoded.
struct JsonTree {
  enum class Kind : std::uint8_t { Word, Text, Array, Object };
  struct Node {
    Kind kind = Kind::Word;
    std::uint32_t key = 0;   ///< index in `texts` of its name in the object around it; else of an empty text
    std::uint32_t text = 0;  ///< index in `texts` of what a word or text says
    std::uint32_t end = 0;   ///< the first node behind it and all that is in it
    std::uint32_t size = 0;  ///< of an array or object: how many values stand in it
  };
  std::vector<Node> nodes;         ///< the value itself is the first; what is in a node follows it
  std::vector<std::string> texts;  ///< valid UTF-8
};

/// Reads JSON values that stand one behind the other (RFC 8259; JSON Lines), and what people write in its name: comments, a comma behind the last value, NaN.
class JsonReader {
 public:
  static constexpr std::size_t kMaxDepth = 100;
  static constexpr std::size_t kMaxNodes = 4'000'000;  ///< of one value
  /// `text` is valid UTF-8 and is not copied.
  explicit JsonReader(std::string_view text) : text_(text) {}
  /// The next value, nullopt at the end. Throws Error: Corrupt (not JSON: where, and what stands there), TooLarge (nests too deep, too many values).
  std::optional<JsonTree> next();

 private:
  struct Open;
  [[noreturn]] void fail(std::string_view wanted) const;
  void skip_blanks();
  bool take(char c);
  bool at_end() const { return position_ >= text_.size(); }
  std::string read_string();
  void read_escape(std::string& into);
  unsigned read_code_unit();
  std::string read_word();
  void begin_value(JsonTree& tree, std::vector<Open>& open, std::string key);
  bool go_on(JsonTree& tree, std::vector<Open>& open);

  std::string_view text_;
  std::size_t position_ = 0;
};

}  // namespace panduan::documents::detail
