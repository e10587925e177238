#pragma once
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "documents/document.h"

namespace panduan::documents {

/// One format. Adding one touches its file and the list in loader.cpp.
class Loader {
 public:
  virtual ~Loader() = default;
  virtual std::string_view media_type() const = 0;
  virtual std::string_view name() const = 0;  ///< of the format, for a person: "Word"
  /// Of files that are worth opening when a whole folder is added; lower case, without the point.
  virtual std::span<const std::string_view> endings() const = 0;
  /// Of files that are known by their whole name: "makefile". Lower case.
  virtual std::span<const std::string_view> names() const { return {}; }
  /// Decides from the name and the first bytes; the bytes win where they are telling.
  virtual bool accepts(const std::filesystem::path& name, std::string_view bytes) const = 0;
  /// Gets what `load` needs from outside (libraries, models): called in a worker before it is confined. Throws Error: Unsupported when something is not
  /// installed.
  virtual void prepare() const {}
  virtual void prepare_recognition() const {}
  /// In this process: called in a worker (documents/worker.h), and stopped by ending that. Throws Error: Unsupported (encrypted), Corrupt (broken),
  /// InvalidInput (no text in it).
  virtual ParsedDocument load(std::string_view bytes) const = 0;
  /// A document of that one page, whose text is read from its picture: for `picture_pages` of what `load` made. Throws as load.
  virtual ParsedDocument recognise(std::string_view bytes, std::size_t page) const;
  /// The same of a picture that stands in the text, `part` being its name in `pictures` of what `load` made. It may hold no text.
  virtual ParsedDocument read_picture(std::string_view bytes, std::string_view part) const;
};

/// PDF, Office Open XML, OpenDocument, EPUB, images, HTML, Markdown, reStructuredText, CSV, JSON, e-mail, source code, plain text, asked in this order.
const std::vector<std::unique_ptr<Loader>>& loaders();

/// The loader for a file of this name and bytes; `name` is only looked at for its ending. Throws Error: InvalidInput when it is
/// empty, Unsupported for a format that no loader knows (other binary files too).
const Loader& loader_for(const std::filesystem::path& name, std::string_view bytes);

/// Parses a file's bytes with the loader that accepts them, in a worker. Throws as loader_for and load_in_worker.
ParsedDocument load_document(const std::filesystem::path& name, std::string_view bytes, const std::stop_token& stop = {});

/// Whether a file's name is one of the loader's, or ends as they do.
bool has_ending_of(const Loader& loader, const std::filesystem::path& name);

/// What loaders() read, for a person: "PDF, Word, … and plain text".
std::string readable_formats();

/// Whether a file of this name is worth opening when a whole folder is added.
bool has_known_ending(const std::filesystem::path& name);

}  // namespace panduan::documents
