#pragma once
#include <map>
#include <string>
#include <string_view>

namespace panduan::documents::detail {

/// The declarations of a style attribute or a rule, in lower case and without white space, "!important" included: property → value.
using Declarations = std::map<std::string, std::string, std::less<>>;
Declarations declarations_in(std::string_view css);

/// Whether by these alone nobody sees what has them: not displayed, of no size, transparent, or of the colour of its ground.
bool hide(const Declarations& declarations);
/// Whether they say that it is seen or not, whatever else does.
bool decide(const Declarations& declarations);

/// The rules of style sheets by which nobody sees an element, as far as their selector is a tag, a class, an id, or a tag with one of these; the later rule
/// wins, an id over a class over a tag. Conditions (@media) are not looked into; html and body are always seen, for it is scripts that show them.
class HidingRules {
 public:
  void add(std::string_view css);
  /// `tag` in lower case, `classes` as the attribute is written. Empty where there is none.
  bool hides(std::string_view tag, std::string_view id, std::string_view classes) const;
  bool empty() const { return rules_.empty(); }

 private:
  void add_rule(std::string_view selectors, std::string_view declarations);
  std::map<std::string, bool, std::less<>> rules_;  ///< selector → whether it hides
};

}  // namespace panduan::documents::detail
