#include "documents/code/languages.h"

#include <array>

// The grammars' entry points: they come without headers.
extern "C" {
const TSLanguage* tree_sitter_bash(void);
const TSLanguage* tree_sitter_c(void);
const TSLanguage* tree_sitter_c_sharp(void);
const TSLanguage* tree_sitter_cpp(void);
const TSLanguage* tree_sitter_go(void);
const TSLanguage* tree_sitter_java(void);
const TSLanguage* tree_sitter_javascript(void);
const TSLanguage* tree_sitter_python(void);
const TSLanguage* tree_sitter_rust(void);
const TSLanguage* tree_sitter_tsx(void);
const TSLanguage* tree_sitter_typescript(void);
}

namespace panduan::documents::detail {
namespace {

using Names = std::string_view;
template <class... Words>
constexpr auto words(Words... all) {
  return std::array<Names, sizeof...(Words)>{all...};
}

// A declaration without a body, which only announces one that stands elsewhere, is no heading.
constexpr auto kCEndings = words("c");
constexpr auto kCContainers = words("struct_specifier", "union_specifier", "enum_specifier");
constexpr auto kCFunctions = words("function_definition");

constexpr auto kCppEndings = words("cpp", "cc", "cxx", "c++", "h", "hpp", "hh", "hxx", "h++", "ipp", "inl", "cu", "cuh", "ino");
constexpr auto kCppContainers = words("namespace_definition", "class_specifier", "struct_specifier", "union_specifier", "enum_specifier");
constexpr auto kCppWrappers = words("template_declaration");

constexpr auto kPythonEndings = words("py", "pyi", "pyw");
constexpr auto kPythonPrograms = words("python", "python3");
constexpr auto kPythonContainers = words("class_definition");
constexpr auto kPythonFunctions = words("function_definition");
constexpr auto kPythonWrappers = words("decorated_definition");

constexpr auto kJavaScriptEndings = words("js", "mjs", "cjs", "jsx");
constexpr auto kJavaScriptPrograms = words("node");
constexpr auto kJavaScriptContainers = words("class_declaration");
constexpr auto kJavaScriptFunctions = words("function_declaration", "generator_function_declaration", "method_definition", "variable_declarator");
constexpr auto kJavaScriptWrappers = words("export_statement", "lexical_declaration", "variable_declaration");

constexpr auto kTypeScriptEndings = words("ts", "mts", "cts");
constexpr auto kTsxEndings = words("tsx");
constexpr auto kTypeScriptContainers =
    words("class_declaration", "abstract_class_declaration", "interface_declaration", "enum_declaration", "internal_module", "module");

constexpr auto kGoEndings = words("go");
constexpr auto kGoContainers = words("type_spec");
constexpr auto kGoFunctions = words("function_declaration", "method_declaration");
constexpr auto kGoWrappers = words("type_declaration");

constexpr auto kRustEndings = words("rs");
constexpr auto kRustContainers = words("struct_item", "enum_item", "union_item", "trait_item", "impl_item", "mod_item");
constexpr auto kRustFunctions = words("function_item", "macro_definition");

constexpr auto kJavaEndings = words("java");
constexpr auto kJavaContainers = words("class_declaration", "interface_declaration", "enum_declaration", "record_declaration", "annotation_type_declaration");
constexpr auto kJavaFunctions = words("method_declaration", "constructor_declaration");

constexpr auto kCSharpEndings = words("cs");
constexpr auto kCSharpContainers =
    words("namespace_declaration", "class_declaration", "interface_declaration", "struct_declaration", "enum_declaration", "record_declaration");

constexpr auto kBashEndings = words("sh", "bash", "zsh", "ksh");
constexpr auto kBashPrograms = words("sh", "bash", "zsh", "ksh", "dash");
constexpr auto kBashFunctions = words("function_definition");

constexpr auto kOtherEndings = words(
    "sql", "yaml", "yml", "toml", "ini", "cfg", "conf", "properties", "lua", "rb", "php", "kt", "kts", "swift", "scala", "groovy", "gradle", "pl", "pm", "r",
    "jl", "m", "mm", "dart", "ex", "exs", "erl", "hs", "ml", "mli", "clj", "fs", "vb", "pas", "f90", "asm", "s", "vhd", "vhdl", "sv", "v", "zig", "nim",
    "proto", "graphql", "thrift", "tf", "hcl", "nix", "cmake", "mk", "make", "bat", "ps1", "psm1", "fish", "awk", "css", "scss", "less", "vue", "svelte", "xsl",
    "xsd", "xml", "tex", "bib", "dockerfile", "service", "diff", "patch", "el", "lisp", "scm", "tcl", "vim", "cl", "glsl", "wgsl", "metal", "sol");
constexpr auto kOtherNames = words("makefile", "gnumakefile", "dockerfile", "containerfile", "cmakelists.txt", "jenkinsfile", "vagrantfile", "rakefile",
                                   "gemfile", "procfile", "justfile", "brewfile", ".gitignore", ".dockerignore", ".editorconfig", ".clang-format");
constexpr auto kOtherPrograms = words("perl", "ruby", "lua", "php", "awk", "fish", "make", "tclsh", "rscript");

constexpr auto kLanguages = std::to_array<CodeLanguage>({
    {.media_type = "text/x-csrc", .endings = kCEndings, .grammar = tree_sitter_c, .containers = kCContainers, .functions = kCFunctions},
    {.media_type = "text/x-c++src",
     .endings = kCppEndings,
     .grammar = tree_sitter_cpp,
     .containers = kCppContainers,
     .functions = kCFunctions,
     .wrappers = kCppWrappers},
    {.media_type = "text/x-python",
     .endings = kPythonEndings,
     .programs = kPythonPrograms,
     .grammar = tree_sitter_python,
     .containers = kPythonContainers,
     .functions = kPythonFunctions,
     .wrappers = kPythonWrappers,
     .hash_comments = true},
    {.media_type = "text/javascript",
     .endings = kJavaScriptEndings,
     .programs = kJavaScriptPrograms,
     .grammar = tree_sitter_javascript,
     .containers = kJavaScriptContainers,
     .functions = kJavaScriptFunctions,
     .wrappers = kJavaScriptWrappers},
    {.media_type = "text/x-typescript",
     .endings = kTypeScriptEndings,
     .grammar = tree_sitter_typescript,
     .containers = kTypeScriptContainers,
     .functions = kJavaScriptFunctions,
     .wrappers = kJavaScriptWrappers},
    {.media_type = "text/x-tsx",
     .endings = kTsxEndings,
     .grammar = tree_sitter_tsx,
     .containers = kTypeScriptContainers,
     .functions = kJavaScriptFunctions,
     .wrappers = kJavaScriptWrappers},
    {.media_type = "text/x-go",
     .endings = kGoEndings,
     .grammar = tree_sitter_go,
     .containers = kGoContainers,
     .functions = kGoFunctions,
     .wrappers = kGoWrappers},
    {.media_type = "text/x-rust", .endings = kRustEndings, .grammar = tree_sitter_rust, .containers = kRustContainers, .functions = kRustFunctions},
    {.media_type = "text/x-java", .endings = kJavaEndings, .grammar = tree_sitter_java, .containers = kJavaContainers, .functions = kJavaFunctions},
    {.media_type = "text/x-csharp", .endings = kCSharpEndings, .grammar = tree_sitter_c_sharp, .containers = kCSharpContainers, .functions = kJavaFunctions},
    {.media_type = "text/x-shellscript",
     .endings = kBashEndings,
     .programs = kBashPrograms,
     .grammar = tree_sitter_bash,
     .functions = kBashFunctions,
     .hash_comments = true},
    {.media_type = "text/x-source", .endings = kOtherEndings, .names = kOtherNames, .programs = kOtherPrograms},
});

}  // namespace

std::span<const CodeLanguage> code_languages() { return kLanguages; }

}  // namespace panduan::documents::detail
