#!/usr/bin/env python3
"""Shows that each check of tidy.py and spec_check.py fires on a seeded violation, and not else."""

import pathlib
import tempfile
import unittest

import source
import spec_check
import tidy

HERE = pathlib.Path(__file__).resolve().parent
HEAD = "// One.\n// Two.\n// Three.\n// Tests: none.\n// Five.\n#pragma once\n"


class tree_case(unittest.TestCase):
    """Each test writes a small tree and looks at what the checks say of it."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.write("tests/tools/layers.txt", (HERE / "layers.txt").read_text())

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


class tidy_test(tree_case):
    def findings(self, name, text):
        self.write(name, text)
        return [(line, message) for file, line, message in tidy.check_tree(self.root)
                if file == name]

    def assert_clean(self, name, text):
        self.assertEqual(self.findings(name, text), [])

    def assert_finds(self, name, text, line, words):
        found = self.findings(name, text)
        self.assertEqual([at for at, _ in found], [line], found)
        self.assertIn(words, found[0][1])

    def test_allowed_includes_pass(self):
        self.assert_clean("daemon/route/x.hpp", HEAD + '#include "daemon/store/store.hpp"\n'
                          '#include "protocol/ids.hpp"\n#include <chrono>\n#include <vector>\n')
        self.assert_clean("daemon/app/x.hpp", HEAD + '#include "daemon/store/sqlite_store.hpp"\n'
                          '#include "daemon/seal/cms_seal.hpp"\n'
                          '#include "daemon/link/dialer.hpp"\n')
        self.assert_clean("tests/unit/x.cpp", HEAD + '#include "daemon/seal/cms_open.hpp"\n'
                          '#include "tests/support/seed.hpp"\n')
        self.assert_clean("protocol/x.hpp", HEAD + "#include <boost/system/result.hpp>\n"
                          "#include <boost/json.hpp>\n")

    def test_include_against_the_layers(self):
        for part, header in [
                ("protocol", "config/model.hpp"), ("config", "daemon/store/store.hpp"),
                ("daemon/route", "daemon/link/dialer.hpp"),
                ("daemon/link", "daemon/intake/rest_api.hpp"),
                ("daemon/intake", "daemon/handover/inbox_api.hpp"),
                ("daemon/store", "daemon/route/gateway.hpp"),
                ("daemon/cli", "daemon/link/dialer.hpp"),
                ("daemon/app", "tests/support/seed.hpp")]:
            with self.subTest(part=part, header=header):
                self.assert_finds(f"{part}/x.hpp", f'{HEAD}#include "{header}"\n', 7,
                                  "may not include")

    def test_main_goes_through_app(self):
        self.assert_clean("daemon/main.cpp", HEAD + '#include "daemon/app/app.hpp"\n')
        self.assert_finds("daemon/main.cpp", HEAD + '#include "daemon/store/store.hpp"\n', 7,
                          "may not include")

    def test_folder_without_layer(self):
        self.assert_finds("extra/x.hpp", HEAD, 1, "no layer")

    def test_include_not_from_the_root(self):
        self.assert_finds("protocol/x.hpp", HEAD + '#include "ids.hpp"\n', 7, "from the root")

    def test_private_headers(self):
        self.assert_finds("daemon/link/x.hpp", HEAD + '#include "daemon/store/sqlite_db.hpp"\n', 7,
                          "private")
        self.assert_finds("daemon/cli/x.hpp", HEAD + '#include "daemon/seal/cms_open.hpp"\n', 7,
                          "private")

    def test_headers_in_pure_parts(self):
        for header in ["boost/asio.hpp", "boost/beast/http.hpp", "openssl/evp.h", "sqlite3.h",
                       "thread", "mutex", "condition_variable", "random", "fstream", "filesystem",
                       "unistd.h", "sys/socket.h", "ctime", "zstd.h", "yaml-cpp/yaml.h"]:
            for part in ["protocol", "daemon/route"]:
                with self.subTest(header=header, part=part):
                    self.assert_finds(f"{part}/x.hpp", f"{HEAD}#include <{header}>\n", 7,
                                      "in a pure part")
        self.assert_clean("daemon/link/x.hpp", HEAD + "#include <boost/asio.hpp>\n")

    def test_headers_that_come_along_into_pure_parts(self):
        self.write("daemon/store/a.hpp", HEAD + '#include "daemon/store/b.hpp"\n')
        self.write("daemon/store/b.hpp", HEAD + "#include <mutex>\n")
        self.assert_finds("daemon/route/x.hpp", HEAD + '#include "daemon/store/a.hpp"\n', 7,
                          "by way of daemon/store/b.hpp")

    def test_calls_in_pure_parts(self):
        for call in ["std::chrono::steady_clock::now()", "std::random_device{}()", "rand()",
                     "std::time(nullptr)", "std::getenv(name)", "std::this_thread::sleep_for(x)",
                     "std::mutex m", "thread_local int n"]:
            with self.subTest(call=call):
                self.assert_finds("protocol/x.hpp", f"{HEAD}void f() {{ {call}; }}\n", 7,
                                  "in a pure part")
        self.assert_clean("protocol/x.hpp", HEAD + "// never calls steady_clock::now()\n"
                          "utc_time runtime(utc_time now);\n")

    def test_sizes(self):
        long = HEAD + "int x;\n" * (tidy.FILE_LINES_MAX - 6)
        self.assert_clean("protocol/x.hpp", long)
        self.assert_finds("protocol/x.hpp", long + "int y;\n", 501, "file of 501 lines")
        driver = HEAD + "int x;\n" * (tidy.DRIVER_LINES_MAX - 6)
        for part in ("link", "http", "intake", "handover", "control", "app"):
            self.assert_clean(f"daemon/{part}/x.cpp", driver)
            self.assert_finds(f"daemon/{part}/x.cpp", driver + "int y;\n", 151, "at most 150")
        self.assert_clean("daemon/route/x.cpp", driver + "int y;\n")

    def test_sizes_of_scripts_and_documents(self):
        for name in ("scripts/x", "scripts/lib/x.sh", "scripts/lib/x.py", "docs/x.md",
                     "docs/x.yaml", "x.yml"):
            with self.subTest(name):
                self.assert_clean(name, "#\n" * tidy.FILE_LINES_MAX)
                self.assert_finds(name, "#\n" * (tidy.FILE_LINES_MAX + 1), 501,
                                  "file of 501 lines")
        self.assert_clean("tests/vectors/x.json", "\n" * 1000)
        self.assert_clean("LICENSE", "\n" * 1000)

    def test_a_file_may_be_larger_up_to_its_own_bound(self):
        self.write("tests/tools/layers.txt", "larger docs/x.yaml 510: a reference\n")
        self.assert_clean("docs/x.yaml", "#\n" * 510)
        self.assert_finds("docs/x.yaml", "#\n" * 511, 511, "at most 510")
        self.assertEqual(self.findings("docs/y.yaml", "#\n"), [])

    def test_an_exemption_that_nothing_needs(self):
        self.write("docs/x.yaml", "#\n" * 500)
        self.assert_finds("tests/tools/layers.txt", "\nlarger docs/x.yaml 510: a reference\n", 2,
                          "'docs/x.yaml' has 500 lines and needs no more than 500")

    def test_an_exemption_without_a_reason_is_an_error(self):
        self.write("tests/tools/layers.txt", "larger docs/x.yaml 510:\n")
        with self.assertRaises(SystemExit):
            list(tidy.check_tree(self.root))

    def test_rules_about_what_is_not_there(self):
        self.write("protocol/x.hpp", HEAD)
        for rule in ("layer daemon/gone:", "pure gone", "private sqlite_: protocol gone",
                     "driver protocol/gone.cpp", "larger gone.md 600: why"):
            with self.subTest(rule):
                self.assert_finds("tests/tools/layers.txt", f"layer protocol:\n{rule}\n", 2,
                                  "gone")
        self.assertEqual(self.findings("tests/tools/layers.txt", "layer protocol:\n"), [])

    def test_function_length(self):
        def function(lines):
            return HEAD + "void f() {\n" + "    g();\n" * (lines - 2) + "}\n"
        self.assert_clean("protocol/x.hpp", function(tidy.FUNCTION_LINES_MAX))
        self.assert_finds("protocol/x.hpp", function(tidy.FUNCTION_LINES_MAX + 1), 7,
                          "function of 71 lines")

    def test_function_length_in_python(self):
        def method(lines):
            return "class a:\n    def f(self):\n" + "        g()\n" * (lines - 1)
        self.assert_clean("scripts/lib/x.py", method(tidy.FUNCTION_LINES_MAX))
        self.assert_finds("scripts/lib/x.py", method(tidy.FUNCTION_LINES_MAX + 1), 2,
                          "function of 71 lines")

    def test_columns_count_characters(self):
        self.assert_clean("protocol/x.hpp", HEAD + "// " + "é" * 97 + "\n")
        self.assert_finds("protocol/x.hpp", HEAD + "// " + "e" * 98 + "\n", 7, "101 columns")

    def test_head_comment(self):
        self.assert_finds("protocol/x.hpp", "// Short.\n#pragma once\n", 1, "head comment")
        self.assert_finds("tests/unit/x.cpp", "#include <vector>\n", 1, "head comment")
        self.assert_clean("tests/unit/x.cpp", "// Shows something.\n#include <vector>\n")

    def test_tests_that_are_not_there(self):
        self.write("tests/unit/x/x_test.cpp", "// Shows x.\n")
        self.write("scripts/demo", "")

        def head(text):
            return f"// One.\n// Two.\n// Three.\n// Spec: none. {text}\n// Five.\n"
        for paths in ["unit/x/x_test.cpp", "unit/x", "unit/x/x*, scripts/demo", "none",
                      "unit/x,\n// unit/x/x_test.cpp"]:
            with self.subTest(paths):
                self.assert_clean("protocol/x.hpp", head(f"Tests: {paths}. Limits: none."))
        self.assert_finds("protocol/x.hpp", head("Tests: unit/x, unit/x/y_test.cpp."), 4,
                          "'unit/x/y_test.cpp' is no test")
        self.assert_finds("protocol/x.hpp", head("Tests: through unit/x."), 4, "is no test")
        self.assert_finds("protocol/x.hpp", head("Tests: unit/y*."), 4, "is no test")
        self.assert_finds("protocol/x.hpp", head("Limits: none."), 1, "does not say `Tests:")

    def test_tests_that_documents_name(self):
        self.write("tests/unit/x/x_test.cpp", "// Shows x.\n")
        self.assert_clean("README.md", "`unit/x/x_test`, `unit/x/x_test.cpp`, `unit/x`, `a/b`\n")
        self.assert_finds("docs/a.md", "One.\n`unit/x/x_test`, `unit/x/y_test`\n", 2,
                          "'unit/x/y_test' is no test")

    def test_words_that_stay_out(self):
        for word in tidy.BANNED_WORDS:
            with self.subTest(word=word):
                self.assert_finds("README.md", f"One.\nSee {word}x.\n", 2, "stays out")

    def test_folders_of_some_machine(self):
        for place in ("home", "root", "Users", "builds", "mnt", "tmp"):
            path = f"/{place}/ann/dhow"
            for text in (path, f"cd {path}", f'"{path}"', f"`{path}`", f"file://{path}",
                         f"-I{path}", f"a={path}", f"[x]({path})"):
                with self.subTest(text):
                    self.assert_finds("docs/a.md", f"One.\n{text}\n", 2,
                                      f"'/{place}/' is a folder of some machine")
                    if place != "tmp":
                        self.assert_finds("tests/unit/a.py", f"# {text}\n", 1, "some machine")
        self.assert_clean("tests/unit/a.py", "# /" + "tmp/x\n")
        self.assert_clean("docs/a.md", "`/etc/dhow/dhow.yaml` `/v1/messages` a/b/c $a/root/x ~/x/y "
                          "https://host.example/path/x and/or/else 1/2/3 `/docs/a.md`\n")

    def test_to_do_needs_an_issue(self):
        mark = "TO" + "DO"
        self.assert_finds("protocol/x.hpp", f"{HEAD}// {mark}: more\n", 7, "number of its issue")
        self.assert_clean("protocol/x.hpp", f"{HEAD}// {mark}(#12): more\n")

    def test_unknown_rule_is_an_error(self):
        self.write("tests/tools/layers.txt", "layer protocol:\nlayr daemon:\n")
        with self.assertRaises(SystemExit):
            list(tidy.check_tree(self.root))


class functions_test(unittest.TestCase):
    def lengths(self, text):
        return [length for _, length in source.functions(text)]

    def test_plain_functions_and_their_lines(self):
        text = "namespace a {\n\nint f(int x) {\n    return x;\n}\n\nint g() { return 1; }\n}\n"
        self.assertEqual(source.functions(text), [(3, 3), (7, 1)])

    def test_signature_counts(self):
        self.assertEqual(self.lengths("template <class T, int N = (1 > 0)>\nauto f(T x,\n"
                                      "       int y) noexcept(true) -> int {\n    return y;\n}\n"),
                         [5])

    def test_constructor_with_initialisers(self):
        self.assertEqual(self.lengths("x::x(int a)\n    : a_{a},\n      b_(a),\n      c_{} {\n"
                                      "    f();\n}\nint g() {\n}\n"), [6, 2])

    def test_members_are_found_and_types_are_not(self):
        self.assertEqual(self.lengths("struct s final : t {\n    enum class e { a, b };\n"
                                      "    int x{1};\n    int f() const {\n        return x;\n"
                                      "    }\n};\n"), [3])

    def test_nested_blocks_belong_to_the_outer_function(self):
        self.assertEqual(self.lengths("void f() {\n    auto g = [](int x) {\n        return x;\n"
                                      "    };\n    if (g(1)) {\n    }\n    struct t {};\n}\n"), [8])

    def test_braces_in_literals_and_comments_do_not_count(self):
        self.assertEqual(self.lengths('void f() {\n    g("{", \'{\', R"x({{)x");  // {\n'
                                      "    /* {\n    */\n    h(1\'000, 0xa\'b);\n}\nvoid g() {}\n"),
                         [6, 1])

    def test_macros_are_skipped_and_test_cases_are_functions(self):
        self.assertEqual(self.lengths("#define X(a) \\\n    void a() { \\\n    }\n"
                                      "BOOST_AUTO_TEST_CASE(is_one) {\n    x();\n}\n"), [3])

    def test_a_suite_before_a_namespace_makes_no_function_of_it(self):
        self.assertEqual(self.lengths("BOOST_AUTO_TEST_SUITE(x_test)\n\nnamespace {\n\n"
                                      "int f() {\n    return 1;\n}\n\n}  // namespace\n"), [3])

    def test_tables_are_not_functions(self):
        self.assertEqual(self.lengths("constexpr int a[] = {\n    1,\n    2,\n};\n"
                                      "const auto t = make({\n    1,\n});\n"), [])

    def test_language_linkage(self):
        self.assertEqual(self.lengths('extern "C" int f(int x) {\n    return x;\n}\n'
                                      'extern "C" {\nint g() {\n}\n}\n'), [3, 2])


class spec_check_test(tree_case):
    def findings(self):
        return [message for _, _, message in spec_check.check_tree(self.root)[0]]

    def test_nothing_to_check_without_specifications(self):
        self.assertEqual(spec_check.check_tree(self.root), ([], 0))

    def test_covered_requirement_passes(self):
        self.write("docs/link-protocol.md", "# T\n\n[LP-1] A peer MUST wait.\n- [LP-2] And MUST.\n"
                   "| [LP-3] | MUST |\nSee [LP-9] in the text.\n")
        self.write("protocol/x.cpp", "//= LP-1\n//= LP-2, LP-3\n")
        self.write("tests/unit/x_test.cpp", "//= LP-1, LP-2\n//= LP-3\n")
        self.assertEqual(spec_check.check_tree(self.root), ([], 3))

    def test_directory_format_is_a_specification(self):
        self.write("docs/directory-format.md", "- [DF-1] MUST.\n- [DF-2] MUST.\n")
        self.write("protocol/x.cpp", "//= DF-1\n")
        self.write("tests/unit/x_test.cpp", "//= DF-1, DF-3\n")
        self.assertEqual(sorted(self.findings()), [
            "DF-2 is named by no code", "DF-2 is named by no test",
            "DF-3 is not in the specification"])

    def test_missing_code_or_test(self):
        self.write("docs/parcel-format.md", "[PF-1] MUST.\n[PF-2] MUST.\n")
        self.write("daemon/seal/x.cpp", "//= PF-1\n")
        self.write("tests/unit/x_test.cpp", "//= PF-2\n")
        self.assertEqual(self.findings(), ["PF-1 is named by no test", "PF-2 is named by no code"])

    def test_mention_without_the_mark_does_not_count(self):
        self.write("docs/parcel-format.md", "[PF-1] MUST.\n")
        self.write("protocol/x.cpp", "// PF-1 is obeyed.\n")
        self.write("tests/unit/x_test.cpp", "//= PF-11\n")
        self.assertEqual(self.findings(), ["PF-1 is named by no code", "PF-1 is named by no test",
                                           "PF-11 is not in the specification"])

    def test_specification_errors(self):
        self.write("docs/link-protocol.md", "Words.\n")
        self.write("docs/parcel-format.md", "[PF-1] a\n[PF-1] b\n[LP-1] c\n")
        self.write("protocol/x.cpp", "//= PF-1\n")
        self.write("tests/unit/x_test.cpp", "//= PF-1\n")
        self.assertEqual(self.findings(), [
            "holds no requirement of the form [LP-1]", "PF-1 is defined twice",
            "LP-1 does not belong into this file"])

    def test_headings_that_are_pointed_to(self):
        self.write("docs/store.md", "# The store\n\n## Commit\n\n### At rest, sealed\n\n"
                   "## 7. Backup\n")
        self.write("daemon/x.hpp", "// Spec: docs/store.md#commit.\n")
        self.write("docs/a.md", "[x](store.md#at-rest-sealed) [y](#here) [z](store.md#7-backup)\n"
                   "## Here\n")
        self.write("README.md", "[x](docs/store.md#commit)\n")
        self.assertEqual(self.findings(), [])

    def test_headings_that_are_not_there(self):
        self.write("docs/store.md", "# The store\n\n## Commit\n\n```\n# not a heading\n```\n")
        self.write("daemon/x.hpp", "//\n// Spec: docs/store.md#commits.\n")
        self.write("docs/a.md", "[x](store.md#not-a-heading) [y](#here)\n")
        self.write("docs/decisions/1.md", "[x](../stores.md#commit)\n")
        self.assertEqual(spec_check.check_tree(self.root)[0], [
            ("daemon/x.hpp", 2, "docs/store.md has no heading #commits"),
            ("docs/a.md", 1, "docs/store.md has no heading #not-a-heading"),
            ("docs/a.md", 1, "docs/a.md has no heading #here"),
            ("docs/decisions/1.md", 1, "docs/stores.md has no heading #commit")])


if __name__ == "__main__":
    unittest.main()
