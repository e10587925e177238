#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace panduan {

/// Every setting, with its default. One precedence everywhere: flag, then environment, then the TOML file, then the default.
struct Config {
  std::filesystem::path data_dir;    ///< data.dir: the store; default $XDG_DATA_HOME/panduan
  std::filesystem::path models_dir;  ///< models.dir: GGUF files; default $PANDUAN_CACHE/models or $XDG_CACHE_HOME/panduan/models
  std::string chat_model;            ///< models.chat: a catalogue name, a path, or "auto" (by memory)
  std::string embedding_model = "multilingual-e5-small";  ///< models.embedding
  std::string remote_url;          ///< remote.url: an OpenAI-compatible server to chat with instead of a local model, as in http://127.0.0.1:8080/v1
  std::string remote_chat_model;   ///< remote.chat_model: the model's name there
  std::string remote_embedding_model;  ///< remote.embedding_model: embeddings from there too
  std::string remote_key_variable;     ///< remote.key_variable: the environment variable that holds the key; the key itself is never stored
  std::int64_t threads = 0;        ///< engine.threads: 0 is one a core
  std::int64_t context_tokens = 4096;  ///< engine.context_tokens
  std::int64_t passages = 3;       ///< answer.passages: how many the model reads
  std::int64_t section_tokens = 0;  ///< answer.section_tokens: of the section around each that is read with it
  std::int64_t max_answer_tokens = 256;  ///< answer.max_tokens
  double risk = 0.75;              ///< answer.risk: an answer that is wrong with more than this probability is not shown
  std::int64_t chunk_tokens = 256; ///< documents.chunk_tokens; a workspace may set its own, and so the next
  std::int64_t chunk_overlap = 0;  ///< documents.chunk_overlap
  std::int64_t max_file_mb = 200;  ///< documents.max_file_mb
  std::string pictures = "all";    ///< documents.pictures: "all", "pages" or "none"
  std::string server_host = "127.0.0.1";  ///< server.host
  std::int64_t server_port = 8484;        ///< server.port
  std::int64_t max_request_mb = 200;      ///< server.max_request_mb
  std::string log_level = "warning";      ///< log.level

  /// Where each setting's value came from: key → "default", "file", "environment" or "flag".
  std::map<std::string, std::string> origins;
};

/// What a setting is called and means; its environment variable is PANDUAN_ and the key in capitals with _ for the point.
struct SettingDescription {
  std::string_view key;
  std::string_view meaning;
};
std::vector<SettingDescription> describe_settings();
/// The value as text, as the user would write it. Throws Error{NotFound} for an unknown key.
std::string setting_value(const Config& config, std::string_view key);

/// Sets one as a user would write it; `where` names in an error who did. Throws Error{InvalidInput} as load_config.
void set_setting(Config& config, std::string_view key, const std::string& value, const std::string& where);

struct ConfigSources {
  std::map<std::string, std::string> flags;     ///< key → value
  std::optional<std::filesystem::path> file;    ///< must exist; otherwise $XDG_CONFIG_HOME/panduan/config.toml if it does
  std::function<std::optional<std::string>(const std::string&)> environment;  ///< default: the process's
};

/// Throws Error: InvalidInput that names the file or variable, the key and what was expected; NotFound or Forbidden for a file that cannot be read.
Config load_config(const ConfigSources& sources = {});

}  // namespace panduan
