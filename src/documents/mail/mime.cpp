#include "documents/mail/mime.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "base/encoding.h"
#include "documents/detail/base64.h"
#include "documents/detail/source_text.h"
#include "documents/detail/text_builder.h"
#include "documents/detail/xml.h"

namespace panduan::documents::detail {
namespace {

constexpr int kDeepest = 20;
constexpr std::size_t kMostParts = 1000;
constexpr std::size_t kMostFields = 1000;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t begin = std::min(text.find_first_not_of(kBlank), text.size());
  const std::size_t end = text.find_last_not_of(kBlank);
  return end == std::string_view::npos ? std::string_view() : text.substr(begin, end + 1 - begin);
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

/// Bytes written as a mark and two digits: "=C7" or "%C7".
std::optional<char> hex_byte(std::string_view text, std::size_t at) {
  if (at + 2 >= text.size()) return std::nullopt;
  const int high = hex_digit(text[at + 1]);
  const int low = hex_digit(text[at + 2]);
  if (high < 0 || low < 0) return std::nullopt;
  return static_cast<char>(high * 16 + low);
}

std::string from_quoted_printable(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] != '=') {
      bytes.push_back(text[at++]);
    } else if (const auto byte = hex_byte(text, at)) {
      bytes.push_back(*byte);
      at += 3;
    } else {  // a line that goes on, with white space that a relay put behind it
      const std::size_t line_end = text.find_first_not_of(" \t\r", at + 1);
      if (line_end == std::string_view::npos || text[line_end] == '\n') at = std::min(line_end, text.size() - 1) + 1;
      else bytes.push_back(text[at++]);
    }
  }
  return bytes;
}

std::string as_utf8(std::string_view bytes, std::string_view charset) {
  const auto decoded = decode_text(bytes, charset.substr(0, charset.find('*')));
  return seen(decoded ? decoded->text : std::string(bytes));
}

/// An encoded word at a place: "=?gbk?B?xcw=?="; its bytes, its encoding, and where it ends.
struct EncodedWord {
  std::string bytes;
  std::string_view charset;
  std::size_t end = 0;
};
std::optional<EncodedWord> encoded_word(std::string_view text, std::size_t at) {
  if (!text.substr(at).starts_with("=?")) return std::nullopt;
  const std::size_t charset_end = text.find('?', at + 2);
  if (charset_end == std::string_view::npos || charset_end + 2 >= text.size() || text[charset_end + 2] != '?') return std::nullopt;
  const std::size_t begin = charset_end + 3;
  const std::size_t end = text.find("?=", begin);
  if (end == std::string_view::npos) return std::nullopt;
  std::string word(text.substr(begin, end - begin));
  const char how = text[charset_end + 1];
  if (how == 'Q' || how == 'q') {
    std::ranges::replace(word, '_', ' ');
    word = from_quoted_printable(word);
  } else if (how == 'B' || how == 'b') {
    word = from_base64(word);
  } else {
    return std::nullopt;
  }
  return EncodedWord{.bytes = std::move(word), .charset = text.substr(at + 2, charset_end - at - 2), .end = end + 2};
}

/// The parameters of a field in their order, quotes and escapes taken off.
std::vector<std::pair<std::string, std::string>> parameters_in(std::string_view field) {
  std::vector<std::pair<std::string, std::string>> found;
  std::size_t at = field.find(';');
  while (at != std::string_view::npos && at < field.size() && found.size() < kMostFields) {
    const std::size_t equals = field.find_first_of("=;", at + 1);
    if (equals == std::string_view::npos) break;
    if (field[equals] == ';') {
      at = equals;
      continue;
    }
    std::string name = lower(trimmed(field.substr(at + 1, equals - at - 1)));
    std::size_t begin = std::min(field.find_first_not_of(" \t", equals + 1), field.size());
    std::string value;
    if (begin < field.size() && field[begin] == '"') {
      for (++begin; begin < field.size() && field[begin] != '"'; ++begin) {
        if (field[begin] == '\\' && begin + 1 < field.size()) ++begin;
        value.push_back(field[begin]);
      }
      at = field.find(';', begin);
    } else {
      at = field.find(';', begin);
      value = trimmed(field.substr(begin, at == std::string_view::npos ? at : at - begin));
    }
    found.emplace_back(std::move(name), std::move(value));
  }
  return found;
}

std::string from_percent(std::string_view text) {
  std::string bytes;
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = text[at] == '%' ? hex_byte(text, at) : std::nullopt;
    bytes.push_back(byte.value_or(text[at]));
    at += byte ? 3 : 1;
  }
  return bytes;
}

class Collector {
 public:
  void add(std::string_view bytes, int depth) { add(parse_entity(bytes), depth, true); }
  std::vector<MailPart> parts;

 private:
  void add(MimeEntity entity, int depth, bool is_wanted) {
    if (depth > kDeepest || parts.size() >= kMostParts) return;
    const std::string_view type_field = entity.field("content-type");
    std::string type = value_of(type_field);
    if (type.find('/') == std::string::npos) type = "text/plain";
    if (type.starts_with("multipart/")) return add_parts(entity, type, depth, is_wanted);
    const std::string_view disposition = entity.field("content-disposition");
    std::string name = parameter_of(disposition, "filename");
    if (name.empty()) name = parameter_of(type_field, "name");
    const bool can_be_read = type == "text/plain" || type == "text/html";
    const bool is_text = can_be_read && value_of(disposition) != "attachment" && name.empty();
    if (is_text && !is_wanted) return;
    if (type == "message/rfc822" && name.empty()) name = "message.eml";
    parts.push_back({.entity = std::move(entity), .type = std::move(type), .name = std::move(name), .is_text = is_text});
  }

  void add_parts(const MimeEntity& entity, std::string_view type, int depth, bool is_wanted) {
    const auto bodies = parts_of(entity);
    std::size_t chosen = bodies.size();
    if (type == "multipart/alternative") {
      for (std::size_t index = bodies.size(); index-- > 0;) {
        const std::string kind = value_of(parse_entity(bodies[index]).field("content-type"));
        if (kind == "text/plain" || kind.empty()) chosen = index;
      }
      if (chosen == bodies.size() && !bodies.empty()) chosen = bodies.size() - 1;  // the last one is the richest
    }
    for (std::size_t index = 0; index < bodies.size(); ++index)
      add(parse_entity(bodies[index]), depth + 1, is_wanted && (type != "multipart/alternative" || index == chosen));
  }
};

}  // namespace

std::string_view MimeEntity::field(std::string_view name) const {
  const auto found = std::ranges::find(fields, name, [](const auto& entry) { return std::string_view(entry.first); });
  return found == fields.end() ? std::string_view() : found->second;
}

MimeEntity parse_entity(std::string_view bytes) {
  MimeEntity entity;
  std::size_t at = 0;
  while (at < bytes.size()) {
    const std::size_t line_end = std::min(bytes.find('\n', at), bytes.size());
    std::string_view line = bytes.substr(at, line_end - at);
    if (line.ends_with('\r')) line.remove_suffix(1);
    const bool goes_on = line.starts_with(' ') || line.starts_with('\t');
    const std::size_t colon = line.find(':');
    if (line.empty()) {
      at = std::min(line_end + 1, bytes.size());
      break;
    }
    if (goes_on && !entity.fields.empty()) {
      entity.fields.back().second.append(" ").append(trimmed(line));
    } else if (colon != std::string_view::npos && colon > 0 && line.substr(0, colon).find(' ') == std::string_view::npos) {
      if (entity.fields.size() < kMostFields) entity.fields.emplace_back(lower(line.substr(0, colon)), std::string(trimmed(line.substr(colon + 1))));
    } else if (!line.starts_with("From ") && !line.starts_with(">From ")) {
      break;  // no field: the text begins without an empty line
    }
    at = std::min(line_end + 1, bytes.size());
  }
  entity.body = bytes.substr(at);
  return entity;
}

std::string value_of(std::string_view field) { return lower(trimmed(field.substr(0, field.find(';')))); }

std::string parameter_of(std::string_view field, std::string_view name) {
  std::string joined;
  std::string charset;
  bool was_extended = false;
  for (const auto& [key, value] : parameters_in(field)) {
    if (key == name && !was_extended) {
      joined = value;
    } else if (key.starts_with(std::string(name) + "*")) {
      if (!was_extended) joined.clear();
      const bool is_first = !was_extended;
      was_extended = true;
      std::string_view rest = value;
      if (is_first && key.ends_with('*')) {
        if (const std::size_t quote = rest.find('\''); quote != std::string_view::npos) {
          charset = rest.substr(0, quote);
          rest.remove_prefix(std::min(rest.find('\'', quote + 1), rest.size() - 1) + 1);
        }
      }
      joined += key.ends_with('*') ? from_percent(rest) : std::string(rest);
    }
  }
  return was_extended ? one_line(as_utf8(joined, charset)) : decode_field(joined);
}

std::string decode_field(std::string_view text) {
  std::string decoded;
  for (std::size_t at = 0; at < text.size();) {
    auto word = encoded_word(text, at);
    if (!word) {
      const std::size_t next = std::min(text.find("=?", at + 1), text.size());
      decoded += as_utf8(text.substr(at, next - at), {});
      at = next;
      continue;
    }
    // Between two encoded words white space means nothing, and a character may be cut in two.
    for (at = word->end;;) {
      const std::size_t next = text.find_first_not_of(" \t", at);
      auto another = next == std::string_view::npos ? std::nullopt : encoded_word(text, next);
      if (!another || lower(another->charset) != lower(word->charset)) {
        if (another) at = next;
        break;
      }
      word->bytes += another->bytes;
      at = another->end;
    }
    decoded += as_utf8(word->bytes, word->charset);
  }
  return one_line(decoded);
}

std::string decode_body(const MimeEntity& entity) {
  const std::string how = value_of(entity.field("content-transfer-encoding"));
  if (how == "base64") return from_base64(entity.body);
  if (how == "quoted-printable") return from_quoted_printable(entity.body);
  return std::string(entity.body);
}

std::vector<std::string_view> parts_of(const MimeEntity& entity) {
  std::vector<std::string_view> parts;
  const auto parameters = parameters_in(entity.field("content-type"));
  const auto boundary = std::ranges::find(parameters, "boundary", [](const auto& entry) { return entry.first; });
  if (boundary == parameters.end() || boundary->second.empty()) return parts;
  const std::string mark = "--" + boundary->second;
  const std::string_view body = entity.body;
  std::optional<std::size_t> begin;
  for (std::size_t at = 0; at < body.size() && parts.size() < kMostParts;) {
    const std::size_t line_end = std::min(body.find('\n', at), body.size());
    if (body.substr(at, mark.size()) == mark) {
      const std::string_view rest = trimmed(body.substr(at + mark.size(), line_end - std::min(line_end, at + mark.size())));
      if (rest.empty() || rest == "--") {
        if (begin) {
          std::size_t end = at > *begin && body[at - 1] == '\n' ? at - 1 : at;
          if (end > *begin && body[end - 1] == '\r') --end;
          parts.push_back(body.substr(*begin, std::max(end, *begin) - *begin));
        }
        begin = std::min(line_end + 1, body.size());
        if (rest == "--") return parts;
      }
    }
    at = line_end + 1;
  }
  if (begin && parts.size() < kMostParts) parts.push_back(body.substr(*begin));  // cut off
  return parts;
}

MailMessage parse_mail(std::string_view bytes) {
  const MimeEntity top = parse_entity(bytes);
  MailMessage message{.subject = decode_field(top.field("subject")),
                      .from = decode_field(top.field("from")),
                      .to = decode_field(top.field("to")),
                      .copies = decode_field(top.field("cc")),
                      .date = decode_field(top.field("date")),
                      .parts = {}};
  Collector collector;
  collector.add(bytes, 0);
  message.parts = std::move(collector.parts);
  return message;
}

std::vector<std::string> attachment_names(const MailMessage& message) {
  std::set<std::string> taken;
  std::vector<std::string> names;
  for (const MailPart& part : message.parts) {
    if (part.is_text) {
      names.emplace_back();
      continue;
    }
    std::string name = part.name.empty() ? fmt::format("part-{}", names.size() + 1) : part.name;
    std::ranges::replace_if(name, [](char c) { return c == '/' || c == '\\'; }, '_');
    const std::size_t point = name.rfind('.') == std::string::npos ? name.size() : name.rfind('.');
    std::string free_name = name;
    for (int copy = 2; !taken.insert(free_name).second; ++copy) free_name = fmt::format("{} ({}){}", name.substr(0, point), copy, name.substr(point));
    names.push_back(std::move(free_name));
  }
  return names;
}

}  // namespace panduan::documents::detail
