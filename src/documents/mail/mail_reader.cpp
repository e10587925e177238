#include <fmt/format.h>

#include <algorithm>

#include "documents/detail/container_reader.h"
#include "documents/mail/mime.h"

namespace panduan::documents::detail {

void read_mail(std::string_view bytes, BatchCollector& collector) {
  const MailMessage message = parse_mail(bytes);
  const auto names = attachment_names(message);
  for (std::size_t index = 0; index < message.parts.size() && collector.wants_more(); ++index) {
    const MailPart& part = message.parts[index];
    if (part.is_text || !is_worth_opening(names[index])) continue;
    collector.add(names[index], [&](std::string& into) -> std::string {
      into = decode_body(part.entity);
      if (into.size() <= collector.max_member_bytes()) return {};
      return fmt::format("it has more than {} MB: save it and add it by itself", collector.max_member_bytes() >> 20U);
    });
  }
}

/// Messages begin with a line "From …" behind an empty one (RFC 4155); a line of a text that begins so has ">" in front.
void read_mailbox(std::string_view bytes, BatchCollector& collector) {
  constexpr std::string_view kMark = "\nFrom ";
  const auto next_message = [&](std::size_t from) {
    for (std::size_t at = bytes.find(kMark, from); at != std::string_view::npos; at = bytes.find(kMark, at + 1)) {
      const std::string_view before = bytes.substr(0, at);
      if (before.ends_with('\n') || before.ends_with("\n\r")) return at + 1;
    }
    return bytes.size();
  };
  std::size_t number = 0;
  for (std::size_t begin = 0; begin < bytes.size() && collector.wants_more();) {
    const std::size_t end = next_message(begin);
    std::string_view message = bytes.substr(begin, end - begin);
    begin = end;
    if (message.starts_with("From ")) message.remove_prefix(std::min(message.find('\n'), message.size() - 1) + 1);
    if (message.find_first_not_of(" \r\n") == std::string_view::npos) continue;
    collector.add(fmt::format("message-{:05}.eml", ++number), [&](std::string& into) -> std::string {
      into = message;
      if (into.size() <= collector.max_member_bytes()) return {};
      return fmt::format("it has more than {} MB: save it and add it by itself", collector.max_member_bytes() >> 20U);
    });
  }
}

}  // namespace panduan::documents::detail
