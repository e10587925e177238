#include "base/config.h"

#include <fmt/format.h>

#include <toml++/toml.h>
#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdlib>
#include <variant>

#include "base/error.h"
#include "base/file.h"

namespace panduan {
namespace {

using Field = std::variant<std::string Config::*, std::int64_t Config::*, double Config::*, std::filesystem::path Config::*>;

struct Setting {
  std::string_view key;
  Field field;
  std::string_view meaning;
  std::int64_t min = 0;
  std::int64_t max = INT64_MAX;
  std::vector<std::string_view> choices = {};  ///< of a text that is one of these; empty: any text
};

const std::vector<Setting>& settings() {
  static const std::vector<Setting> all{
      {"data.dir", &Config::data_dir, "folder of the store"},
      {"models.dir", &Config::models_dir, "folder of the model files"},
      {"models.chat", &Config::chat_model, "chat model: a catalogue name, a path to a GGUF file, or auto"},
      {"models.embedding", &Config::embedding_model, "embedding model: a catalogue name or a path"},
      {"remote.url", &Config::remote_url, "an OpenAI-compatible server to use instead of local models"},
      {"remote.chat_model", &Config::remote_chat_model, "the chat model's name on that server"},
      {"remote.embedding_model", &Config::remote_embedding_model, "the embedding model's name on that server"},
      {"remote.key_variable", &Config::remote_key_variable, "the environment variable that holds that server's key"},
      {"engine.threads", &Config::threads, "threads of the engine; 0 is one a core", 0, 1024},
      {"engine.context_tokens", &Config::context_tokens, "tokens a conversation with the model may hold", 512, 1 << 20},
      {"answer.passages", &Config::passages, "passages the model reads for an answer", 1, 50},
      {"answer.section_tokens", &Config::section_tokens, "tokens of a passage with the section around it, which is read with it; 0 reads it alone", 0, 2000},
      {"answer.max_tokens", &Config::max_answer_tokens, "tokens an answer may have", 16, 8192},
      {"answer.risk", &Config::risk, "highest probability of being wrong at which an answer is shown", 0, 1},
      {"documents.chunk_tokens", &Config::chunk_tokens, "tokens a passage is cut to", 32, 400},
      {"documents.chunk_overlap", &Config::chunk_overlap, "tokens of the passage before that a passage begins with", 0, 200},
      {"documents.max_file_mb", &Config::max_file_mb, "largest file that add takes, in megabytes", 1, 900},
      {"documents.pictures", &Config::pictures, "pictures whose text is read: all, pages (that are nothing else), or none", 0, 0, {"all", "pages", "none"}},
      {"server.host", &Config::server_host, "address serve listens on"},
      {"server.port", &Config::server_port, "port serve listens on", 0, 65535},
      {"server.max_request_mb", &Config::max_request_mb, "largest upload, in megabytes", 1, 900},
      {"log.level", &Config::log_level, "debug, info, warning, error or off"},
  };
  return all;
}

std::string variable_name(std::string_view key) {
  std::string name = "PANDUAN_";
  for (const char c : key) name += c == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

void assign(Config& config, const Setting& setting, const std::string& value, const std::string& origin, const std::string& where) {
  if (const auto* text = std::get_if<std::string Config::*>(&setting.field)) {
    if (!setting.choices.empty() && std::ranges::find(setting.choices, value) == setting.choices.end())
      throw Error(ErrorKind::InvalidInput, fmt::format("{}: {} is '{}', expected one of {}", where, setting.key, value, fmt::join(setting.choices, ", ")));
    config.*(*text) = value;
  } else if (const auto* path = std::get_if<std::filesystem::path Config::*>(&setting.field)) {
    config.*(*path) = value;
  } else if (const auto* fraction = std::get_if<double Config::*>(&setting.field)) {
    double number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc{} || end != value.data() + value.size() ||
        !(number >= static_cast<double>(setting.min) && number <= static_cast<double>(setting.max))) {
      throw Error(ErrorKind::InvalidInput, fmt::format("{}: {} is '{}', expected a number from {} to {}", where, setting.key, value, setting.min, setting.max));
    }
    config.*(*fraction) = number;
  } else {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc{} || end != value.data() + value.size() || number < setting.min || number > setting.max) {
      throw Error(ErrorKind::InvalidInput,
                  fmt::format("{}: {} is '{}', expected a whole number from {} to {}", where, setting.key, value, setting.min, setting.max));
    }
    config.*std::get<std::int64_t Config::*>(setting.field) = number;
  }
  config.origins[std::string(setting.key)] = origin;
}

void read_toml(Config& config, const std::filesystem::path& file) {
  if (std::filesystem::is_directory(file)) throw Error(ErrorKind::InvalidInput, fmt::format("'{}' is a folder, expected a TOML file", file.string()));
  toml::table table;
  try {
    table = toml::parse_file(file.string());
  } catch (const toml::parse_error& error) {
    throw Error(ErrorKind::InvalidInput, fmt::format("{}:{}: {}", file.string(), error.source().begin.line, error.description()));
  }
  std::vector<std::string> known;
  for (const Setting& setting : settings()) {
    known.emplace_back(setting.key);
    const auto node = table.at_path(setting.key);
    if (!node) continue;
    std::string value;
    if (const auto text = node.value<std::string>(); node.is_string()) value = *text;
    else if (node.is_integer()) value = std::to_string(*node.value<std::int64_t>());
    else if (node.is_floating_point()) value = fmt::format("{}", *node.value<double>());
    else throw Error(ErrorKind::InvalidInput, fmt::format("{}: {} must be a text or a number", file.string(), setting.key));
    assign(config, setting, value, "file", file.string());
  }
  for (const auto& [section, content] : table) {
    const auto* entries = content.as_table();
    if (entries == nullptr) throw Error(ErrorKind::InvalidInput, fmt::format("{}: '{}' must stand in a section", file.string(), section.str()));
    for (const auto& [name, value] : *entries) {
      const std::string key = fmt::format("{}.{}", section.str(), name.str());
      if (std::ranges::find(known, key) == known.end())
        throw Error(ErrorKind::InvalidInput, fmt::format("{}: there is no setting '{}'; 'panduan doctor' lists them", file.string(), key));
    }
  }
}

bool is_there(const std::filesystem::path& file) {
  std::error_code error;
  const bool there = std::filesystem::exists(file, error);
  if (error) throw error_from_errno(error.value(), fmt::format("cannot read the config file '{}'", file.string()));
  return there;
}

std::optional<std::string> process_environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

}  // namespace

std::vector<SettingDescription> describe_settings() {
  std::vector<SettingDescription> descriptions;
  for (const Setting& setting : settings()) descriptions.push_back({setting.key, setting.meaning});
  return descriptions;
}

std::string setting_value(const Config& config, std::string_view key) {
  const auto setting = std::ranges::find(settings(), key, &Setting::key);
  if (setting == settings().end()) throw Error(ErrorKind::NotFound, fmt::format("there is no setting '{}'", key));
  if (const auto* text = std::get_if<std::string Config::*>(&setting->field)) return config.*(*text);
  if (const auto* path = std::get_if<std::filesystem::path Config::*>(&setting->field)) return (config.*(*path)).string();
  if (const auto* fraction = std::get_if<double Config::*>(&setting->field)) return fmt::format("{}", config.*(*fraction));
  return std::to_string(config.*std::get<std::int64_t Config::*>(setting->field));
}

void set_setting(Config& config, std::string_view key, const std::string& value, const std::string& where) {
  const auto setting = std::ranges::find(settings(), key, &Setting::key);
  if (setting == settings().end()) throw Error(ErrorKind::InvalidInput, fmt::format("there is no setting '{}'; 'panduan doctor' lists them", key));
  assign(config, *setting, value, where, where);
}

Config load_config(const ConfigSources& sources) {
  const auto environment = sources.environment ? sources.environment : process_environment;
  auto folder = [&](const char* variable, const char* below_home) -> std::filesystem::path {
    if (auto value = environment(variable); value && !value->empty()) return std::filesystem::path(*value) / "panduan";
    return std::filesystem::path(environment("HOME").value_or("/")) / below_home / "panduan";
  };
  Config config;
  config.chat_model = "auto";
  config.data_dir = folder("XDG_DATA_HOME", ".local/share");
  const auto cache = environment("PANDUAN_CACHE");
  config.models_dir = (cache && !cache->empty() ? std::filesystem::path(*cache) : folder("XDG_CACHE_HOME", ".cache")) / "models";
  for (const Setting& setting : settings()) config.origins[std::string(setting.key)] = "default";

  if (sources.file) {
    if (!is_there(*sources.file)) throw Error(ErrorKind::NotFound, fmt::format("there is no config file '{}'", sources.file->string()));
    read_toml(config, *sources.file);
  } else if (const auto file = folder("XDG_CONFIG_HOME", ".config") / "config.toml"; is_there(file)) {
    read_toml(config, file);
  }
  for (const Setting& setting : settings()) {
    const std::string variable = variable_name(setting.key);
    if (const auto value = environment(variable)) assign(config, setting, *value, "environment", variable);
  }
  for (const auto& [key, value] : sources.flags) {
    set_setting(config, key, value, "command line");
    config.origins[key] = "flag";
  }
  return config;
}

}  // namespace panduan
