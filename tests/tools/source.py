"""Reading the project's files: which there are, C++ without comments and strings, its functions."""

import pathlib
import re
import subprocess

CODE = {".cpp", ".hpp"}


def project_files(root):
    """All files of the tree that git would keep; without git, all outside build folders."""
    listed = subprocess.run(
        ["git", "-C", str(root), "ls-files", "-co", "--exclude-standard", "-z"],
        capture_output=True, text=True, check=False)
    if listed.returncode == 0:
        names = {name for name in listed.stdout.split("\0") if name}
    else:
        names = {str(path.relative_to(root)) for path in root.rglob("*")
                 if not re.match(r"(build[^/]*|\.git)/", str(path.relative_to(root)) + "/")}
    return sorted(name for name in names if (root / name).is_file())


def read_text(path):
    """The text of a file, or None if it is not text."""
    try:
        return pathlib.Path(path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


_TOKENS = re.compile(
    r'//[^\n]*'
    r'|/\*.*?\*/'
    r'|R"(?P<mark>[^()\s\\]*)\(.*?\)(?P=mark)"'
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'",
    re.DOTALL)


def _blank(match):
    text = match.group(0)
    kept = "\n" * text.count("\n")
    return kept if text.startswith("/") else '""' + kept


def without_comments(text):
    """C++ with comments removed and literals emptied; line numbers stay as they are."""
    return _TOKENS.sub(_blank, text)


def _without_directives(text):
    return re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda m: "\n" * m.group(0).count("\n"),
                  text, flags=re.MULTILINE)


def _matching_brace(text, start):
    depth = 0
    for at in range(start, len(text)):
        if text[at] == "{":
            depth += 1
        elif text[at] == "}":
            depth -= 1
            if depth == 0:
                return at
    return len(text) - 1


def _without_templates(head):
    """The head of a declaration without attributes and without `template <...>`."""
    head = re.sub(r"\[\[.*?\]\]", "", head, flags=re.DOTALL).strip()
    while head.startswith("template"):
        depth = parentheses = 0
        for at, char in enumerate(head):
            parentheses += {"(": 1, ")": -1}.get(char, 0)
            if char == "<" and not parentheses:
                depth += 1
            elif char == ">" and not parentheses and head[at - 1] not in "-=":
                depth -= 1
                if depth == 0:
                    head = head[at + 1:].strip()
                    break
        else:
            return ""
    return head


# The anonymous namespace of a test may follow the macro that begins its suite.
_SCOPE = re.compile(r'(?:inline\s+)?(?:namespace|class|struct|union)\b|extern\s*""\s*$'
                    r'|\w+\(\w+\)\s+namespace\s*$')


def _kind(head, text, close):
    """What a `{` after this head opens: scope, function, part (of an initialiser list) or value."""
    bare = _without_templates(head)
    if _SCOPE.match(bare) and not bare.rstrip().endswith(")"):
        return "scope"
    if "(" not in bare or bare.count("(") != bare.count(")") or re.search(r"[=,(]\s*$", bare):
        return "value"
    following = text[close + 1:].lstrip()[:1]
    return "part" if following in (",", "{") and following else "function"


def functions(text):
    """(first line, lines) of each outermost function body: from its signature to its last brace.

    A heuristic over braces that is right for code in the project's style (clang-format).
    """
    text = _without_directives(without_comments(text))
    found = []
    start = at = 0
    while at < len(text):
        char = text[at]
        if char in ";}":
            start = at + 1
        elif char == "{":
            close = _matching_brace(text, at)
            kind = _kind(text[start:at], text, close)
            if kind == "scope":
                start = at + 1
            else:
                if kind == "function":
                    begin = start + len(text[start:at]) - len(text[start:at].lstrip())
                    found.append((text.count("\n", 0, begin) + 1,
                                  text.count("\n", begin, close) + 1))
                    start = close + 1
                at = close
        at += 1
    return found
