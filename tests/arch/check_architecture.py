#!/usr/bin/env python3
"""Fails when an #include goes against the declared module graph. Run: check_architecture.py [folder that holds src]

The graph is what CMake links: `panduan_module(rag DEPS base llm LIBRARIES PkgConfig::fmt)` in src/<module>/CMakeLists.txt.
Includes are written from src/: `#include "rag/answerer.h"`. A dependency is direct, never inherited: who includes it declares it.
"""
import fnmatch
import pathlib
import re
import sys
from graphlib import CycleError, TopologicalSorter

ANYONE = None

# Who may include which third party: patterns of header names, and the modules that own them.
HEADER_OWNERS = {
    ("oneapi/*",): {"llm"},
    ("llama.h", "llama-*.h", "ggml*", "gguf.h", "chat.h", "common.h", "sampling.h", "json-schema-to-grammar.h"): {"llm"},
    ("sqlite3.h",): {"store"},
    ("boost/*", "openssl/*"): {"net", "server"},
    ("spdlog/*", "sodium.h", "unicode/*", "zip.h", "seccomp.h"): {"base"},
    ("toml++/*",): {"base", "rag"},
    ("tesseract/*", "leptonica/*", "gumbo.h", "cmark-gfm*", "pugixml.hpp", "tree_sitter/*", "archive.h", "archive_entry.h"): {"documents"},
    ("numkong/*",): {"retrieval"},
    ("CLI/*",): {"cli"},
    ("nlohmann/*",): {"llm", "server", "app", "cli"},
    ("fmt/*",): ANYONE,
}

# The same for what panduan_module() links.
LIBRARY_OWNERS = {
    ("llama", "onednn"): {"llm"},
    ("sqlite",): {"store"},
    ("Boost::*", "OpenSSL::*"): {"net", "server"},
    ("PkgConfig::spdlog", "PkgConfig::sodium", "PkgConfig::zip", "PkgConfig::seccomp", "ICU::*", "*tomlplusplus*"): {"base"},
    ("PkgConfig::gumbo", "PkgConfig::pugixml", "PkgConfig::archive", "tree-sitter", "cmark-gfm*"): {"documents"},
    ("numkong",): {"retrieval"},
    ("CLI11::CLI11",): {"cli"},
    ("nlohmann_json::nlohmann_json",): {"llm", "server", "app", "cli"},
    ("PkgConfig::fmt", "Threads::Threads", "${CMAKE_DL_LIBS}"): ANYONE,
}

TEST_HEADERS = ("gtest/*", "gmock/*")  # only in *_test.cpp and testing/
PRIVATE_FOLDERS = {"detail"}  # only the module itself
ADAPTER_FOLDERS = {"llama", "onednn", "remote", "sqlite"}  # the module itself, and the module that constructs them:
COMPOSITION_ROOT = "app"

MAX_LINES = {".h": 300, ".cpp": 500, ".c": 500}

# Headers of the C++ library have no ending; these are C's, POSIX' and Linux', and the compiler's own.
SYSTEM_FOLDERS = ("sys/*", "net/*", "netinet/*", "arpa/*", "linux/*", "bits/*", "asm/*")
SYSTEM_HEADERS = set(
    "assert.h cpuid.h ctype.h dirent.h dlfcn.h errno.h fcntl.h fenv.h fnmatch.h glob.h grp.h immintrin.h inttypes.h langinfo.h limits.h "
    "locale.h math.h netdb.h poll.h pthread.h pwd.h sched.h semaphore.h setjmp.h signal.h spawn.h stdarg.h stdbool.h stddef.h stdint.h stdio.h "
    "stdlib.h string.h strings.h syslog.h termios.h time.h ucontext.h unistd.h wchar.h".split()
)

DECLARATION = re.compile(r"^\s*panduan_module\(\s*([\w-]+)([^)]*)\)", re.M)
COMMENT = re.compile(r"#[^\n]*")
DOCUMENTED = re.compile(r"^\| \*\*(\w+)\*\* \| ([^|]*) \|", re.M)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^">\n]+)[">]', re.M)


class Module:
    def __init__(self, folder: pathlib.Path):
        self.folder = folder.name
        self.name = None
        self.deps, self.libraries = [], []
        lists = folder / "CMakeLists.txt"
        declared = DECLARATION.search(COMMENT.sub("", lists.read_text())) if lists.exists() else None
        if declared:
            self.name = declared.group(1)
            into = None
            for word in declared.group(2).split():
                if word in ("DEPS", "LIBRARIES"):
                    into = self.deps if word == "DEPS" else self.libraries
                elif into is not None:
                    into.append(word)


def matches(name, patterns):
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def owners_of(name, table):
    """The modules that may use it; ANYONE; or the string "unknown"."""
    return next((owners for patterns, owners in table.items() if matches(name, patterns)), "unknown")


def is_system_header(name):
    return ("/" not in name and "." not in name) or name in SYSTEM_HEADERS or matches(name, SYSTEM_FOLDERS)


def graph_violations(modules):
    for folder, module in modules.items():
        where = f"src/{folder}/CMakeLists.txt"
        if module.name is None:
            yield f"{where}: no panduan_module() declares this folder"
        elif module.name != folder:
            yield f"{where}: the module is called {module.name}, its folder {folder}"
        for dep in module.deps:
            if dep not in modules:
                yield f"{where}: DEPS names {dep}, which is no module"
        for library in module.libraries:
            owners = owners_of(library, LIBRARY_OWNERS)
            if owners == "unknown":
                yield f"{where}: {library} has no owner: add it to LIBRARY_OWNERS in tests/arch/check_architecture.py"
            elif owners is not ANYONE and folder not in owners:
                yield f"{where}: {library} belongs to {', '.join(sorted(owners))}"
    try:
        TopologicalSorter({folder: [d for d in module.deps if d in modules] for folder, module in modules.items()}).prepare()
    except CycleError as cycle:
        yield "src: a cycle of modules: " + " -> ".join(cycle.args[1])


def include_violation(src, modules, here, path, bracket, name):
    """What is wrong with one #include of a file in module `here`; None when all is well."""
    is_test = path.name.endswith("_test.cpp")
    in_testing = "testing" in path.relative_to(src).parts
    parts = name.split("/")
    if name.startswith("/"):
        return f"{name} is an absolute path"
    if ".." in parts or "." in parts:
        return f"{name} is written from here: write it from src/"
    if matches(name, TEST_HEADERS):
        return None if is_test or in_testing else f"<{name}> belongs to *_test.cpp and testing/"
    ours = bracket == '"' or (len(parts) > 1 and parts[0] in modules and (src / name).exists())
    owners = owners_of(name, HEADER_OWNERS)
    if owners != "unknown" and not (ours and parts[0] in modules):
        return f"<{name}> belongs to {', '.join(sorted(owners))}" if owners is not ANYONE and here not in owners else None
    if not ours:
        return None if is_system_header(name) else f"<{name}> has no owner: add it to HEADER_OWNERS in tests/arch/check_architecture.py"
    there = parts[0]
    if len(parts) == 1:
        return f'"{name}" names no module: write it from src/'
    if there not in modules:
        return f'"{name}" is of an unknown module'
    if "testing" in parts[1:-1] and not (is_test or in_testing):
        return f'"{name}" is for tests only'
    if there == here:
        return None
    if there not in modules[here].deps:
        return f'"{name}": {here} does not declare {there} in its DEPS'
    if PRIVATE_FOLDERS & set(parts[1:-1]):
        return f'"{name}" is private to {there}'
    if ADAPTER_FOLDERS & set(parts[1:-1]) and here != COMPOSITION_ROOT:
        return f'"{name}" is an adapter of {there}: only {COMPOSITION_ROOT} includes it'
    return None


def file_violations(src, modules, used):
    for path in sorted(p for p in src.rglob("*") if p.suffix in MAX_LINES and p.is_file()):
        here = path.relative_to(src).parts[0]
        where = f"src/{path.relative_to(src).as_posix()}"
        if here not in modules:
            yield f"{where}: stands in no module's folder"
            continue
        text = path.read_text(errors="replace")
        lines = len(text.splitlines())
        if lines > MAX_LINES[path.suffix]:
            yield f"{where}: {lines} lines, the limit is {MAX_LINES[path.suffix]}"
        if path.suffix == ".h" and not re.search(r"^#pragma once\b", text, re.M):
            yield f"{where}: has no #pragma once"
        for found in INCLUDE.finditer(text):
            bracket, name = found.groups()
            used[here].add(name.split("/")[0])
            wrong = include_violation(src, modules, here, path, bracket, name)
            if wrong:
                yield f"{where}:{text.count(chr(10), 0, found.start()) + 1}: {wrong}"


def table_violations(table, modules):
    """The table of the modules in docs/ARCHITECTURE.md says what CMake links."""
    rows = {name: set(re.findall(r"\w+", deps)) for name, deps in DOCUMENTED.findall(table.read_text())} if table.exists() else None
    if rows is None:
        return
    for folder, module in modules.items():
        if folder not in rows:
            yield f"docs/ARCHITECTURE.md: the table has no row for {folder}"
        elif rows[folder] != set(module.deps):
            yield f"docs/ARCHITECTURE.md: the row of {folder} should say: {', '.join(module.deps)}"
    for name in rows:
        if name not in modules:
            yield f"docs/ARCHITECTURE.md: the table has a row for {name}, which is no module"


def violations(src):
    modules = {folder.name: Module(folder) for folder in sorted(src.iterdir()) if folder.is_dir()}
    used = {folder: set() for folder in modules}
    yield from graph_violations(modules)
    yield from file_violations(src, modules, used)
    for folder, module in modules.items():
        for dep in module.deps:
            if dep in modules and dep not in used[folder]:
                yield f"src/{folder}/CMakeLists.txt: {dep} is in DEPS and never included"
    yield from table_violations(src.parent / "docs/ARCHITECTURE.md", modules)


def main(arguments):
    root = pathlib.Path(arguments[0]) if arguments else pathlib.Path(__file__).resolve().parents[2]
    src = root / "src"
    if not src.is_dir():
        print(f"there is no folder 'src' in {root}", file=sys.stderr)
        return 2
    found = list(violations(src))
    print("\n".join(found) if found else "architecture: ok")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
