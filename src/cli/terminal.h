#pragma once
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace panduan::cli {

enum class Style { Bold, Dim, Red, Green, Yellow, Cyan };

/// Whether people read what is written there, and want colours: it is a terminal, and NO_COLOR is not set.
bool wants_colours(int output);
std::string in_style(std::string_view text, Style style);
/// The text in this style when standard output is a terminal and NO_COLOR is not set; the text alone otherwise.
std::string styled(std::string_view text, Style style);
/// Columns of the terminal, 80 when there is none.
std::size_t terminal_width();
/// Breaks at spaces, and between CJK characters, so that no line is over `width` columns; later lines get the indent.
std::string wrap(std::string_view text, std::size_t width, std::string_view indent);
/// Without control characters: what comes from documents and servers must not steer the terminal.
std::string printable(std::string_view text);

std::string human_bytes(std::uint64_t bytes);
std::string human_duration(double milliseconds);
/// "2026-05-04 13:05" here, of milliseconds since 1970.
std::string local_time(std::int64_t milliseconds);

/// One line on standard error that says what is going on, rewritten in place; nothing when that is no terminal.
/// It shows the seconds that the present step has taken.
class StatusLine {
 public:
  StatusLine();
  ~StatusLine();
  StatusLine(const StatusLine&) = delete;
  StatusLine& operator=(const StatusLine&) = delete;
  void set(const std::string& text);
  void clear();  ///< before anything else is printed

 private:
  void draw();

  bool shown_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string text_;
  std::int64_t since_ms_ = 0;
  bool done_ = false;
  std::thread ticker_;
};

}  // namespace panduan::cli
