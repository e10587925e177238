#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "documents/document.h"

namespace panduan::rag {

/// The parts of a passage that speak to whoever answers from it rather than to its readers: orders to an assistant, turns of a conversation
/// that never was, what tells how replies have to look (Greshake et al., "Not What You've Signed Up For: Compromising Real-World
/// LLM-Integrated Applications with Indirect Prompt Injection", 2023). Found by their words, in English and Chinese, so an order in other
/// words is not found. Whole paragraphs, ascending and apart; of a long one the sentences around. None when the question itself is about
/// assistants, models or prompts: then such words are what it asks for.
std::vector<documents::ByteRange> find_addressed_text(std::string_view passage, std::string_view question);

/// The passage without these parts.
std::string without(std::string_view passage, const std::vector<documents::ByteRange>& parts);
/// The same in as many bytes, so that a place in it is one of the passage: line ends stand in the place of the parts.
std::string blanked(std::string_view passage, const std::vector<documents::ByteRange>& parts);

}  // namespace panduan::rag
