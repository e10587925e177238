#pragma once
#include <algorithm>
#include <optional>
#include <span>
#include <string_view>

#include "rag/follow_up.h"

namespace panduan::rag::detail {

inline bool starts_with_any(std::string_view text, std::span<const std::string_view> openings) {
  return std::ranges::any_of(openings, [text](std::string_view opening) { return text.starts_with(opening); });
}
inline bool contains_any(std::string_view text, std::span<const std::string_view> words) {
  return std::ranges::any_of(words, [text](std::string_view word) { return text.find(word) != std::string_view::npos; });
}

/// find_cue for Chinese, which has no spaces and no capitals: the cues are characters, without the words that only contain them (其他,
/// 土耳其, 马耳他).
std::optional<Cue> find_chinese_cue(std::string_view question);
std::size_t chinese_joining_bytes(std::string_view question);
/// find_pronoun for Chinese: 他, 她, 它, 其, 那里 and 这里.
std::optional<documents::ByteRange> find_chinese_pronoun(std::string_view question);

/// How a correction begins, the longest first.
std::span<const std::string_view> chinese_correction_openings();

}  // namespace panduan::rag::detail
