#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace panduan::llm {

/// Turns pieces of bytes into text that may be shown: whole UTF-8 characters only, and nothing that may turn out to be the
/// beginning of a stop text.
class TextStream {
 public:
  explicit TextStream(std::vector<std::string> stops) : stops_(std::move(stops)) {}

  /// The text that is now certain. After `stopped()` nothing more comes.
  std::string feed(std::string_view bytes);
  /// What was held back, at the end of the generation; broken characters are dropped.
  std::string finish();
  bool stopped() const { return stopped_; }

 private:
  std::vector<std::string> stops_;
  std::string held_;
  bool stopped_ = false;
};

}  // namespace panduan::llm
