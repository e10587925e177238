#pragma once
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace panduan::rag::detail {

/// What names something in a text: words in capitals that no sentence asks for, Latin words of a Chinese text, what stands in 《》, and
/// the characters around the point of a name in transcription (科特·科尔曼). `text` is a fact_text.
std::vector<std::string> names_of(std::string_view text);

/// The words of some texts, to look names up in.
class NameIndex {
 public:
  void add(std::string_view fact_text);
  /// Also in another form: "Italian" for "Italy", "UN" for "United Nations", a genitive.
  bool has(std::string_view name) const;

 private:
  bool has_form_of(const std::string& folded) const;

  std::set<std::string, std::less<>> words_;
  std::set<std::string, std::less<>> stems_;
  std::set<std::string, std::less<>> initials_;  ///< of what is written in capitals side by side
  std::string packed_;                           ///< folded, letters and digits only
};

}  // namespace panduan::rag::detail
