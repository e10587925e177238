#pragma once
#include <string>
#include <string_view>

#include "base/error.h"
#include "documents/document.h"

namespace panduan::documents::detail {

/// What a worker says to the process that started it: a document, or why there is none. Numbers of eight bytes, texts and lists with their length in front;
/// flat, so that reading it takes no more stack or memory than its bytes. Throws Error{TooLarge} for a text of 4 GB.
std::string to_wire(const ParsedDocument& document);
std::string to_wire(const Error& error);

/// The document, with every range inside its text and in order, every number finite, every text valid UTF-8: a worker that was taken over can
/// say nothing that would not be a document. Throws the worker's Error when it is about the document; Error: Corrupt for anything else.
ParsedDocument from_wire(std::string_view bytes);

}  // namespace panduan::documents::detail
