#pragma once
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace panduan::rag {

/// One language of a file in rag/prompts. What a prompt has no use for is empty.
struct PromptText {
  std::string name;  ///< of the file
  int version = 0;   ///< goes up with every change: what was measured with one version says nothing of another
  std::string system;
  std::string shared;      ///< begins the request, the same for all that is asked about a passage: what is computed for it is kept
  std::string no_passage;  ///< stands where the passage would
  std::string request;
  std::string begun;      ///< how the reply begins before what was asked for
  std::string continues;  ///< how it would go on from there
  std::string grammar;    ///< GBNF of the reply
  std::vector<std::string> yes, no;  ///< how a reply of each kind may begin
  std::vector<std::string> labels;   ///< of the lines of a conversation: question, answer
};

/// The prompt of this name in this language. The files are part of the binary; throws Error{Internal} for a name that none has.
const PromptText& prompt_text(std::string_view name, bool chinese);
/// What the files are called.
std::span<const std::string> prompt_names();

/// Puts values in the places of their names: "{question}". What a value holds is not looked at. Throws Error{Internal} for a name that
/// has no value.
std::string fill_in(std::string_view text, std::initializer_list<std::pair<std::string_view, std::string_view>> values);

}  // namespace panduan::rag
