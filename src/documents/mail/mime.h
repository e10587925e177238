#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace panduan::documents::detail {

/// One entity of a message (RFC 5322, RFC 2045): its fields and what stands below them, as written. Views into the message.
struct MimeEntity {
  std::vector<std::pair<std::string, std::string>> fields;  ///< name in lower case, value unfolded
  std::string_view body;

  std::string_view field(std::string_view name) const;  ///< the first of this name, empty when there is none
};
MimeEntity parse_entity(std::string_view bytes);

/// "text/html; charset=utf-8; name*=gbk''%C7%C5": the value before the first semicolon in lower case, and a parameter's (RFC 2231 put together), as UTF-8.
std::string value_of(std::string_view field);
std::string parameter_of(std::string_view field, std::string_view name);

/// A field's text as a reader sees it: encoded words (RFC 2047) decoded, on one line.
std::string decode_field(std::string_view text);

/// The bytes that a body stands for, by its Content-Transfer-Encoding; what is no letter of an encoding is passed over.
std::string decode_body(const MimeEntity& entity);
/// The parts between the boundaries of a multipart body; views into it.
std::vector<std::string_view> parts_of(const MimeEntity& entity);

/// A leaf of a message.
struct MailPart {
  MimeEntity entity;
  std::string type;      ///< "text/plain"
  std::string name;      ///< of its file, empty when it has none
  bool is_text = false;  ///< belongs to what is read, else it is an attachment
};

/// The parts of a message in their order. Of alternatives the plain text is what is read, else the HTML, and attachments in all of them count. What nests
/// deeper than 20, and what comes after 1,000 parts, is left out.
struct MailMessage {
  std::string subject, from, to, copies, date;
  std::vector<MailPart> parts;
};
MailMessage parse_mail(std::string_view bytes);

/// The attachments' names, none twice and none empty; those of parts that are text are empty.
std::vector<std::string> attachment_names(const MailMessage& message);

}  // namespace panduan::documents::detail
