#include "documents/detail/wire.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "base/unicode.h"
#include "documents/detail/container_reader.h"

namespace panduan::documents::detail {
namespace {

constexpr std::uint64_t kDocument = 1;
constexpr std::uint64_t kError = 2;
constexpr std::uint64_t kBatch = 3;
constexpr std::size_t kMostMessageBytes = 500;
constexpr std::size_t kMostPathBytes = 1000;
constexpr std::uint64_t kDeepestHeading = 100;

// What a document can be at fault for. That all is to stop, or that a disk is full, is not for a worker to say.
constexpr std::array kOfTheDocument{ErrorKind::InvalidInput, ErrorKind::TooLarge, ErrorKind::Unsupported, ErrorKind::Corrupt, ErrorKind::Internal};

/// A word as it is sent: there are hundreds of thousands in a book.
struct PackedWord {
  std::uint32_t begin, end;
  std::array<float, 4> box;
};
static_assert(sizeof(PackedWord) == 24);

void require(bool holds, std::string_view what) {
  if (!holds) throw Error(ErrorKind::Corrupt, fmt::format("what the parser's process sent back is no document ({}): the file may be made to attack it", what));
}

class Writer {
 public:
  template <class T>
  void raw(const T& value) {
    const std::size_t begin = bytes_.size();
    bytes_.resize(begin + sizeof value);
    std::memcpy(bytes_.data() + begin, &value, sizeof value);
  }
  void number(std::uint64_t value) { raw(value); }
  void text(std::string_view value) {
    number(value.size());
    bytes_ += value;
  }
  void range(const ByteRange& value) {
    number(value.begin);
    number(value.end);
  }
  std::string finish() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  std::uint64_t number() { return raw<std::uint64_t>(); }

  std::string text(std::size_t most = SIZE_MAX) {
    const std::uint64_t size = number();
    require(size <= rest_.size() && size <= most, "length");
    std::string value(rest_.substr(0, size));
    rest_.remove_prefix(size);
    require(is_valid_utf8(value) && value.find('\0') == std::string::npos, "text");
    return value;
  }

  /// What is said is of this kind. Throws the worker's Error when that is what it says.
  void expect(std::uint64_t kind) {
    const std::uint64_t said = number();
    if (said == kError) {
      const ErrorKind error = error_kind_from_slug(text(kMostMessageBytes));
      const std::string message = text(kMostMessageBytes);
      require(std::ranges::find(kOfTheDocument, error) != kOfTheDocument.end(), "error");
      throw Error(error, message);
    }
    require(said == kind, "kind");
  }

  /// Of any bytes.
  std::string bytes() {
    const std::uint64_t size = number();
    require(size <= rest_.size(), "length");
    std::string value(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return value;
  }

  ContainerBatch batch() {
    ContainerBatch batch;
    for (std::uint64_t left = number(); left > 0; --left) {
      ContainerMember& member = batch.members.emplace_back();
      member.path = text(kMostPathBytes);
      member.problem = text(kMostMessageBytes);
      member.bytes = bytes();
      require(!member.path.empty() && member.path == (member.problem.empty() ? safe_path(member.path) : shown_name(member.path)), "path");
    }
    batch.problem = text(kMostMessageBytes);
    if (number() != 0) {
      const std::uint64_t members = number();
      batch.next = ContainerCursor{.members = members, .unpacked_bytes = number()};
    }
    require(rest_.empty(), "end");
    return batch;
  }

  ParsedDocument document() {
    result_.media_type = text();
    result_.title = text();
    result_.text = text();
    std::size_t last = 0;
    for (std::uint64_t left = number(); left > 0; --left) {  // each takes bytes, so there cannot be more than there are
      Page& page = result_.pages.emplace_back();
      page.label = text();
      page.text = range(last);
      page.width = finite();
      page.height = finite();
      words(page);
      last = page.text.end;
    }
    last = 0;
    for (std::uint64_t left = number(); left > 0; --left) {
      const std::uint64_t level = number();
      require(level >= 1 && level <= kDeepestHeading, "level");
      const ByteRange text = range(last);
      const std::uint64_t lead = number();
      require(lead <= text.begin, "lead");
      checked({text.begin - lead, text.begin}, last);
      result_.headings.push_back({.level = static_cast<int>(level), .text = text, .lead = lead});
      last = result_.headings.back().text.end;
    }
    last = 0;
    for (std::uint64_t left = number(); left > 0; --left) {
      Table& table = result_.tables.emplace_back();
      table.text = range(last);
      table.header = range(table.text.begin);
      require(table.header.end <= table.text.end, "table");
      last = table.text.end;
    }
    result_.is_code = number() != 0;
    result_.hidden_words = number();
    result_.recognised_pages = number();
    for (std::uint64_t left = number(); left > 0; --left) {
      result_.picture_pages.push_back(number());
      require(result_.picture_pages.back() < result_.pages.size(), "picture");
    }
    result_.read_pictures = number();
    pictures();
    require(rest_.empty(), "end");
    return std::move(result_);
  }

 private:
  template <class T>
  T raw() {
    require(rest_.size() >= sizeof(T), "end");
    T value{};
    std::memcpy(&value, rest_.data(), sizeof value);
    rest_.remove_prefix(sizeof value);
    return value;
  }
  float finite() { return finite(raw<float>()); }
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
  ByteRange range(std::size_t least) {
    const std::uint64_t begin = number();
    return checked({begin, number()}, least);
  }
  void pictures() {
    std::size_t last = 0;
    std::size_t last_page = 0;
    for (std::uint64_t left = number(); left > 0; --left) {
      Picture& picture = result_.pictures.emplace_back();
      picture.part = text(kMostPathBytes);
      picture.at = number();
      checked({picture.at, picture.at}, last);
      last = picture.at;
      picture.page = number();
      require(picture.page == Picture::kNoPage ? result_.pages.empty() : picture.page >= last_page && picture.page < result_.pages.size(), "picture");
      if (picture.page == Picture::kNoPage) continue;
      last_page = picture.page;
      const ByteRange& page = result_.pages[picture.page].text;
      require(picture.at >= page.begin && picture.at <= page.end, "picture");
    }
  }
  void words(Page& page) {
    std::size_t last = page.text.begin;
    for (std::uint64_t left = number(); left > 0; --left) {
      const auto packed = raw<PackedWord>();
      const ByteRange range = checked({packed.begin, packed.end}, last);
      require(range.end <= page.text.end, "words");
      const auto& box = packed.box;
      page.words.push_back({.text = range, .left = finite(box[0]), .top = finite(box[1]), .right = finite(box[2]), .bottom = finite(box[3])});
      last = range.begin;
    }
  }

  std::string_view rest_;
  ParsedDocument result_;
};

}  // namespace

std::string to_wire(const ParsedDocument& document) {
  if (document.text.size() > UINT32_MAX) throw Error(ErrorKind::TooLarge, "the document has more than 4 GB of text: split it");
  Writer wire;
  wire.number(kDocument);
  wire.text(document.media_type);
  wire.text(document.title);
  wire.text(document.text);
  wire.number(document.pages.size());
  for (const Page& page : document.pages) {
    wire.text(page.label);
    wire.range(page.text);
    wire.raw(page.width);
    wire.raw(page.height);
    wire.number(page.words.size());
    for (const WordBox& word : page.words) {
      wire.raw(
          PackedWord{static_cast<std::uint32_t>(word.text.begin), static_cast<std::uint32_t>(word.text.end), {word.left, word.top, word.right, word.bottom}});
    }
  }
  wire.number(document.headings.size());
  for (const Heading& heading : document.headings) {
    wire.number(static_cast<std::uint64_t>(heading.level));
    wire.range(heading.text);
    wire.number(heading.lead);
  }
  wire.number(document.tables.size());
  for (const Table& table : document.tables) {
    wire.range(table.text);
    wire.range(table.header);
  }
  wire.number(document.is_code ? 1 : 0);
  wire.number(document.hidden_words);
  wire.number(document.recognised_pages);
  wire.number(document.picture_pages.size());
  for (const std::size_t page : document.picture_pages) wire.number(page);
  wire.number(document.read_pictures);
  wire.number(document.pictures.size());
  for (const Picture& picture : document.pictures) {
    wire.text(picture.part);
    wire.number(picture.at);
    wire.number(picture.page);
  }
  return wire.finish();
}

std::string to_wire(const Error& error) {
  Writer wire;
  wire.number(kError);
  wire.text(error_mapping(error.kind()).slug);
  wire.text(truncate_utf8(error.what(), kMostMessageBytes));
  return wire.finish();
}

std::string to_wire(const ContainerBatch& batch) {
  Writer wire;
  wire.number(kBatch);
  wire.number(batch.members.size());
  for (const ContainerMember& member : batch.members) {
    wire.text(member.path);
    wire.text(truncate_utf8(member.problem, kMostMessageBytes));
    wire.text(member.bytes);
  }
  wire.text(truncate_utf8(batch.problem, kMostMessageBytes));
  wire.number(batch.next ? 1 : 0);
  if (batch.next) {
    wire.number(batch.next->members);
    wire.number(batch.next->unpacked_bytes);
  }
  return wire.finish();
}

ParsedDocument from_wire(std::string_view bytes) {
  Reader wire(bytes);
  wire.expect(kDocument);
  return wire.document();
}

ContainerBatch batch_from_wire(std::string_view bytes) {
  Reader wire(bytes);
  wire.expect(kBatch);
  return wire.batch();
}

}  // namespace panduan::documents::detail
