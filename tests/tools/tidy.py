#!/usr/bin/env python3
"""Checks the source text: layers, sizes, head comments, words that stay out.

usage: tidy.py [ROOT]      prints FILE:LINE: what is wrong; exit code 1 if anything is.
"""

import ast
import collections
import itertools
import pathlib
import re
import sys

import source

FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 70
DRIVER_LINES_MAX = 150
COLUMNS_MAX = 100
HEAD_LINES = 5
LAYERS = "tests/tools/layers.txt"

# In pieces, so that this file passes its own check.
BANNED_WORDS = [
    "Co-Auth" + "ored-By",
]
# An absolute path with two parts at least. Its first one must be a place that every system has, or
# one of ours; whatever else begins so is a folder of some machine.
ABSOLUTE = re.compile(
    r"""(?:^|(?<=[\s"'`=:(,|<\[{;@])|(?<=//)|(?<=-[IL]))/([A-Za-z][\w.-]*)/[\w$.{]""")
PLACES = set("bin dev etc lib lib64 proc run sbin srv sys usr var".split())
# The API's paths, the tree in a clean root, pointers into the texts of messages.
OURS = set("admin attachments body dhow evaluation handling references v1".split())
IN_TESTS = set("V1 a cancels d nonexistent s tmp to".split())   # wrong paths, pointers into JSON
TO_DO = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b(?!\s*\(?#\d+)")

PURE_HEADERS = re.compile(
    r"boost/(?!system/|json\.hpp|json/)|openssl/|sqlite3|yaml-cpp/|zstd|systemd/|sys/"
    r"|(?:thread|mutex|shared_mutex|condition_variable|future|semaphore|latch|barrier|stop_token"
    r"|atomic|random|fstream|iostream|filesystem|ctime|coroutine"
    r"|time\.h|unistd\.h|fcntl\.h|pthread\.h|signal\.h|csignal|poll\.h)$")
PURE_CALLS = re.compile(
    r"_clock::now\b|\brandom_device\b|\bmt19937|\bs?rand\s*\(|\bgetrandom\s*\("
    r"|\bstd::time\s*\(|\bclock_gettime\b|\bgettimeofday\b|\bgetenv\b"
    r"|\bstd::(?:jthread|thread|mutex)\b|\bstd::async\b|\bthread_local\b|\bsleep_(?:for|until)\b")
TESTS = re.compile(r"\bTests: (.*?)[.;](?: |$)")
NAMED_TEST = re.compile(
    r"`((?:unit|sim|system|drivers|store_contract|fuzz|bench)/[\w/]+)(?:\.cpp)?`")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)

# Text for which FILE_LINES_MAX holds too; vectors, corpora and the licence are data.
SIZED = {".py", ".sh", ".md", ".yaml", ".yml"}

Rules = collections.namedtuple("Rules", "root layers pure private drivers larger paths")


def load_rules(root):
    rules = Rules(root, {}, set(), {}, set(), {}, [])
    path = root / LAYERS
    for number, line in enumerate(path.read_text().splitlines(), 1):
        line = line.split("#")[0].strip()
        if not line:
            continue
        word, _, rest = line.partition(" ")
        name, _, parts = rest.partition(":")
        rules.paths.append((number, "".join(name.split()[:1])))
        if word == "layer":
            rules.layers[name.strip()] = set(parts.split())
        elif word == "private":
            rules.private[name.strip()] = set(parts.split())
            rules.paths[-1:] = [(number, part) for part in parts.split()]
        elif word == "pure":
            rules.pure.add(rest.strip())
        elif word == "driver":
            rules.drivers.add(rest.strip())
        elif word == "larger":
            file, lines = name.split()
            if not parts.strip():
                raise SystemExit(f"{path}:{number}: no reason why '{file}' is larger")
            rules.larger[file] = (number, int(lines))
        else:
            raise SystemExit(f"{path}:{number}: unknown rule '{word}'")
    return rules


def part_of(name, parts):
    """The longest of the parts that holds the file, or None."""
    fits = [part for part in parts if name.startswith(part + "/")]
    return max(fits, key=len, default=None)


def includes(text):
    for match in INCLUDE.finditer(text):
        yield text.count("\n", 0, match.start(2)) + 1, match.group(1) == '"', match.group(2)


def check_layers(name, text, rules):
    part = part_of(name, rules.layers)
    if part is None:
        yield 1, "belongs to no layer of layers.txt"
        return
    allowed = rules.layers[part]
    for line, own, header in includes(text):
        if not own or header == "dhow_version.hpp":
            continue
        target = part_of(header, rules.layers)
        if target is None:
            yield line, f'"{header}" is not named from the root of the tree'
        elif target != part and not any(f"{target}/".startswith(f"{one}/") for one in allowed):
            yield line, f"{part} may not include {target} (layers.txt)"
        for prefix, parts in rules.private.items():
            if header.rsplit("/", 1)[-1].startswith(prefix) and part not in parts:
                yield line, f"{prefix}* is private to {', '.join(sorted(parts))}"


def check_pure(name, text, rules):
    if part_of(name, rules.layers) not in rules.pure:
        return
    for line, own, header in includes(text):
        if own:
            for via, banned in impure_headers(rules.root, header, {header}):
                yield line, f"<{banned}> in a pure part, by way of {via}"
        elif PURE_HEADERS.match(header):
            yield line, f"<{header}> in a pure part"
    for number, line in enumerate(source.without_comments(text).splitlines(), 1):
        match = PURE_CALLS.search(line)
        if match:
            yield number, f"'{match.group(0)}' in a pure part"


def impure_headers(root, name, seen):
    """(file, header) for each banned header that a header of ours brings along."""
    path = root / name
    for _, own, header in includes(path.read_text(encoding="utf-8") if path.is_file() else ""):
        if own and header not in seen:
            seen.add(header)
            yield from impure_headers(root, header, seen)
        elif not own and PURE_HEADERS.match(header):
            yield name, header


def usual_limit(name, rules):
    return DRIVER_LINES_MAX if part_of(name, rules.drivers) else FILE_LINES_MAX


def check_lines(name, text, rules):
    lines = text.count("\n")
    limit = rules.larger.get(name, (0, usual_limit(name, rules)))[1]
    if lines > limit:
        yield lines, f"file of {lines} lines; at most {limit}"


def check_functions(name, text, _rules):
    found = python_functions(text) if name.endswith(".py") else source.functions(text)
    for first, length in found:
        if length > FUNCTION_LINES_MAX:
            yield first, f"function of {length} lines; at most {FUNCTION_LINES_MAX}"


def python_functions(text):
    """(first line, lines) of each function and method, also of those inside others."""
    return [(node.lineno, node.end_lineno - node.lineno + 1) for node in ast.walk(ast.parse(text))
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]


def check_rules(rules):
    """What layers.txt names is there, and a file that may be larger is."""
    for number, path in rules.paths:
        if not (rules.root / path).exists():
            yield number, f"'{path}' does not exist"
    for name, (number, _) in rules.larger.items():
        path = rules.root / name
        if path.is_file():
            lines, limit = path.read_text(encoding="utf-8").count("\n"), usual_limit(name, rules)
            if lines <= limit:
                yield number, f"'{name}' has {lines} lines and needs no more than {limit}"


def check_head(name, text, _rules):
    wanted = 1 if name.startswith("tests/") else HEAD_LINES
    head = text.splitlines()[:wanted]
    if len(head) < wanted or not all(line.startswith("// ") for line in head):
        yield 1, f"does not open with a head comment of {wanted} lines"


def check_tests(name, text, rules):
    """Each path after `Tests:` in a head comment is there, in tests/ or scripts/; or it is none."""
    head = list(itertools.takewhile(lambda line: line.startswith("//"), text.splitlines()))
    if name.startswith("tests/") or len(head) < HEAD_LINES:
        return
    found = TESTS.search(" ".join(line[2:].strip() for line in head))
    if found is None:
        yield 1, "the head comment does not say `Tests: PATH, PATH.`, or `Tests: none.`"
        return
    line = next(number for number, one in enumerate(head, 1) if "Tests:" in one)
    for path in found.group(1).split(", "):
        folder = rules.root if path.startswith("scripts/") else rules.root / "tests"
        if path != "none" and next(folder.glob(path), None) is None:
            yield line, f"'{path}' is no test"


def check_named_tests(_name, text, rules):
    """Each test that a document names, with or without its ending, is there."""
    for number, line in enumerate(text.splitlines(), 1):
        for test in NAMED_TEST.findall(line):
            path = rules.root / "tests" / test
            if not path.exists() and not path.with_suffix(".cpp").exists():
                yield number, f"'{test}' is no test"


def check_columns(_name, text, _rules):
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > COLUMNS_MAX:
            yield number, f"line of {len(line)} columns; at most {COLUMNS_MAX}"


def check_words(name, text, rules):
    for number, line in enumerate(text.splitlines(), 1):
        for word in BANNED_WORDS:
            if word in line:
                yield number, f"'{word}' stays out of the project"
        for place in ABSOLUTE.findall(line):
            known = place in PLACES | OURS or (rules.root / place).is_dir()
            if not known and not (name.startswith("tests/") and place in IN_TESTS):
                yield number, f"'/{place}/' is a folder of some machine"
        if TO_DO.search(line):
            yield number, "something to be done, without the number of its issue"


CODE_CHECKS = [check_layers, check_pure, check_lines, check_functions, check_head, check_tests,
               check_columns]


def check_tree(root):
    """Yields (file, line, message) for everything that is wrong below root."""
    rules = load_rules(root)
    for line, message in check_rules(rules):
        yield LAYERS, line, message
    for name in source.project_files(root):
        text = source.read_text(root / name)
        if text is None:
            continue
        checks = [check_words]
        suffix = pathlib.PurePath(name).suffix
        if suffix in SIZED or (not suffix and name.startswith("scripts/")):
            checks.append(check_lines)
        if suffix in source.CODE:
            checks += CODE_CHECKS
        elif suffix == ".py":
            checks += [check_functions, check_columns]
        elif suffix == ".md":
            checks += [check_named_tests]
        for check in checks:
            for line, message in check(name, text, rules):
                yield name, line, message


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    wrong = list(check_tree(root))
    for name, line, message in wrong:
        print(f"{name}:{line}: {message}")
    print(f"tidy: {len(wrong)} findings")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
