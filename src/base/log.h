#pragma once
#include <string>
#include <string_view>

namespace panduan::log {

enum class Level { Debug, Info, Warning, Error, Off };

/// Lines go to standard error, never to standard output. Default level: Warning.
void set_level(Level level);
/// Throws Error{InvalidInput} when the name is none of debug, info, warning, error, off.
Level level_from_name(std::string_view name);

void debug(std::string_view message);
void info(std::string_view message);
void warning(std::string_view message);
void error(std::string_view message);

}  // namespace panduan::log
