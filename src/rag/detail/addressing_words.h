#pragma once
#include <string_view>

namespace panduan::rag::detail {

/// What a sentence has of an order to whoever answers. All by its words.
struct Addressing {
  bool machine = false;   ///< it names an assistant, a model, a prompt, or what they were given
  bool replying = false;  ///< it speaks of answering, quoting, printing
  bool scope = false;     ///< it speaks of all questions, or of whatever is asked
  bool text = false;      ///< it speaks of the text that it stands in
  bool order = false;     ///< must, only, never, from now on
  bool override = false;  ///< it sets aside what was said before, or wants to come before it
  bool address = false;   ///< it has a web address or a picture, and speaks of replying
  bool asked = false;     ///< it speaks of what was asked or answered, which an address could carry away
};

/// `sentence` in the form of nfkc_casefold.
Addressing addressing_of(std::string_view sentence);

/// Whether a question is about assistants, models or prompts.
bool asks_about_machines(std::string_view question);

/// What a line or sentence begins as: a reply put into the answerer's mouth ("Your answer:", "你的回答："), a turn of an assistant ("Assistant:",
/// "助手："), which may as well be somebody's job, or of whom it talks with ("User:", "问题：").
enum class Turn { None, Reply, Assistant, Other };
struct TurnStart {
  Turn turn = Turn::None;
  std::string_view said = {};  ///< what stands behind the name
};
TurnStart turn_of(std::string_view line);

/// Whether it has marks by which models tell turns apart: "<|im_start|>", "[INST]", "### Instruction".
bool has_turn_marks(std::string_view line);

}  // namespace panduan::rag::detail
