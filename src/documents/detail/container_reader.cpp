#include "documents/detail/container_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/encoding.h"
#include "base/error.h"
#include "base/unicode.h"
#include "documents/detail/text_builder.h"
#include "documents/detail/xml.h"
#include "documents/loader.h"

namespace panduan::documents::detail {
namespace {

constexpr std::size_t kLongestPath = 1000;
bool is_drive(std::string_view name) { return name.size() >= 2 && name[1] == ':' && ((name[0] | 0x20) >= 'a' && (name[0] | 0x20) <= 'z'); }

}  // namespace

std::string shown_name(std::string_view name) {
  const auto decoded = decode_text(name);
  const std::string text = one_line(seen(decoded ? decoded->text : std::string(name)));
  return text.empty() ? "(without a name)" : std::string(truncate_utf8(text, kLongestPath));
}

std::string safe_path(std::string_view name) {
  const auto decoded = decode_text(name);
  if (!decoded || decoded->text.size() > kLongestPath || is_drive(decoded->text)) return {};
  std::string text = seen(decoded->text);
  std::ranges::replace(text, '\\', '/');
  const bool has_controls = std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  if (text.starts_with('/') || has_controls) return {};
  std::string path;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('/', begin), text.size());
    const std::string_view part = std::string_view(text).substr(begin, end - begin);
    if (part == "..") return {};
    if (!part.empty() && part != ".") path.append(path.empty() ? "" : "/").append(part);
    begin = end + 1;
  }
  return path;
}

bool is_worth_opening(std::string_view path) {
  if (path.starts_with('.') || path.find("/.") != std::string_view::npos || path.starts_with("__MACOSX/")) return false;
  const std::filesystem::path name(path);
  return has_known_ending(name) || has_container_ending(name);
}

/// Counts a member; false when it was given back before.
bool BatchCollector::begin_member(std::string_view path) {
  if (seen_ >= limits_.max_members) {
    end(fmt::format("it holds more than {} files: what comes from '{}' on is left out", limits_.max_members, path));
    return false;
  }
  return ++seen_ > cursor_.members;
}

void BatchCollector::put(ContainerMember member) {
  batch_bytes_ += member.bytes.size() + member.path.size() + member.problem.size();
  batch_.members.push_back(std::move(member));
  cursor_.members = seen_;
  if (batch_bytes_ < limits_.batch_bytes || is_over_) return;
  is_over_ = true;
  batch_.next = cursor_;
}

void BatchCollector::add(std::string_view name, const std::function<std::string(std::string&)>& read) {
  std::string path = safe_path(name);
  if (path.empty()) return add_problem(name, "its path leads out of the archive, or is none: unpack it by hand, and add what you want of it");
  if (!paths_.insert(path).second) return add_problem(name, "another file of this name stands before it: the first is read");
  if (!begin_member(path)) return;
  ContainerMember member{.path = std::move(path), .bytes = {}, .problem = {}};
  member.problem = read(member.bytes);
  if (!member.problem.empty()) member.bytes.clear();
  if (is_over_) {  // a limit was passed while it was read
    member.bytes.clear();
    if (member.problem.empty()) member.problem = batch_.problem;
  }
  put(std::move(member));
}

void BatchCollector::add_problem(std::string_view name, std::string problem) {
  std::string shown = shown_name(name);
  if (begin_member(shown)) put({.path = std::move(shown), .bytes = {}, .problem = std::move(problem)});
}

bool BatchCollector::count_unpacked(std::uint64_t total) {
  cursor_.unpacked_bytes = std::max(cursor_.unpacked_bytes, total);
  if (cursor_.unpacked_bytes > limits_.max_total_bytes) {
    end(fmt::format("it unpacks to more than {} MB: what comes after that is left out", limits_.max_total_bytes >> 20U));
  } else if (cursor_.unpacked_bytes > limits_.max_unpacked_bytes(container_bytes_)) {
    end(fmt::format("it unpacks to more than {} times its size, as an archive made to fill a disk does: what comes after that is left out", limits_.max_ratio));
  }
  return !is_over_;
}

void BatchCollector::end(std::string problem) {
  if (is_over_) return;
  is_over_ = true;
  batch_.problem = std::move(problem);
}

ContainerBatch read_container(ContainerKind kind, std::string_view bytes, const ContainerCursor& cursor, const ContainerLimits& limits) {
  BatchCollector collector(cursor, limits, bytes.size());
  switch (kind) {
    case ContainerKind::Archive: read_archive(bytes, collector); break;
    case ContainerKind::Mail: read_mail(bytes, collector); break;
    case ContainerKind::Mailbox: read_mailbox(bytes, collector); break;
  }
  return collector.finish();
}

}  // namespace panduan::documents::detail
