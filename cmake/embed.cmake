# panduan_embed(TARGET lib NAMESPACE panduan::llm FILES a b c… [BASE folder] [HEADER "llm/embedded.h"])
#
# Puts files into the library's read-only data. The generated header (by default "<lib>/embedded.h") declares, in the namespace,
#   extern const std::string_view models_json;          one for each file: its path below BASE, other characters as _
#   std::span<const EmbeddedFile> embedded_files();     all of them: {path below BASE, bytes}, in the given order
# BASE is the calling folder by default. A file may be made by the build itself: only its name has to be known beforehand.
# The bytes go in through the assembler's .incbin, so a megabyte costs the compiler nothing.
include_guard(GLOBAL)

function(panduan_embed)
  set(script "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/embed_script.cmake")
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "TARGET;NAMESPACE;BASE;HEADER" "FILES")
  if(NOT arg_HEADER)
    set(arg_HEADER "${arg_TARGET}/embedded.h")
  endif()
  if(NOT arg_BASE)
    set(arg_BASE "${CMAKE_CURRENT_SOURCE_DIR}")
  endif()
  set(folder "${CMAKE_CURRENT_BINARY_DIR}/embed")
  string(MAKE_C_IDENTIFIER "${arg_HEADER}" unit)

  set(files "")
  set(entries "")
  set(declarations "")
  foreach(file IN LISTS arg_FILES)
    cmake_path(ABSOLUTE_PATH file BASE_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}" NORMALIZE)
    cmake_path(RELATIVE_PATH file BASE_DIRECTORY "${arg_BASE}" OUTPUT_VARIABLE path)
    string(MAKE_C_IDENTIFIER "${path}" symbol)
    list(APPEND files "${file}")
    list(APPEND entries "${symbol}|${path}|${file}")
    string(APPEND declarations "extern const std::string_view ${symbol};\n")
  endforeach()

  file(CONFIGURE OUTPUT "${folder}/${arg_HEADER}" @ONLY CONTENT [[
#pragma once
#include <span>
#include <string_view>

namespace @arg_NAMESPACE@ {

struct EmbeddedFile {
  std::string_view path;
  std::string_view bytes;
};
std::span<const EmbeddedFile> embedded_files();

@declarations@
}  // namespace @arg_NAMESPACE@
]])

  # The list goes through a file: a few hundred web files would not fit a command line.
  list(JOIN entries "\n" entry_lines)
  file(CONFIGURE OUTPUT "${folder}/${unit}.list" @ONLY CONTENT "@entry_lines@\n")
  add_custom_command(OUTPUT "${folder}/${unit}.cpp"
    COMMAND "${CMAKE_COMMAND}" "-DNAMESPACE=${arg_NAMESPACE}" "-DUNIT=${unit}" "-DHEADER=${arg_HEADER}" "-DLIST=${folder}/${unit}.list"
            "-DOUTPUT=${folder}/${unit}.cpp" -P "${script}"
    DEPENDS ${files} "${folder}/${unit}.list" "${script}"
    COMMENT "Embedding files into ${arg_TARGET}" VERBATIM)
  target_sources(${arg_TARGET} PRIVATE "${folder}/${unit}.cpp")
  # The assembler reads the files, which no compiler dependency scan sees.
  set_source_files_properties("${folder}/${unit}.cpp" PROPERTIES OBJECT_DEPENDS "${files}")
  target_include_directories(${arg_TARGET} PRIVATE "${folder}")
endfunction()
