#include "cli/terminal.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "base/clock.h"
#include "base/unicode.h"

namespace panduan::cli {
namespace {

std::size_t columns_of(const Character& c) {
  return is_cjk(c.code_point) || (c.code_point >= 0xFF01 && c.code_point <= 0xFF60) || (c.code_point >= 0x3000 && c.code_point <= 0x303F) ? 2 : 1;
}

/// The longest beginning of the text that fits.
std::string fit(std::string_view text, std::size_t columns) {
  std::size_t used = 0;
  std::size_t offset = 0;
  while (offset < text.size()) {
    const Character c = character_at(text, offset);
    if (used + columns_of(c) > columns) break;
    used += columns_of(c);
    offset += c.bytes;
  }
  return std::string(text.substr(0, offset));
}

}  // namespace

bool wants_colours(int output) {
  const char* no_color = std::getenv("NO_COLOR");
  return ::isatty(output) == 1 && (no_color == nullptr || *no_color == '\0');
}

std::string in_style(std::string_view text, Style style) {
  static constexpr std::array<std::string_view, 6> kCodes{"1", "2", "31", "32", "33", "36"};
  return fmt::format("\x1b[{}m{}\x1b[0m", kCodes[static_cast<std::size_t>(style)], text);
}

std::string styled(std::string_view text, Style style) {
  static const bool wanted = wants_colours(STDOUT_FILENO);
  return wanted ? in_style(text, style) : std::string(text);
}

std::size_t terminal_width() {
  struct winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 20) return size.ws_col;
  return 80;
}

std::string wrap(std::string_view text, std::size_t width, std::string_view indent) {
  std::string wrapped;
  std::size_t column = 0;
  std::string word;
  std::size_t word_columns = 0;
  bool space_before = false;
  auto put_word = [&] {
    if (word.empty()) return;
    if (column > 0 && column + (space_before ? 1 : 0) + word_columns > width) {
      wrapped += '\n';
      wrapped += indent;
      column = indent.size();
    } else if (space_before && column > 0) {
      wrapped += ' ';
      ++column;
    }
    wrapped += word;
    column += word_columns;
    word.clear();
    word_columns = 0;
    space_before = false;
  };
  for (std::size_t offset = 0; offset < text.size();) {
    const Character c = character_at(text, offset);
    const std::string_view bytes = text.substr(offset, c.bytes);
    offset += c.bytes;
    if (is_white_space(c.code_point)) {
      put_word();
      space_before = true;
      continue;
    }
    if (is_cjk(c.code_point)) put_word();
    word += bytes;
    word_columns += columns_of(c);
    if (is_cjk(c.code_point) && !(offset < text.size() && columns_of(character_at(text, offset)) == 2 && !is_cjk(character_at(text, offset).code_point)))
      put_word();
  }
  put_word();
  return wrapped;
}

std::string printable(std::string_view text) {
  std::string clean;
  for (std::size_t offset = 0; offset < text.size();) {
    const Character c = character_at(text, offset);
    const bool control = c.code_point < 0x20 || (c.code_point >= 0x7F && c.code_point < 0xA0) || (c.code_point >= 0x202A && c.code_point <= 0x202E) ||
                         (c.code_point >= 0x2066 && c.code_point <= 0x2069);
    // A malformed byte comes as U+FFFD, too: by itself 0x9B begins a command for some terminals.
    if (control || c.code_point == U'\uFFFD') clean += c.code_point == '\n' || c.code_point == '\t' ? " " : "\uFFFD";
    else clean += text.substr(offset, c.bytes);
    offset += c.bytes;
  }
  return clean;
}

std::string human_bytes(std::uint64_t bytes) {
  if (bytes < 1000) return fmt::format("{} B", bytes);
  const double value = static_cast<double>(bytes);
  // From here on the smaller unit would be rounded to 1000.
  if (bytes < 999'500) return fmt::format("{:.0f} kB", value / 1e3);
  if (bytes < 999'950'000) return fmt::format("{:.1f} MB", value / 1e6);
  return fmt::format("{:.2f} GB", value / 1e9);
}

std::string local_time(std::int64_t milliseconds) { return fmt::format("{:%Y-%m-%d %H:%M}", fmt::localtime(static_cast<std::time_t>(milliseconds / 1000))); }

std::string human_duration(double milliseconds) {
  if (milliseconds < 999.5) return fmt::format("{:.0f} ms", milliseconds);
  if (milliseconds < 59'950) return fmt::format("{:.1f} s", milliseconds / 1000);
  const long seconds = std::lround(milliseconds / 1000);
  return fmt::format("{} min {:02} s", seconds / 60, seconds % 60);
}

StatusLine::StatusLine() : shown_(::isatty(STDERR_FILENO) == 1) {
  if (!shown_) return;
  ticker_ = std::thread([this] {
    std::unique_lock lock(mutex_);
    while (!done_) {
      changed_.wait_for(lock, std::chrono::milliseconds(500));
      if (!done_ && !text_.empty()) draw();
    }
  });
}

StatusLine::~StatusLine() {
  if (!shown_) return;
  {
    const std::lock_guard lock(mutex_);
    done_ = true;
  }
  changed_.notify_all();
  ticker_.join();
  clear();
}

void StatusLine::set(const std::string& text) {
  if (!shown_) return;
  const std::lock_guard lock(mutex_);
  if (text_ != text) since_ms_ = system_clock().now_ms();
  text_ = text;
  draw();
}

void StatusLine::clear() {
  if (!shown_) return;
  const std::lock_guard lock(mutex_);
  if (text_.empty()) return;
  text_.clear();
  std::fputs("\r\x1b[K", stderr);
  std::fflush(stderr);
}

void StatusLine::draw() {
  const std::int64_t seconds = (system_clock().now_ms() - since_ms_) / 1000;
  const std::string line = seconds > 0 ? fmt::format("{} {} s", text_, seconds) : text_;
  std::fputs(fmt::format("\r\x1b[K{}", fit(line, terminal_width() - 1)).c_str(), stderr);
  std::fflush(stderr);
}

}  // namespace panduan::cli
