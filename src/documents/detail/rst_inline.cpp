#include "documents/detail/rst_inline.h"

#include <algorithm>
#include <optional>

#include "base/unicode.h"

namespace panduan::documents::detail {
namespace {

constexpr std::size_t kLongestMarkup = 4000;  // bytes between a begin and its end: looking farther would cost the square of the text

bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\t'; }
bool is_word(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80; }
bool is_of_role(char c) { return is_word(c) || c == '-' || c == '_' || c == '.' || c == ':' || c == '+'; }

/// A name or text without its target: "text <target>", "~package.Name".
std::string_view shown_of(std::string_view text, std::string_view role) {
  if (text.ends_with('>')) {
    const std::size_t target = text.rfind('<');
    if (target != std::string_view::npos && target > 0 && is_blank(text[target - 1])) {
      text = text.substr(0, target);
      return text.substr(0, text.find_last_not_of(" \n") + 1);
    }
    if (target == 0 && role.empty()) return text.substr(1, text.size() - 2);  // `<https://…>`_ shows its address
  }
  if (text.starts_with('!')) text.remove_prefix(1);
  if (text.starts_with('~') && !role.empty()) return text.substr(text.find_last_of("~.") + 1);
  return text;
}

class Inline {
 public:
  Inline(std::string_view text, const Substitutions& substitutions) : text_(text), substitutions_(substitutions) {}

  std::string run() {
    while (at_ < text_.size()) {
      if (!take_markup()) out_.push_back(text_[at_++]);
    }
    return std::move(out_);
  }

 private:
  /// Whether markup may begin here: not inside a word, and not before white space (docutils, "Inline markup recognition rules").
  bool may_begin(std::size_t length) const {
    const bool after_word = at_ > 0 && is_word(text_[at_ - 1]) && !after_escape_;
    return !after_word && at_ + length < text_.size() && !is_blank(text_[at_ + length]);
  }

  /// Where `mark` closes what begins at `begin`: not behind white space, and not before a word.
  std::optional<std::size_t> end_of(std::size_t begin, std::string_view mark, bool with_escapes = true) const {
    const std::string_view near = text_.substr(0, std::min(text_.size(), begin + kLongestMarkup));
    for (std::size_t end = near.find(mark, begin); end != std::string_view::npos; end = near.find(mark, end + 1)) {
      const std::size_t behind = end + mark.size();
      if (end == begin || is_blank(near[end - 1]) || (with_escapes && near[end - 1] == '\\')) continue;
      if (behind < text_.size() && is_word(text_[behind])) continue;
      return end;
    }
    return std::nullopt;
  }

  bool take_markup() {
    const std::string_view rest = text_.substr(at_);
    switch (rest.front()) {
      case '\\': return take_escape();
      case '*': return rest.starts_with("**") ? take_between("**") : take_between("*");
      case '`': return rest.starts_with("``") ? take_literal() : take_interpreted({});
      case ':': return take_role();
      case '|': return take_substitution();
      case '_': return take_reference_end() || take_target();
      case '[': after_escape_ = false; return false;
      default: after_escape_ = false; return false;
    }
  }

  bool take_escape() {
    if (at_ + 1 < text_.size() && !is_blank(text_[at_ + 1])) out_.push_back(text_[at_ + 1]);
    at_ = std::min(at_ + 2, text_.size());
    after_escape_ = true;
    return true;
  }

  bool take_between(std::string_view mark) {
    const auto end = may_begin(mark.size()) ? end_of(at_ + mark.size(), mark) : std::nullopt;
    if (!end) {
      out_.append(mark);
      at_ += mark.size();
      return true;
    }
    put_unescaped(text_.substr(at_ + mark.size(), *end - at_ - mark.size()));
    at_ = *end + mark.size();
    return true;
  }

  bool take_literal() {
    const auto end = may_begin(2) ? end_of(at_ + 2, "``", false) : std::nullopt;
    if (!end) {
      out_.append("``");
      at_ += 2;
      return true;
    }
    out_.append(text_, at_ + 2, *end - at_ - 2);
    at_ = *end + 2;
    return true;
  }

  /// `text`, `text`_, `text <target>`__, `text`:role:
  bool take_interpreted(std::string_view role) {
    const std::size_t begin = at_ + 1;
    const std::string_view near = text_.substr(0, std::min(text_.size(), begin + kLongestMarkup));
    std::size_t end = near.find('`', begin);
    while (end != std::string_view::npos && (near[end - 1] == '\\' || is_blank(near[end - 1]))) end = near.find('`', end + 1);
    if (end == std::string_view::npos || end == begin || !may_begin(1)) return false;
    put_unescaped(shown_of(text_.substr(begin, end - begin), role));
    at_ = end + 1;
    for (int marks = 0; marks < 2 && at_ < text_.size() && text_[at_] == '_'; ++marks) ++at_;
    if (role.empty()) {
      if (const std::size_t behind = role_end(at_); behind > at_) at_ = behind;
    }
    return true;
  }

  /// Behind ":name:" at a place, or the place where there is none.
  std::size_t role_end(std::size_t begin) const {
    constexpr std::size_t kLongestRole = 60;
    if (begin >= text_.size() || text_[begin] != ':') return begin;
    std::size_t end = begin + 1;
    while (end < text_.size() && end - begin < kLongestRole && is_of_role(text_[end])) ++end;
    return end - begin >= 3 && text_[end - 1] == ':' ? end : begin;
  }

  bool take_role() {
    const std::size_t end = role_end(at_);
    if (end == at_ || end >= text_.size() || text_[end] != '`' || !may_begin(1)) return false;
    const std::size_t begin = at_;
    at_ = end;
    after_escape_ = true;  // the role's own end is no word before it
    if (take_interpreted(text_.substr(begin + 1, end - begin - 2))) return true;
    at_ = begin;
    return false;
  }

  bool take_substitution() {
    const auto end = may_begin(1) ? end_of(at_ + 1, "|") : std::nullopt;
    if (!end) return false;
    const auto found = substitutions_.find(text_.substr(at_ + 1, *end - at_ - 1));
    if (found == substitutions_.end()) return false;
    out_ += found->second;
    at_ = *end + 1;
    while (at_ < text_.size() && text_[at_] == '_') ++at_;
    return true;
  }

  /// The underscores behind a word or a footnote's number: word_, word__, [1]_
  bool take_reference_end() {
    if (at_ == 0 || (!is_word(text_[at_ - 1]) && text_[at_ - 1] != ']')) return false;
    std::size_t end = at_;
    while (end < text_.size() && text_[end] == '_') ++end;
    if (end - at_ > 2 || (end < text_.size() && is_word(text_[end])) || is_inside_name()) return false;
    at_ = end;
    return true;
  }

  /// Whether the word before begins with an underscore, as names in programs do: __init__
  bool is_inside_name() const {
    constexpr std::size_t kLongestName = 100;
    std::size_t begin = at_;
    while (begin > 0 && at_ - begin < kLongestName && (is_word(text_[begin - 1]) || text_[begin - 1] == '_')) --begin;
    return begin < at_ && text_[begin] == '_';
  }

  /// _`text` marks a place.
  bool take_target() {
    if (at_ + 1 >= text_.size() || text_[at_ + 1] != '`') return false;
    ++at_;
    after_escape_ = true;
    if (take_interpreted("target")) return true;
    --at_;
    return false;
  }

  void put_unescaped(std::string_view text) {
    for (std::size_t at = 0; at < text.size(); ++at) {
      if (text[at] == '\\' && at + 1 < text.size()) {
        if (!is_blank(text[at + 1])) out_.push_back(text[at + 1]);
        ++at;
      } else {
        out_.push_back(text[at]);
      }
    }
  }

  std::string_view text_;
  const Substitutions& substitutions_;
  std::string out_;
  std::size_t at_ = 0;
  bool after_escape_ = false;  ///< what stands before was escaped: markup may begin
};

}  // namespace

std::string plain_inline(std::string_view text, const Substitutions& substitutions) { return Inline(text, substitutions).run(); }

}  // namespace panduan::documents::detail
