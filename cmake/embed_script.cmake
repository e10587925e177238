# Run by the build for panduan_embed: writes the source file that pulls the bytes in. The sizes are known only now.
file(STRINGS "${LIST}" entries)
set(assembly "")
set(externals "")
set(definitions "")
set(rows "")
foreach(entry IN LISTS entries)
  string(REGEX MATCH "^([^|]+)\\|([^|]+)\\|(.+)$" ignored "${entry}")
  set(symbol "${CMAKE_MATCH_1}")
  set(path "${CMAKE_MATCH_2}")
  set(file "${CMAKE_MATCH_3}")
  file(SIZE "${file}" size)
  set(label "panduan_embed_${UNIT}_${symbol}")
  # The zero byte at the end lets an empty file have an address, and C functions read text.
  string(APPEND assembly "  \"  .balign 16\\n${label}:\\n  .incbin \\\"${file}\\\"\\n  .byte 0\\n\"\n")
  string(APPEND externals "__attribute__((visibility(\"hidden\"))) extern const char ${label}[];\n")
  string(APPEND definitions "constinit const std::string_view ${symbol}(${label}, ${size});\n")
  string(APPEND rows "    {\"${path}\", std::string_view(${label}, ${size})},\n")
endforeach()
file(WRITE "${OUTPUT}.new" "#include \"${HEADER}\"

// A local label of this file's assembly is enough: nothing outside refers to it.
__asm__(
  \"  .pushsection .rodata\\n\"
${assembly}  \"  .popsection\\n\");

extern \"C\" {
${externals}}

namespace ${NAMESPACE} {

${definitions}
std::span<const EmbeddedFile> embedded_files() {
  static constinit const EmbeddedFile files[] = {
${rows}  };
  return files;
}

}  // namespace ${NAMESPACE}
")
# Always newer than its inputs, or the build would run this again each time.
file(RENAME "${OUTPUT}.new" "${OUTPUT}")
