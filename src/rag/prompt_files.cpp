#include "rag/prompt_files.h"

#include <fmt/args.h>
#include <fmt/format.h>

#include <toml++/toml.h>
#include <map>
#include <utility>
#include <vector>

#include "base/error.h"
#include "rag/embedded.h"

namespace panduan::rag {
namespace {

std::vector<std::string> texts(const toml::table& table, std::string_view key) {
  std::vector<std::string> result;
  if (const auto* list = table[key].as_array()) {
    for (const auto& text : *list) result.push_back(text.value<std::string>().value());
  }
  return result;
}

PromptText read_language(const toml::table& file, std::string_view language) {
  const toml::table& table = *file[language].as_table();
  const auto text = [&](std::string_view key) { return table[key].value_or(std::string()); };
  return {.name = file["name"].value<std::string>().value(),
          .version = file["version"].value<int>().value(),
          .system = text("system"),
          .shared = text("shared"),
          .no_passage = text("no_passage"),
          .request = text("request"),
          .begun = text("begun"),
          .continues = text("continues"),
          .grammar = text("grammar"),
          .yes = texts(table, "yes"),
          .no = texts(table, "no"),
          .labels = texts(table, "labels")};
}

struct PromptFile {
  PromptText english, chinese;
};

const std::map<std::string, PromptFile, std::less<>>& prompt_files() {
  static const auto files = [] {
    std::map<std::string, PromptFile, std::less<>> read;
    std::vector<std::pair<std::string, std::string>> systems_of;  // whose system message is that of another file
    for (const EmbeddedFile& file : embedded_files()) {
      const toml::table table = toml::parse(file.bytes, file.path);
      PromptFile prompt{read_language(table, "english"), read_language(table, "chinese")};
      if (const auto from = table["system_of"].value<std::string>()) systems_of.emplace_back(prompt.english.name, *from);
      read.emplace(prompt.english.name, std::move(prompt));
    }
    for (const auto& [name, from] : systems_of) {
      PromptFile& prompt = read.at(name);
      prompt.english.system = read.at(from).english.system;
      prompt.chinese.system = read.at(from).chinese.system;
    }
    return read;
  }();
  return files;
}

}  // namespace

const PromptText& prompt_text(std::string_view name, bool chinese) {
  const auto file = prompt_files().find(name);
  if (file == prompt_files().end()) throw Error(ErrorKind::Internal, fmt::format("there is no prompt '{}'", name));
  return chinese ? file->second.chinese : file->second.english;
}

std::span<const std::string> prompt_names() {
  static const auto names = [] {
    std::vector<std::string> all;
    for (const auto& [name, file] : prompt_files()) all.push_back(name);
    return all;
  }();
  return names;
}

std::string fill_in(std::string_view text, std::initializer_list<std::pair<std::string_view, std::string_view>> values) {
  fmt::dynamic_format_arg_store<fmt::format_context> arguments;
  std::vector<std::string> names;  // fmt keeps pointers to them
  names.reserve(values.size());
  for (const auto& [name, value] : values) arguments.push_back(fmt::arg(names.emplace_back(name).c_str(), value));
  try {
    return fmt::vformat(fmt::string_view(text.data(), text.size()), arguments);
  } catch (const fmt::format_error& error) {
    throw Error(ErrorKind::Internal, fmt::format("the prompt '{}' cannot be filled in: {}", text, error.what()));
  }
}

}  // namespace panduan::rag
