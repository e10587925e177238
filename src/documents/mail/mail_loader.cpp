#include "documents/mail/mail_loader.h"

#include <fmt/format.h>

#include "base/encoding.h"
#include "base/error.h"
#include "documents/detail/assembly.h"
#include "documents/detail/html_text.h"
#include "documents/detail/parser_memory.h"
#include "documents/detail/source_text.h"
#include "documents/detail/text_builder.h"
#include "documents/detail/xml.h"
#include "documents/mail/mime.h"

namespace panduan::documents {
namespace {

void add_line(detail::TextBuilder& builder, std::string_view name, const std::string& value) {
  if (value.empty()) return;
  builder.break_line();
  builder.add_text(fmt::format("{}: {}", name, value));
  builder.break_line();
}

void add_text(detail::TextBuilder& builder, const detail::MailPart& part) {
  const std::string bytes = detail::decode_body(part.entity);
  const auto decoded = decode_text(bytes, detail::parameter_of(part.entity.field("content-type"), "charset"));
  std::string text = detail::seen(decoded ? decoded->text : bytes);
  builder.break_paragraph();
  if (part.type == "text/html") {
    detail::check_markup_size(text, "HTML");
    detail::ParserMemory memory(detail::ParserMemory::Limits::for_input(text.size()));
    detail::append_html(text, builder, memory);
  } else {
    text.resize(text.find_last_not_of(" \t\r\n") + 1);
    builder.add_verbatim(text);
  }
  builder.break_paragraph();
}

}  // namespace

bool MailLoader::accepts(const std::filesystem::path& name, std::string_view /*bytes*/) const { return has_ending_of(*this, name); }

ParsedDocument MailLoader::load(std::string_view bytes) const {
  const detail::MailMessage message = detail::parse_mail(bytes);
  if (message.from.empty() && message.subject.empty() && message.date.empty())
    throw Error(ErrorKind::Corrupt, "it is no e-mail: there is no From, Subject or Date at its beginning; save the message anew as .eml");
  detail::TextBuilder builder;
  builder.begin_heading(1);
  builder.add_text(message.subject);
  builder.end_heading();
  add_line(builder, "From", message.from);
  add_line(builder, "To", message.to);
  add_line(builder, "Cc", message.copies);
  add_line(builder, "Date", message.date);
  std::string attached;
  const auto names = detail::attachment_names(message);
  for (std::size_t index = 0; index < message.parts.size(); ++index) {
    if (message.parts[index].is_text) add_text(builder, message.parts[index]);
    else attached.append(attached.empty() ? "" : ", ").append(names[index]);
  }
  builder.break_paragraph();
  add_line(builder, "Attachments", attached);
  return detail::finished(builder.finish(), media_type(), message.subject);
}

}  // namespace panduan::documents
