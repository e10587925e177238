#pragma once
#include <optional>
#include <string_view>

#include "documents/document.h"

namespace panduan::rag {

/// Why a question may not be understood without what was said before it.
enum class Cue {
  Correction,     ///< "No, I meant the tunnel." 不对，我问的是南京的。
  Ellipsis,       ///< "And the second one?" 那成本呢？
  Pronoun,        ///< "When was it opened?" 它是什么时候通车的？
  Demonstrative,  ///< "Who built that bridge?" 这座桥是谁建的？
  Definite,       ///< "How long is the bridge?", when a bridge was spoken of
  Short,          ///< "Why?" 在哪里？
};

/// The first cue in a question; nullopt when it is complete, as far as its words tell. They are all that is looked at, so it costs
/// nothing, and a pronoun whose noun stands in the same question ("Why did Tesla leave his company?") is none. `before` is what was said.
std::optional<Cue> find_cue(std::string_view question, std::string_view before);
/// How many first bytes of a question only join it to what was said: "And ", 那.
std::size_t joining_bytes(std::string_view question);
/// Where the pronoun of a Cue::Pronoun stands, and "there" of a Cue::Demonstrative: what can be put in its place. nullopt without one.
std::optional<documents::ByteRange> find_pronoun(std::string_view question);

}  // namespace panduan::rag
