#pragma once
#include <string_view>

#include "documents/document.h"

namespace panduan::rag {

/// Whether the text repeats the question on a line of its own before the range, in the same paragraph: then what follows is the
/// document's own reply to it, and not what a reader would conclude from it.
bool is_own_reply(std::string_view text, documents::ByteRange range, std::string_view question);

}  // namespace panduan::rag
