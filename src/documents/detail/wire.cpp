#include "documents/detail/wire.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

#include "base/unicode.h"

namespace panduan::documents::detail {
namespace {

using nlohmann::json;

constexpr std::size_t kMostMessageBytes = 500;

/// A word as it is sent: there are hundreds of thousands in a book.
struct PackedWord {
  std::uint32_t begin, end;
  std::array<float, 4> box;
};
static_assert(sizeof(PackedWord) == 24);

[[noreturn]] void throw_nonsense(std::string_view what) {
  throw Error(ErrorKind::Corrupt, fmt::format("what the parser's process sent back is no document ({}): the file may be made to attack it", what));
}

void require(bool holds, std::string_view what) {
  if (!holds) throw_nonsense(what);
}

json pack(const std::vector<WordBox>& words) {
  std::vector<std::uint8_t> bytes(words.size() * sizeof(PackedWord));
  for (std::size_t i = 0; i < words.size(); ++i) {
    const WordBox& word = words[i];
    const PackedWord packed{
        static_cast<std::uint32_t>(word.text.begin), static_cast<std::uint32_t>(word.text.end), {word.left, word.top, word.right, word.bottom}};
    std::memcpy(bytes.data() + i * sizeof packed, &packed, sizeof packed);
  }
  return json::binary(std::move(bytes));
}

json range_json(const ByteRange& range) { return json::array({range.begin, range.end}); }

class Reader {
 public:
  explicit Reader(const json& whole) : whole_(whole) {}

  ParsedDocument document() {
    result_.media_type = text_of(whole_, "media_type");
    result_.title = text_of(whole_, "title");
    result_.text = text_of(whole_, "text");
    std::size_t last = 0;
    for (const json& page : list_of(whole_, "pages")) {
      result_.pages.push_back({.label = text_of(page, "label"),
                               .text = range_of(page.at("text"), last),
                               .width = finite(page.at("width").get<float>()),
                               .height = finite(page.at("height").get<float>()),
                               .words = {}});
      unpack(page.at("words").get_binary(), result_.pages.back());
      last = result_.pages.back().text.end;
    }
    last = 0;
    for (const json& heading : list_of(whole_, "headings")) {
      const int level = heading.at("level").get<int>();
      require(level >= 1 && level <= 100, "level");
      result_.headings.push_back({.level = level, .text = range_of(heading.at("text"), last)});
      last = result_.headings.back().text.begin;
    }
    return std::move(result_);
  }

 private:
  static std::string text_of(const json& object, const char* name) {
    std::string text = object.at(name).get<std::string>();
    require(is_valid_utf8(text) && text.find('\0') == std::string::npos, name);
    return text;
  }
  static const json& list_of(const json& object, const char* name) {
    const json& list = object.at(name);
    require(list.is_array(), name);
    return list;
  }
  static float finite(float number) {
    require(std::isfinite(number), "number");
    return number;
  }
  bool is_boundary(std::size_t offset) const { return offset == result_.text.size() || (static_cast<unsigned char>(result_.text[offset]) & 0xC0U) != 0x80; }

  /// Inside the text, at whole characters, and not before `least`.
  ByteRange checked(ByteRange range, std::size_t least) const {
    require(range.begin >= least && range.begin <= range.end && range.end <= result_.text.size() && is_boundary(range.begin) && is_boundary(range.end),
            "range");
    return range;
  }
  ByteRange range_of(const json& pair, std::size_t least) const {
    require(pair.is_array() && pair.size() == 2, "range");
    return checked({pair[0].get<std::size_t>(), pair[1].get<std::size_t>()}, least);
  }
  void unpack(const json::binary_t& bytes, Page& page) const {
    require(bytes.size() % sizeof(PackedWord) == 0, "words");
    std::size_t last = page.text.begin;
    for (std::size_t at = 0; at < bytes.size(); at += sizeof(PackedWord)) {
      PackedWord packed{};
      std::memcpy(&packed, bytes.data() + at, sizeof packed);
      const ByteRange range = checked({packed.begin, packed.end}, last);
      require(range.end <= page.text.end, "words");
      const auto& box = packed.box;
      page.words.push_back({.text = range, .left = finite(box[0]), .top = finite(box[1]), .right = finite(box[2]), .bottom = finite(box[3])});
      last = range.begin;
    }
  }

  const json& whole_;
  ParsedDocument result_;
};

}  // namespace

std::string to_wire(const ParsedDocument& document) {
  if (document.text.size() > UINT32_MAX) throw Error(ErrorKind::TooLarge, "the document has more than 4 GB of text: split it");
  json pages = json::array();
  for (const Page& page : document.pages) {
    pages.push_back({{"label", page.label}, {"text", range_json(page.text)}, {"width", page.width}, {"height", page.height}, {"words", pack(page.words)}});
  }
  json headings = json::array();
  for (const Heading& heading : document.headings) headings.push_back({{"level", heading.level}, {"text", range_json(heading.text)}});
  std::string bytes;
  json::to_cbor(
      {{"media_type", document.media_type}, {"title", document.title}, {"text", document.text}, {"pages", std::move(pages)}, {"headings", std::move(headings)}},
      bytes);
  return bytes;
}

std::string to_wire(const Error& error) {
  std::string bytes;
  json::to_cbor({{"error", error_mapping(error.kind()).slug}, {"message", truncate_utf8(error.what(), kMostMessageBytes)}}, bytes);
  return bytes;
}

ParsedDocument from_wire(std::string_view bytes) {
  try {
    const json whole = json::from_cbor(bytes);
    if (!whole.contains("error")) return Reader(whole).document();
    const auto message = whole.at("message").get<std::string>();
    require(is_valid_utf8(message) && message.size() <= kMostMessageBytes, "message");
    throw Error(error_kind_from_slug(whole.at("error").get<std::string>()), message);
  } catch (const json::exception&) {
    throw_nonsense("CBOR");
  }
}

}  // namespace panduan::documents::detail
