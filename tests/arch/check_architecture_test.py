#!/usr/bin/env python3
"""Builds small trees and shows that check_architecture.py finds each violation in them, and none in a clean one."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent))
import check_architecture

# A clean tree: three modules, one adapter, one test with a helper of another module.
CLEAN = {
    "base/CMakeLists.txt": "panduan_module(base LIBRARIES PkgConfig::fmt ICU::uc)",
    "base/error.h": "#pragma once\n#include <string>\n",
    "base/error.cpp": '#include "base/error.h"\n#include <fmt/format.h>\n#include <unicode/unistr.h>\n#include <sys/stat.h>\n#include <unistd.h>\n',
    "base/testing/clock.h": "#pragma once\n",
    "store/CMakeLists.txt": "# panduan_module(nothing DEPS nobody)\npanduan_module(store\n  DEPS base  # the only one\n  LIBRARIES sqlite)",
    "store/store.h": '#pragma once\n#include "base/error.h"\n',
    "store/sqlite/sqlite_store.h": "#pragma once\n#include <sqlite3.h>\n",
    "store/detail/rows.h": "#pragma once\n",
    "store/sqlite/sqlite_store.cpp": '#include "store/sqlite/sqlite_store.h"\n#include "store/detail/rows.h"\n#include "base/error.h"\n',
    "store/store_test.cpp": '#include <gtest/gtest.h>\n#include "base/testing/clock.h"\n#include "store/store.h"\n',
    "app/CMakeLists.txt": "panduan_module(app DEPS store)",
    "app/workbench.cpp": '#include "store/sqlite/sqlite_store.h"\n',
}


class CheckArchitecture(unittest.TestCase):
    def found(self, changes):
        """The lines about the clean tree with some files changed, added or (None) left out."""
        with tempfile.TemporaryDirectory() as root:
            for name, text in {**CLEAN, **changes}.items():
                if text is not None:
                    path = pathlib.Path(root, "src", name)
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_text(text)
            return list(check_architecture.violations(pathlib.Path(root, "src")))

    def assert_only(self, changes, *expected):
        """Each line that is found holds one of the expected texts, and there are no more."""
        found = self.found(changes)
        self.assertEqual(len(found), len(expected), found)
        for text in expected:
            self.assertTrue(any(text in line for line in found), f"{text!r} not in {found}")

    def test_a_clean_tree_passes(self):
        self.assert_only({})

    def test_the_program_says_so_and_ends_with_1_when_something_is_wrong(self):
        program = pathlib.Path(__file__).with_name("check_architecture.py")
        with tempfile.TemporaryDirectory() as root:
            pathlib.Path(root, "src", "base").mkdir(parents=True)
            run = subprocess.run([sys.executable, program, root], capture_output=True, text=True)
        self.assertEqual((run.returncode, run.stdout), (1, "src/base/CMakeLists.txt: no panduan_module() declares this folder\n"))

    def test_a_cycle_is_found(self):
        self.assert_only(
            {"base/CMakeLists.txt": "panduan_module(base DEPS store LIBRARIES PkgConfig::fmt ICU::uc)", "base/error.cpp": '#include "store/store.h"\n'}, "cycle of modules: "
        )

    def test_an_include_of_an_undeclared_module_is_found(self):
        self.assert_only({"app/workbench.h": '#pragma once\n#include "base/error.h"\n'}, 'src/app/workbench.h:2: "base/error.h": app does not declare base')

    def test_a_declared_module_that_is_never_included_is_found(self):
        self.assert_only({"app/CMakeLists.txt": "panduan_module(app DEPS store base)"}, "src/app/CMakeLists.txt: base is in DEPS and never included")

    def test_unknown_modules_are_found(self):
        self.assert_only({"app/CMakeLists.txt": "panduan_module(app DEPS store nobody)"}, "DEPS names nobody, which is no module")
        self.assert_only({"app/a.cpp": '#include "nobody/a.h"\n'}, "unknown module")
        self.assert_only({"app/CMakeLists.txt": "panduan_module(application DEPS store)"}, "the module is called application, its folder app")
        self.assert_only({"loose.cpp": ""}, "stands in no module's folder")

    def test_a_third_party_outside_its_owner_is_found(self):
        owners = {
            "<llama.h>": "llm", "<ggml-cpu.h>": "llm", "<gguf.h>": "llm", "<chat.h>": "llm", '"common.h"': "llm", "<sqlite3.h>": "store",
            "<boost/asio.hpp>": "net, server", "<openssl/ssl.h>": "net, server", "<spdlog/spdlog.h>": "base", "<sodium.h>": "base",
            "<unicode/uchar.h>": "base", "<zip.h>": "base", "<toml++/toml.h>": "base, rag", "<gumbo.h>": "documents", "<cmark-gfm.h>": "documents",
            "<numkong/dot.h>": "retrieval", "<CLI/CLI.hpp>": "cli",
        }
        for header, owner in owners.items():
            with self.subTest(header):
                self.assert_only({"app/a.cpp": f"#include {header}\n"}, f"belongs to {owner}")
        self.assert_only({"store/a.cpp": "#include <nlohmann/json.hpp>\n"}, "belongs to app, cli, llm, server")
        self.assert_only({"app/a.cpp": "#include <nlohmann/json.hpp>\n#include <fmt/format.h>\n"})

    def test_a_third_party_without_an_owner_is_found(self):
        self.assert_only({"app/a.cpp": "#include <curl/curl.h>\n"}, "<curl/curl.h> has no owner")
        self.assert_only({"app/a.cpp": "#include <zlib.h>\n"}, "<zlib.h> has no owner")

    def test_linked_libraries_have_owners_too(self):
        self.assert_only({"app/CMakeLists.txt": "panduan_module(app DEPS store LIBRARIES sqlite)"}, "sqlite belongs to store")
        self.assert_only({"app/CMakeLists.txt": "panduan_module(app DEPS store LIBRARIES CURL::libcurl)"}, "CURL::libcurl has no owner")

    def test_private_folders_stay_private(self):
        self.assert_only({"app/a.cpp": '#include "store/detail/rows.h"\n'}, "is private to store")
        cli = {"cli/CMakeLists.txt": "panduan_module(cli DEPS store)", "cli/ask.cpp": '#include "store/sqlite/sqlite_store.h"\n'}
        self.assert_only(cli, "is an adapter of store: only app includes it")

    def test_test_headers_stay_in_tests(self):
        self.assert_only({"app/a.cpp": "#include <gtest/gtest.h>\n"}, "belongs to *_test.cpp")
        self.assert_only({"store/store.cpp": '#include "base/testing/clock.h"\n'}, "is for tests only")
        self.assert_only({"app/a_test.cpp": '#include "base/testing/clock.h"\n'}, "app does not declare base")

    def test_absolute_and_relative_includes_are_found(self):
        self.assert_only({"app/a.cpp": '#include "/usr/include/string.h"\n'}, "is an absolute path")
        self.assert_only({"app/a.cpp": '#include "../store/store.h"\n'}, "is written from here")
        self.assert_only({"app/a.cpp": '#include "workbench.h"\n'}, "names no module")

    def test_long_files_are_found(self):
        self.assert_only({"app/a.cpp": "\n" * 500, "app/a.h": "#pragma once" + "\n" * 300})
        self.assert_only({"app/a.cpp": "\n" * 501}, "501 lines, the limit is 500")
        self.assert_only({"app/a.h": "#pragma once\n" + "\n" * 300}, "301 lines, the limit is 300")

    def test_a_header_without_pragma_once_is_found(self):
        self.assert_only({"app/a.h": "#include <string>\n"}, "has no #pragma once")

    def test_a_table_that_says_something_else_is_found(self):
        rows = "| **base** |  |\n| **store** | base |\n| **app** | store |\n"
        self.assert_only({"../docs/ARCHITECTURE.md": rows})
        self.assert_only({"../docs/ARCHITECTURE.md": rows.replace("| store |", "| store, base |")}, "the row of app should say: store")
        self.assert_only({"../docs/ARCHITECTURE.md": rows + "| **rag** | base |\n"}, "a row for rag, which is no module")
        self.assert_only({"../docs/ARCHITECTURE.md": "| **base** |  |\n| **app** | store |\n"}, "no row for store")

    def test_an_include_in_a_string_that_does_not_start_its_line_is_none(self):
        self.assert_only({"app/a.cpp": 'const char* text = "#include <llama.h>";\n'})


if __name__ == "__main__":
    unittest.main()
