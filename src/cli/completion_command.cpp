#include <fmt/format.h>

#include "cli/commands.h"

namespace panduan::cli {

int run_completion(const Session& session) {
  const bool zsh = session.arguments.names.at(0) == "zsh";
  // One script serves both: zsh runs bash completions itself.
  std::string script = zsh ? "#compdef panduan\nautoload -U +X bashcompinit && bashcompinit\n" : "";
  script +=
      "_panduan() {\n  local word=${COMP_WORDS[COMP_CWORD]} command= i\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do case ${COMP_WORDS[i]} in -*) ;; *) command=${COMP_WORDS[i]}; break ;; esac; done\n  local words=\n  case $command in\n";
  for (const auto& [name, words] : describe_commands()) {
    script += fmt::format("    {}) words='{}' ;;\n", name.empty() ? "''" : name, fmt::join(words, " "));
  }
  script +=
      "  esac\n  COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n  if [ -n \"$command\" ] && [[ $word != -* ]]; then COMPREPLY+=($(compgen -f -- \"$word\")); fi\n}\n"
      "complete -o filenames -F _panduan panduan\n";
  fmt::print("{}", script);
  return 0;
}

}  // namespace panduan::cli
